// transpose: a matrix turned over: NHWC to NCHW (rows are pixels, columns channels) and back (rows are channels).
//
//     dst[c * dst_stride + r] = src[r * src_stride + c], for r < rows and c < columns
//
// src_stride >= columns, dst_stride >= rows; src and dst must not overlap. Copies bits: any float comes through.
#pragma once

#include <stddef.h>

typedef void rk_f32_f32_transpose_fn(
    size_t rows, size_t columns, const float *src, size_t src_stride, float *dst, size_t dst_stride);
