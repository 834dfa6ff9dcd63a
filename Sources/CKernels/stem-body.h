// stem (contract: stem.h), in the words of simd-<isa>.h.
//
// A tile is several output columns by several vectors of output channels, their sums in registers. For each tap the
// weights' vectors are loaded once and each column's input value is spread over a vector and serves them all.
#include <stdbool.h>

#include "operators.h"
#include "simd-common.h"
#include "taps.h"

// The including file sets the tile: RK_STEM_COLUMNS x RK_STEM_VECTORS sums, with RK_STEM_VECTORS weights and one value
// beside them.
enum { tile_columns = RK_STEM_COLUMNS, tile_vectors = RK_STEM_VECTORS };

typedef struct stem_row {
    const rk_stem *shape;
    const float *src, *weights, *bias;
    float *dst;
    rk_taps y;
    rk_bounds bounds;
} stem_row;

// Output columns ox ..< ox + columns; `vectors` vectors of output channels from o, the last of n lanes. columns,
// vectors and edge are constants; without edge all input columns are inside.
RK_INLINE void stem_tile(
    const stem_row *row, size_t o, size_t n, size_t ox, size_t columns, size_t vectors, bool edge) {
    const rk_stem *shape = row->shape;
    const rk_window *w = &shape->window;
    const ptrdiff_t left = (ptrdiff_t)(ox * w->stride_x) - (ptrdiff_t)w->pad_left;
    const ptrdiff_t stride = (ptrdiff_t)w->stride_x;

    rk_v sum[tile_columns][tile_vectors];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
        const rk_v start = row->bias ? v_load_up_to(row->bias + o + v * rk_lanes, n) : v_zero();
#pragma clang loop unroll(full)
        for (size_t t = 0; t < columns; t++) sum[t][v] = start;
    }
    for (size_t i = 0; i < shape->src_channels; i++) {
        for (size_t ky = row->y.first; ky < row->y.last; ky++) {
            const size_t iy = (size_t)(row->y.start + (ptrdiff_t)(ky * w->dilation_y));
            const float *line = row->src + i * shape->src_plane + iy * shape->src_row;
            const float *weights = row->weights + (i * w->height + ky) * w->width * shape->dst_channels + o;
            for (size_t kx = 0; kx < w->width; kx++, weights += shape->dst_channels) {
                const ptrdiff_t first = left + (ptrdiff_t)(kx * w->dilation_x);
                rk_v weight[tile_vectors];
#pragma clang loop unroll(full)
                for (size_t v = 0; v < vectors; v++) weight[v] = v_load_up_to(weights + v * rk_lanes, n);
#pragma clang loop unroll(full)
                for (size_t t = 0; t < columns; t++) {
                    const ptrdiff_t ix = first + (ptrdiff_t)t * stride;
                    const bool inside = !edge || (size_t)ix < shape->src_width;
                    const rk_v value = v_all(inside ? line[ix] : 0);
#pragma clang loop unroll(full)
                    for (size_t v = 0; v < vectors; v++) sum[t][v] = v_fma(value, weight[v], sum[t][v]);
                }
            }
        }
    }
    float *out = row->dst + ox * shape->dst_pixel + o;
#pragma clang loop unroll(full)
    for (size_t t = 0; t < columns; t++) {
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) {
            v_store_up_to(out + t * shape->dst_pixel + v * rk_lanes, n, v_clamp(sum[t][v], row->bounds));
        }
    }
}

// All columns of `vectors` vectors. The last tile overlaps the one before where the width is no multiple of a tile's.
RK_INLINE void stem_columns(const stem_row *row, size_t o, size_t n, size_t vectors) {
    const rk_stem *shape = row->shape;
    const rk_window *w = &shape->window;
    const size_t width = shape->dst_width, reach = (w->width - 1) * w->dilation_x;
    if (width < tile_columns) {
        for (size_t ox = 0; ox < width; ox++) stem_tile(row, o, n, ox, 1, vectors, true);
        return;
    }
    for (size_t next = 0; next < width; next += tile_columns) {
        const size_t ox = next + tile_columns > width ? width - tile_columns : next;
        const size_t last = (ox + tile_columns - 1) * w->stride_x + reach;
        if (ox * w->stride_x >= w->pad_left && last - w->pad_left < shape->src_width) {
            stem_tile(row, o, n, ox, tile_columns, vectors, false);
        } else {
            stem_tile(row, o, n, ox, tile_columns, vectors, true);
        }
    }
}

void RK_VARIANT(f32_f32_stem)(
    const rk_stem *shape, const float *src, const float *weights, const float *bias, float *dst, size_t first_row,
    size_t rows) {
    const rk_window *w = &shape->window;
    const size_t channels = shape->dst_channels;
    stem_row row = {shape, src, weights, bias, dst, {0, 0, 0}, v_bounds(shape->minimum, shape->maximum)};
    for (size_t i = 0; i < rows; i++) {
        row.y = rk_taps_inside(first_row + i, w->height, w->stride_y, w->dilation_y, w->pad_top, shape->src_height);
        row.dst = dst + i * shape->dst_row;
        size_t o = 0;
        for (; channels - o >= tile_vectors * rk_lanes; o += tile_vectors * rk_lanes) {
            stem_columns(&row, o, rk_lanes, tile_vectors);
        }
        for (; channels - o >= rk_lanes; o += rk_lanes) stem_columns(&row, o, rk_lanes, 1);
        if (o < channels) stem_columns(&row, o, channels - o, 1);
    }
}
