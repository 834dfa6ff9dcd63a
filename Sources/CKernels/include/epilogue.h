// epilogue: what follows a matrix product, in place over its row-major result.
//
//     dst[r][c] = clamp(dst[r][c] + bias[c] + residual[r][c], minimum, maximum), added in this order
//
// dst        rows at a distance of dst_stride >= channels
// bias       channels values, or null for 0
// residual   rows at a distance of residual_stride >= channels, or null for 0; must not overlap dst
// Exact.
#pragma once

#include <stddef.h>

typedef void rk_f32_f32_epilogue_fn(
    size_t rows, size_t channels, float *dst, size_t dst_stride, const float *bias, const float *residual,
    size_t residual_stride, float minimum, float maximum);
