// stem: direct convolution from planes (CHW, the network's input) to NHWC float32, for a band of output rows.
//
//     dst[oy][ox][o] = clamp(bias[o] + sum over i and the taps inside of src[i][iy][ix] * weights[i][ky][kx][o])
//
// shape      window as in window.h; any number of input and output channels (made for 3 to 32)
// src        value (i, y, x) at src + i * src_plane + y * src_row + x, for y < src_height, x < src_width
// weights    src_channels x window.height x window.width x dst_channels, contiguous (ONNX's OIHW turned to IHWO)
// bias       dst_channels values, or null for 0
// dst        output row first_row + i at i * dst_row (dst is the band's first row, not the image's), pixel x at
//            x * dst_pixel >= dst_channels; must not overlap what is read
// first_row, rows   the band; any split into bands gives the same bits
#pragma once

#include "window.h"

typedef struct rk_stem {
    rk_window window;
    size_t src_channels, src_height, src_width, src_plane, src_row;
    size_t dst_channels, dst_width, dst_row, dst_pixel;
    float minimum, maximum;
} rk_stem;

typedef void rk_f32_f32_stem_fn(
    const rk_stem *shape, const float *src, const float *weights, const float *bias, float *dst, size_t first_row,
    size_t rows);
