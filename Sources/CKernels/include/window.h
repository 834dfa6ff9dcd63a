// How a window of taps moves over an image: shared by depthwise, stem, im2col and the pools.
//
//     tap (ky, kx) of output pixel (oy, ox) is input pixel
//         iy = oy * stride_y - pad_top  + ky * dilation_y
//         ix = ox * stride_x - pad_left + kx * dilation_x
//     it lies outside where iy < 0, iy >= height, ix < 0 or ix >= width of the input, and is never read there.
//
// height, width, strides and dilations are at least 1. Pads may be larger than the input. There are no pads at the
// bottom and right: an operator is told its number of output rows and columns, and what lies beyond is outside too.
#pragma once

#include <stddef.h>

typedef struct rk_window {
    size_t height, width;
    size_t stride_y, stride_x;
    size_t dilation_y, dilation_x;
    size_t pad_top, pad_left;
} rk_window;
