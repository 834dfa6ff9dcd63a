// What every variant of the pools does the same way: taps inside, and what an average divides by.
#pragma once

#include "pool.h"
#include "taps.h"

static inline rk_taps rk_pool_rows(const rk_pool *shape, size_t oy) {
    const rk_window *w = &shape->window;
    return rk_taps_inside(oy, w->height, w->stride_y, w->dilation_y, w->pad_top, shape->src_height);
}

static inline rk_taps rk_pool_columns(const rk_pool *shape, size_t ox) {
    const rk_window *w = &shape->window;
    return rk_taps_inside(ox, w->width, w->stride_x, w->dilation_x, w->pad_left, shape->src_width);
}

// The number of taps inside the image, or with count_pads inside the image grown by its pads.
static inline size_t rk_pool_count(const rk_pool *shape, size_t oy, size_t ox, rk_taps y, rk_taps x) {
    if (!shape->count_pads) return (y.last - y.first) * (x.last - x.first);
    const rk_window *w = &shape->window;
    // Pads at the top and left only shift the origin: counted from there every tap has a position >= 0.
    rk_taps grown_y = rk_taps_inside(
        oy, w->height, w->stride_y, w->dilation_y, 0, w->pad_top + shape->src_height + shape->pad_bottom);
    rk_taps grown_x = rk_taps_inside(
        ox, w->width, w->stride_x, w->dilation_x, 0, w->pad_left + shape->src_width + shape->pad_right);
    return (grown_y.last - grown_y.first) * (grown_x.last - grown_x.first);
}

// Where tap (ky, kx) reads channel 0.
static inline const float *rk_pool_tap(
    const rk_pool *shape, const float *src, rk_taps y, rk_taps x, size_t ky, size_t kx) {
    size_t iy = (size_t)(y.start + (ptrdiff_t)(ky * shape->window.dilation_y));
    size_t ix = (size_t)(x.start + (ptrdiff_t)(kx * shape->window.dilation_x));
    return src + iy * shape->src_row + ix * shape->src_pixel;
}
