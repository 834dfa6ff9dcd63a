// im2col: the patches of a band of output rows as a matrix, so that a matrix product does the convolution.
//
//     dst[(oy - first_row) * dst_width + ox][(ky * window.width + kx) * channels + c] = src[iy][ix][c], 0 outside
//
// shape      window as in window.h; channels those of one group: move src to the group's first channel
// src        pixel (y, x) at src + y * src_row + x * src_pixel (>= channels: those of all groups together)
// dst        rows * dst_width matrix rows at a distance of dst_stride >= window.height * window.width * channels; must
//            not overlap src; what lies between the matrix rows is not written
// Copies bits: any float comes through. The matrix to multiply it with is window.height x window.width x channels by
// output channels (ONNX's OIHW turned to HWIO).
#pragma once

#include "window.h"

typedef struct rk_im2col {
    rk_window window;
    size_t channels;
    size_t src_height, src_width, src_row, src_pixel;
    size_t dst_width, dst_stride;
} rk_im2col;

typedef void rk_f32_f32_im2col_fn(
    const rk_im2col *shape, const float *src, float *dst, size_t first_row, size_t rows);
