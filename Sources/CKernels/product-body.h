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
    product_line = 64,  // bytes of a cache line
    product_most_rows = RK_PRODUCT_NARROW_ROWS > RK_PRODUCT_ROWS ? RK_PRODUCT_NARROW_ROWS : RK_PRODUCT_ROWS,
};

// One panel's columns of one call, moved on from tile to tile.
typedef struct product_panel {
    const rk_product *shape;
    const float *weights, *bias, *residual;
    float *dst;
    size_t width;  // of the panel: how far the weights of two k are apart
    uintptr_t ahead;  // where weights lie that are needed soon, or 0
    bool first;       // whether these columns are the first to read the values
    rk_bounds bounds;
} product_panel;

// What a tile asks for ahead, a cache line of each for every k: weights and values that come from memory or another core
// would have the multipliers wait for each line. A prefetch reads nothing: any address will do.
typedef struct product_ahead {
    uintptr_t weights, values;
    size_t weights_step, values_step;
} product_ahead;

// Rows row ..< row + rows; `vectors` vectors of columns, the last of n lanes. rows and vectors are constants, n is where
// the vectors are whole. ahead may be null, which is a constant too.
RK_INLINE void product_tile_ahead(
    const product_panel *panel, const float *src, size_t row, size_t rows, size_t vectors, size_t n,
    const product_ahead *ahead) {
    const rk_product *shape = panel->shape;
    const size_t stride = shape->src_stride, depth = shape->depth, width = panel->width;
    const float *value = src + row * stride;
    const float *weights = panel->weights;
    product_ahead at = {0};
    if (ahead) at = *ahead;

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
        if (ahead) {
            __builtin_prefetch((const void *)at.weights, 0, 2);
            __builtin_prefetch((const void *)at.values, 0, 3);
            at.weights += at.weights_step;
            at.values += at.values_step;
        }
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
    product_tile_ahead(panel, src, row, rows, vectors, n, NULL);
}

// All rows of `vectors` vectors, in tiles of `most` rows, a constant. What is left at the end is a tile, or half of one,
// that overlaps the one before: it writes the same values again.
RK_INLINE void product_columns(
    const product_panel *panel, const float *src, size_t rows, size_t most, size_t vectors, size_t n) {
    const size_t half = most / 2;
    size_t row = 0;
    // The weights ahead: those of the widest panel are a line for each k of two tiles. The values: those of the next tile.
    product_ahead ahead = {panel->ahead, 0, product_line, panel->first ? product_line : 0};
    for (; (panel->first || (panel->ahead && row < 2 * most)) && rows - row >= most; row += most) {
        if (!panel->ahead || row == 2 * most) {
            ahead.weights = (uintptr_t)panel->weights;
            ahead.weights_step = 0;
        }
        const size_t next = panel->first ? row + most : row;
        ahead.values = (uintptr_t)src + next * panel->shape->src_stride * sizeof(float);
        product_tile_ahead(panel, src, row, most, vectors, n, &ahead);
        ahead.weights += panel->shape->depth * ahead.weights_step;
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

// One row: a dense layer waits for its weights, each of which is read once. A processor fetches ahead in several places at once
// what it would not in one, so that some whole panels take turns for each k. Returns how many columns it did.
RK_INLINE size_t product_row(const product_panel *panel, const float *src) {
    const rk_product *shape = panel->shape;
    const size_t depth = shape->depth, size = depth * rk_product_panel;
    size_t first = 0;
    for (; shape->columns - first >= RK_PRODUCT_STREAMS * rk_product_panel; first += RK_PRODUCT_STREAMS * rk_product_panel) {
        rk_v sum[RK_PRODUCT_STREAMS][product_panel_vectors];
#pragma clang loop unroll(full)
        for (size_t p = 0; p < RK_PRODUCT_STREAMS; p++) {
#pragma clang loop unroll(full)
            for (size_t v = 0; v < product_panel_vectors; v++) {
                const size_t column = first + p * rk_product_panel + v * rk_lanes;
                sum[p][v] = panel->bias ? v_load(panel->bias + column) : v_zero();
            }
        }
        const float *weights = panel->weights + first * depth;
#pragma clang loop unroll(disable)
        for (size_t k = 0; k < depth; k++, weights += rk_product_panel) {
            const rk_v spread = v_all(src[k]);
#pragma clang loop unroll(full)
            for (size_t p = 0; p < RK_PRODUCT_STREAMS; p++) {
#pragma clang loop unroll(full)
                for (size_t v = 0; v < product_panel_vectors; v++) {
                    sum[p][v] = v_fma(spread, v_load(weights + p * size + v * rk_lanes), sum[p][v]);
                }
            }
        }
#pragma clang loop unroll(full)
        for (size_t p = 0; p < RK_PRODUCT_STREAMS; p++) {
#pragma clang loop unroll(full)
            for (size_t v = 0; v < product_panel_vectors; v++) {
                const size_t column = first + p * rk_product_panel + v * rk_lanes;
                rk_v result = sum[p][v];
                if (panel->residual) result = v_add(result, v_load(panel->residual + column));
                v_store(panel->dst + column, v_clamp(result, panel->bounds));
            }
        }
    }
    return first;
}

void RK_VARIANT(f32_f32_product)(
    const rk_product *shape, size_t rows, const float *src, const float *weights, const float *bias,
    const float *residual, float *dst) {
    const rk_bounds bounds = v_bounds(shape->minimum, shape->maximum);
    product_panel panel = {shape, weights, bias, residual, dst, 0, 0, false, bounds};
    const size_t done = rows == 1 ? product_row(&panel, src) : 0;
    for (size_t first = done; first < shape->columns; first += rk_product_panel) {
        const size_t rest = shape->columns - first;
        panel.width = rest < rk_product_panel ? rest : rk_product_panel;
        const float *begin = weights + first * shape->depth;
        size_t column = 0;
        const size_t lead = rest > rk_product_panel ? rk_product_panel : shape->lead;
        panel.ahead = lead ? (uintptr_t)begin + lead * shape->depth * sizeof(float) : 0;
        panel.first = first == 0 && shape->src_stride == shape->depth;
        while (column < panel.width) {
            panel.weights = begin + column;
            panel.bias = bias ? bias + first + column : NULL;
            panel.residual = residual ? residual + first + column : NULL;
            panel.dst = dst + first + column;
            const size_t left = panel.width - column;
            if (left >= product_vectors * rk_lanes) {
                product_columns(&panel, src, rows, product_rows, product_vectors, rk_lanes);
                column += product_vectors * rk_lanes;
            } else if (product_vectors == 2 && left > rk_lanes && left < 2 * rk_lanes) {
                product_columns(&panel, src, rows, product_rows, product_vectors, left - rk_lanes);
                column = panel.width;
            } else if (left >= rk_lanes) {
                product_columns(&panel, src, rows, product_narrow_rows, 1, rk_lanes);
                column += rk_lanes;
            } else {
                product_columns(&panel, src, rows, product_narrow_rows, 1, left);
                column = panel.width;
            }
            panel.ahead = 0;
            panel.first = false;
        }
    }
}
