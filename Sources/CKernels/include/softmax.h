// softmax: logits to probabilities.
//
//     dst[i] = exp(src[i] - m) / sum over j of exp(src[j] - m), m the largest of src
//
// n          any, 0 too
// src, dst   n elements; the same buffer, or apart. Within 16 * 2^-24 of the exact value, relative, where that is
//            above 1e-30; below it may come out as 0. The sum over all is 1 within 1e-5 for n up to 100,000.
#pragma once

#include <stddef.h>

typedef void rk_f32_f32_softmax_fn(size_t n, const float *src, float *dst);
