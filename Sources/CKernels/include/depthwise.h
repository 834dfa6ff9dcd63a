// depthwise: one filter per channel over NHWC float32, channel multiplier 1, for a band of output rows.
//
//     dst[oy][ox][c] = clamp(bias[c] + sum over the taps inside of src[iy][ix][c] * weights[ky][kx][c])
//
// shape      window as in window.h; src_height x src_width the size of the whole input image, dst_width output columns
// src        input row y lies at src + (y % src_rows) * src_row: src_rows is src_height where the whole image is there,
//            or the number of rows of a ring that holds just what the band needs; >= 1. Pixel x of it at x * src_pixel
// weights    tap (ky, kx) at (ky * window.width + kx) * weights_tap
// bias       channels values, or null for 0
// dst        output row first_row + i at i * dst_row (dst is the band's first row, not the image's), pixel x at
//            x * dst_pixel; must not overlap src, weights or bias
// first_row, rows   the band; any split into bands gives the same bits
// The pixel strides and weights_tap are >= channels; a chunk of the channels is done by moving the pointers.
// Fast for 3 and 5 taps in a row with stride_x 1 and 2 without dilation_x; any other window works.
// A src_pixel that is a multiple of 512 (MobileNetV1: 512, 1024 channels) puts the columns of a tile into the same few
// sets of the first-level cache: channels + 16 there doubles the speed.
#pragma once

#include "window.h"

typedef struct rk_depthwise {
    rk_window window;
    size_t channels;
    size_t src_height, src_width, src_rows, src_row, src_pixel;
    size_t dst_width, dst_row, dst_pixel;
    size_t weights_tap;
    float minimum, maximum;
} rk_depthwise;

typedef void rk_f32_f32_depthwise_fn(
    const rk_depthwise *shape, const float *src, const float *weights, const float *bias, float *dst, size_t first_row,
    size_t rows);
