// depthwise: u8 pixels, one s8 filter per channel, for a band of output rows.
//
//     sum[oy][ox][c] = bias[c] + sum over the taps of (src[iy][ix][c] - zero) * weights[c][tap];  dst as in quantized.h
//
// shape      window as in window.h, at most rk_most_taps taps; src, dst and their strides as in depthwise.h, in bytes;
//            src_rows makes a ring of src
// border     channels bytes, all the zero point of src
// weights    packed by rk_pack_depthwise for the instruction set of the variant
// Any split into bands, and into channels at multiples of rk_quantized_panel, gives the same bits.
#pragma once

#include "quantized-convolution.h"

typedef struct rk_quantized_depthwise {
    rk_window window;
    size_t channels;
    size_t src_height, src_width, src_rows, src_row, src_pixel;
    size_t dst_width, dst_row, dst_pixel;
    rk_requantization requantization;
} rk_quantized_depthwise;

typedef void rk_u8_u8_depthwise_fn(
    const rk_quantized_depthwise *shape, const uint8_t *src, const uint8_t *border, const void *weights, uint8_t *dst,
    size_t first_row, size_t rows);
