// scale: a factor and a shift per channel: batch normalisation that could not be folded, squeeze-and-excite.
//
//     dst[r][c] = clamp(src[r][c] * factor[c] + shift[c], minimum, maximum)
//
// src, dst   rows at a distance of src_stride, dst_stride >= channels; the same buffer with the same stride, or apart
// factor     channels values
// shift      channels values, or null for 0
// Scalar rounds the product; the others may not.
#pragma once

#include <stddef.h>

typedef void rk_f32_f32_scale_fn(
    size_t rows, size_t channels, const float *src, size_t src_stride, const float *factor, const float *shift,
    float *dst, size_t dst_stride, float minimum, float maximum);
