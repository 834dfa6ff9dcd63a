// Pools over NHWC float32.
#pragma once

#include "window.h"

// shape      window as in window.h; src_height x src_width the whole input image, dst_width output columns
// src        pixel (y, x) at src + y * src_row + x * src_pixel (>= channels)
// dst        output row first_row + i at i * dst_row, pixel x at x * dst_pixel; must not overlap src
// pad_bottom, pad_right, count_pads   for average_pool alone
typedef struct rk_pool {
    rk_window window;
    size_t channels;
    size_t src_height, src_width, src_row, src_pixel;
    size_t dst_width, dst_row, dst_pixel;
    size_t pad_bottom, pad_right;
    int count_pads;
} rk_pool;

// max_pool: the largest of the taps inside; -INFINITY where there is none. Exact.
typedef void rk_f32_f32_max_pool_fn(
    const rk_pool *shape, const float *src, float *dst, size_t first_row, size_t rows);

// average_pool: the sum of the taps inside over their number; with count_pads over the number of taps inside the image
// grown by its four pads (ceil_mode can put taps beyond even those); 0 where there is none.
typedef void rk_f32_f32_average_pool_fn(
    const rk_pool *shape, const float *src, float *dst, size_t first_row, size_t rows);

// global_average_pool: dst[c] = sum over rows of src[r][c] / rows; 0 where there are no rows. src rows lie src_stride
// (>= channels) apart; dst has channels values and must not overlap src. Exact.
typedef void rk_f32_f32_global_average_pool_fn(
    size_t rows, size_t channels, const float *src, size_t src_stride, float *dst);
