// product (contract: product.h), in the words of simd-<isa>.h.
//
// A tile is several rows by several vectors of columns, their sums in registers. For each k the weights' vectors are
// loaded once, and each row's value is spread over a vector and serves them all. The sums begin at the bias; residual and
// clamp are done before they are stored.
#include <stdbool.h>

#include "operators.h"
#include "simd-common.h"

// The including file sets the tiles: RK_PRODUCT_ROWS x RK_PRODUCT_VECTORS sums, with the weights and one value beside;
// where less than that many vectors are left, RK_PRODUCT_NARROW_ROWS x 1: enough sums to keep the multipliers busy.
enum {
    product_rows = RK_PRODUCT_ROWS,
    product_vectors = RK_PRODUCT_VECTORS,
    product_narrow_rows = RK_PRODUCT_NARROW_ROWS,
    product_panel_vectors = rk_product_panel / rk_lanes,
    product_line = 64,
    product_most_rows = RK_PRODUCT_NARROW_ROWS > RK_PRODUCT_ROWS ? RK_PRODUCT_NARROW_ROWS : RK_PRODUCT_ROWS,
};

// One panel's columns of one call, moved on from tile to tile.
typedef struct product_panel {
    const rk_product *shape;
    const float *weights, *bias, *residual;
    float *dst;
    size_t width;  // of the panel: how far the weights of two k are apart
    const char *next;  // weights that are needed soon, or null
    rk_bounds bounds;
} product_panel;

// Rows row ..< row + rows; `vectors` vectors of columns, the last of n lanes. rows and vectors are constants, n is where
// the vectors are whole. With fetch, a constant too, each k asks for a further cache line of panel->next.
RK_INLINE void product_tile_fetching(
    const product_panel *panel, const float *src, size_t row, size_t rows, size_t vectors, size_t n, bool fetch) {
    const rk_product *shape = panel->shape;
    const size_t stride = shape->src_stride, depth = shape->depth, width = panel->width;
    const float *value = src + row * stride;
    const float *weights = panel->weights;
    const char *next = panel->next;

    rk_v sum[product_most_rows][product_panel_vectors];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
        const size_t lanes = v + 1 < vectors ? rk_lanes : n;
        const rk_v start = panel->bias ? v_load_up_to(panel->bias + v * rk_lanes, lanes) : v_zero();
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) sum[r][v] = start;
    }
#pragma clang loop unroll(disable)
    for (size_t k = 0; k < depth; k++, value++, weights += width) {
        if (fetch) __builtin_prefetch(next + k * product_line, 0, 2);
        rk_v weight[product_panel_vectors];
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) {
            weight[v] = v_load_up_to(weights + v * rk_lanes, v + 1 < vectors ? rk_lanes : n);
        }
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            const rk_v spread = v_all(value[r * stride]);
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) sum[r][v] = v_fma(spread, weight[v], sum[r][v]);
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        float *out = panel->dst + (row + r) * shape->dst_stride;
        const float *residual = panel->residual ? panel->residual + (row + r) * shape->residual_stride : NULL;
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) {
            const size_t lanes = v + 1 < vectors ? rk_lanes : n;
            rk_v result = sum[r][v];
            if (residual) result = v_add(result, v_load_up_to(residual + v * rk_lanes, lanes));
            v_store_up_to(out + v * rk_lanes, lanes, v_clamp(result, panel->bounds));
        }
    }
}

RK_INLINE void product_tile(
    const product_panel *panel, const float *src, size_t row, size_t rows, size_t vectors, size_t n) {
    product_tile_fetching(panel, src, row, rows, vectors, n, false);
}

// All rows of `vectors` vectors, in tiles of `most` rows, a constant. What is left at the end is a tile, or half of one,
// that overlaps the one before: it writes the same values again.
RK_INLINE void product_columns(
    const product_panel *panel, const float *src, size_t rows, size_t most, size_t vectors, size_t n) {
    const size_t half = most / 2;
    size_t row = 0;
    if (panel->next) {
        product_panel first = *panel;
        // A line for each k of two tiles: a panel of the widest vectors.
        for (; row < 2 * most && rows - row >= most; row += most, first.next += panel->shape->depth * product_line) {
            product_tile_fetching(&first, src, row, most, vectors, n, true);
        }
    }
    for (; rows - row >= most; row += most) product_tile(panel, src, row, most, vectors, n);
    if (rows - row > half && rows >= most) {
        product_tile(panel, src, rows - most, most, vectors, n);
        return;
    }
    if (rows - row >= half) {
        product_tile(panel, src, row, half, vectors, n);
        row += half;
    }
    if (row < rows && rows >= half) {
        product_tile(panel, src, rows - half, half, vectors, n);
        return;
    }
    for (; row < rows; row++) product_tile(panel, src, row, 1, vectors, n);
}

void RK_VARIANT(f32_f32_product)(
    const rk_product *shape, size_t rows, const float *src, const float *weights, const float *bias,
    const float *residual, float *dst) {
    product_panel panel = {shape, weights, bias, residual, dst, 0, NULL, v_bounds(shape->minimum, shape->maximum)};
    for (size_t first = 0; first < shape->columns; first += rk_product_panel) {
        const size_t rest = shape->columns - first;
        panel.width = rest < rk_product_panel ? rest : rk_product_panel;
        const float *begin = weights + first * shape->depth;
        size_t column = 0;
        const size_t ahead = rest > rk_product_panel ? rk_product_panel : shape->lead;
        panel.next = ahead ? (const char *)(begin + ahead * shape->depth) : NULL;
        if (rows == 1 && panel.width == rk_product_panel) {  // a dense layer waits for memory: a whole panel at once
            panel.weights = begin;
            panel.bias = bias ? bias + first : NULL;
            panel.residual = residual ? residual + first : NULL;
            panel.dst = dst + first;
            product_tile(&panel, src, 0, 1, product_panel_vectors, rk_lanes);
            continue;
        }
        while (column < panel.width) {
            panel.weights = begin + column;
            panel.bias = bias ? bias + first + column : NULL;
            panel.residual = residual ? residual + first + column : NULL;
            panel.dst = dst + first + column;
            const size_t left = panel.width - column;
            if (left >= product_vectors * rk_lanes) {
                product_columns(&panel, src, rows, product_rows, product_vectors, rk_lanes);
                panel.next = NULL;
                column += product_vectors * rk_lanes;
            } else if (left >= rk_lanes) {
                product_columns(&panel, src, rows, product_narrow_rows, 1, rk_lanes);
                column += rk_lanes;
            } else {
                product_columns(&panel, src, rows, product_narrow_rows, 1, left);
                column = panel.width;
            }
        }
    }
}
