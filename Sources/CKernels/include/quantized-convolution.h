// convolution: u8 pixels by s8 filters, dense, for a band of output rows; 1x1 convolutions and dense layers too.
//
//     sum[oy][ox][o] = bias[o] + sum over taps and k of (src[iy][ix][k] - zero) * weights[o][tap][k]
//     u8:  dst[oy][ox][o] as quantized.h says          f32: dst[oy][ox][o] = (float)sum * scale[o]
//
// shape      window as in window.h, at most rk_most_taps taps; a tap outside reads `border`
// src        pixel (y, x) at src + y * src_row + x * src_pixel, depth bytes
// border     depth bytes, all the zero point of src; may be null where no tap lies outside
// weights    packed by rk_pack_convolution for the instruction set of the variant; taps row by row
// lead       bytes from the end of a call's weights to those that the thread will need next, which may lie before it (then
//            what the subtraction of unsigned numbers gives): they are fetched ahead into the
//            second-level cache, nothing is read of them
// residual   pixels of `channels` bytes that lie as those of dst do, with their own strides; or null
// dst        output row first_row + i at i * dst_row, pixel x at x * dst_pixel (in elements); must not overlap what is
//            read
// Any split into bands, and into channels at multiples of rk_quantized_panel, gives the same bits.
#pragma once

#include "quantized.h"
#include "window.h"

enum { rk_most_taps = 121 };

typedef struct rk_quantized_convolution {
    rk_window window;
    size_t depth, channels;
    size_t src_height, src_width, src_row, src_pixel;
    size_t dst_width, dst_row, dst_pixel;
    size_t residual_row, residual_pixel;
    size_t lead;
    rk_requantization requantization;
} rk_quantized_convolution;

typedef void rk_u8_u8_convolution_fn(
    const rk_quantized_convolution *shape, const uint8_t *src, const uint8_t *border, const void *weights,
    const uint8_t *residual, uint8_t *dst, size_t first_row, size_t rows);

typedef void rk_u8_f32_convolution_fn(
    const rk_quantized_convolution *shape, const uint8_t *src, const uint8_t *border, const void *weights,
    float *dst, size_t first_row, size_t rows);
