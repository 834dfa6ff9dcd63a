// depthwise (contract: quantized-depthwise.h), in the words of quad-<isa>.h.
//
// A quad holds up to four taps above each other of one channel: four rows of one column, their bytes taken in turn. Each
// column's quads are made once for all the output pixels of a tile that look at it. The zips leave the channels in the
// order that packing the sums turns back: no shuffle between blocks is needed.
#include <stdbool.h>

#include "operators.h"
#include "quad-packing.h"
#include "quad-tails.h"

// The including file sets QUAD_COLUMNS: output pixels of a tile. Where loads can't be masked, tiles take whole panels.
#ifdef RK_MASKED
#define QUAD_WHOLE false
#else
#define QUAD_WHOLE true
#endif

// The rows that a row of output looks at; a row outside is the border, where every pixel is the same: nothing moves.
typedef struct depthwise_row {
    const uint8_t *src;
    ptrdiff_t moves;  // all bits, or none
} depthwise_row;

typedef struct depthwise_panel {
    const rk_quantized_depthwise *shape;
    const uint8_t *border;
    const int8_t *weights;
    size_t channels;  // of this panel
    rk_limits limits;
} depthwise_panel;

// A column of the input, inside or not.
typedef struct depthwise_column {
    ptrdiff_t offset;
    bool inside;
} depthwise_column;

RK_INLINE depthwise_column column_at(const depthwise_panel *panel, ptrdiff_t x) {
    const bool inside = (size_t)x < panel->shape->src_width;  // a negative one is large
    return (depthwise_column){inside ? x * (ptrdiff_t)panel->shape->src_pixel : 0, inside};
}

RK_INLINE rk_bytes column_bytes(
    const depthwise_panel *panel, const depthwise_row *row, depthwise_column column, bool whole) {
    const uint8_t *p = (column.inside ? row->src : panel->border) + (column.offset & row->moves);
    return whole ? b_load(p) : b_load_first(p, panel->channels);
}

// QUAD_COLUMNS output pixels from `column` on, without dilation. height, width, stride and inside (all
// columns are) are constants.
RK_INLINE void depthwise_tile(
    const depthwise_panel *panel, const depthwise_row *rows, size_t column, size_t height, size_t width, size_t stride,
    bool inside, uint8_t *dst) {
    enum { count = QUAD_COLUMNS };
    const rk_quantized_depthwise *shape = panel->shape;
    const ptrdiff_t start = (ptrdiff_t)(column * stride) - (ptrdiff_t)shape->window.pad_left;
    const size_t groups = quad_count(height), columns = (count - 1) * stride + width;
    const int8_t *weights = panel->weights + 4 * quad_lanes * 8;
    const int8_t *scales = panel->weights + 4 * quad_lanes * 4;
    rk_shorts narrowed[QUAD_COLUMNS][2];
#pragma clang loop unroll(full)
    for (size_t half = 0; half < 2; half++) {
        rk_sums sum[QUAD_COLUMNS][2];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < count; i++) {
            sum[i][0] = q_load(panel->weights + (2 * half) * quad_lanes * 4);
            sum[i][1] = q_load(panel->weights + (2 * half + 1) * quad_lanes * 4);
        }
#pragma clang loop unroll(full)
        for (size_t group = 0; group < groups; group++) {
            const size_t left = height - 4 * group;
#pragma clang loop unroll(full)
            for (size_t x = 0; x < columns; x++) {
                const depthwise_row *row = rows + 4 * group;
                depthwise_column place = {(start + (ptrdiff_t)x) * (ptrdiff_t)shape->src_pixel, true};
                if (!inside) place = column_at(panel, start + (ptrdiff_t)x);
                const rk_bytes a = column_bytes(panel, row, place, QUAD_WHOLE);
                const rk_bytes b = left > 1 ? column_bytes(panel, row + 1, place, QUAD_WHOLE) : b_zero();
                const rk_bytes c = left > 2 ? column_bytes(panel, row + 2, place, QUAD_WHOLE) : b_zero();
                const rk_bytes d = left > 3 ? column_bytes(panel, row + 3, place, QUAD_WHOLE) : b_zero();
                const rk_bytes ab = half ? b_zip8_high(a, b) : b_zip8_low(a, b);
                const rk_bytes cd = half ? b_zip8_high(c, d) : b_zip8_low(c, d);
                const rk_quads low = q_ready(b_zip16_low(ab, cd)), high = q_ready(b_zip16_high(ab, cd));
#pragma clang loop unroll(full)
                for (size_t i = 0; i < count; i++) {
                    if (x < i * stride || x - i * stride >= width) continue;
                    const size_t tap = x - i * stride;
                    const int8_t *weight =
                        weights + ((group * width + tap) * 4 + 2 * half) * quad_vector_bytes;
                    sum[i][0] = q_dot(sum[i][0], low, q_weights(weight));
                    sum[i][1] = q_dot(sum[i][1], high, q_weights(weight + quad_vector_bytes));
                }
            }
        }
        const rk_floats scale = f_load_packed(scales + (2 * half) * quad_lanes * 4);
        const rk_floats next_scale = f_load_packed(scales + (2 * half + 1) * quad_lanes * 4);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < count; i++) {
            narrowed[i][half] = q_narrow(
                f_round(f_mul(f_of(sum[i][0]), scale)), f_round(f_mul(f_of(sum[i][1]), next_scale)));
        }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < count; i++) {
        const rk_bytes bytes = q_finish(narrowed[i][0], narrowed[i][1], panel->limits);
        uint8_t *place = dst + (column + i) * shape->dst_pixel;
        if (QUAD_WHOLE) {
            b_store(place, bytes);
        } else {
            b_store_first(place, panel->channels, bytes);
        }
    }
}

// One output pixel under any window.
static void depthwise_pixel(const depthwise_panel *panel, const depthwise_row *rows, size_t column, uint8_t *dst) {
    const rk_quantized_depthwise *shape = panel->shape;
    const rk_window *w = &shape->window;
    const ptrdiff_t start = (ptrdiff_t)(column * w->stride_x) - (ptrdiff_t)w->pad_left;
    const int8_t *weights = panel->weights + 4 * quad_lanes * 8;
    rk_sums sum[4];
    for (size_t v = 0; v < 4; v++) sum[v] = q_load(panel->weights + v * quad_lanes * 4);
    for (size_t ky = 0; ky < w->height; ky += 4) {
        for (size_t kx = 0; kx < w->width; kx++, weights += 4 * quad_vector_bytes) {
            rk_bytes bytes[4];
            for (size_t i = 0; i < 4; i++) {
                const depthwise_column place = column_at(panel, start + (ptrdiff_t)(kx * w->dilation_x));
                bytes[i] = ky + i < w->height ? column_bytes(panel, rows + ky + i, place, false) : b_zero();
            }
            const rk_bytes low[2] = {b_zip8_low(bytes[0], bytes[1]), b_zip8_low(bytes[2], bytes[3])};
            const rk_bytes high[2] = {b_zip8_high(bytes[0], bytes[1]), b_zip8_high(bytes[2], bytes[3])};
            sum[0] = q_dot(sum[0], q_ready(b_zip16_low(low[0], low[1])), q_weights(weights));
            sum[1] = q_dot(sum[1], q_ready(b_zip16_high(low[0], low[1])), q_weights(weights + quad_vector_bytes));
            sum[2] = q_dot(sum[2], q_ready(b_zip16_low(high[0], high[1])), q_weights(weights + 2 * quad_vector_bytes));
            sum[3] = q_dot(sum[3], q_ready(b_zip16_high(high[0], high[1])), q_weights(weights + 3 * quad_vector_bytes));
        }
    }
    for (size_t v = 0; v < 4; v++) {
        sum[v] = f_round(f_mul(f_of(sum[v]), f_load_packed(panel->weights + (4 + v) * quad_lanes * 4)));
    }
    const rk_bytes bytes = q_finish(q_narrow(sum[0], sum[1]), q_narrow(sum[2], sum[3]), panel->limits);
    b_store_first(dst + column * shape->dst_pixel, panel->channels, bytes);
}

// One row of output in tiles; the last overlaps the one before and writes the same bytes again.
RK_INLINE void depthwise_output_row(
    const depthwise_panel *panel, const depthwise_row *rows, size_t height, size_t width, size_t stride, uint8_t *dst) {
    const size_t count = panel->shape->dst_width, pad = panel->shape->window.pad_left;
    size_t column = 0;
    for (; count >= QUAD_COLUMNS && column < count; column += QUAD_COLUMNS) {
        if (count - column < QUAD_COLUMNS) column = count - QUAD_COLUMNS;
        const size_t end = (column + QUAD_COLUMNS - 1) * stride + width;
        if (column * stride >= pad && end <= panel->shape->src_width + pad) {
            depthwise_tile(panel, rows, column, height, width, stride, true, dst);
        } else {
            depthwise_tile(panel, rows, column, height, width, stride, false, dst);
        }
    }
    for (; column < count; column++) depthwise_pixel(panel, rows, column, dst);
}

static void depthwise_row_by_window(const depthwise_panel *panel, const depthwise_row *rows, uint8_t *dst) {
    const rk_window *w = &panel->shape->window;
    const size_t h = w->height, side = w->width, s = w->stride_x;
    const bool fast = w->dilation_x == 1 && (!QUAD_WHOLE || panel->channels == quad_bytes);
    if (fast && h == 3 && side == 3 && s == 1) {
        depthwise_output_row(panel, rows, 3, 3, 1, dst);
    } else if (fast && h == 3 && side == 3 && s == 2) {
        depthwise_output_row(panel, rows, 3, 3, 2, dst);
    } else if (fast && h == 5 && side == 5 && s == 1) {
        depthwise_output_row(panel, rows, 5, 5, 1, dst);
    } else if (fast && h == 5 && side == 5 && s == 2) {
        depthwise_output_row(panel, rows, 5, 5, 2, dst);
    } else {
        for (size_t column = 0; column < panel->shape->dst_width; column++) depthwise_pixel(panel, rows, column, dst);
    }
}

void QUAD_DEPTHWISE(
    const rk_quantized_depthwise *shape, const uint8_t *src, const uint8_t *border, const void *weights, uint8_t *dst,
    size_t first_row, size_t row_count) {
    const rk_window *w = &shape->window;
    const rk_requantization *how = &shape->requantization;
    const size_t panel_bytes =
        quad_panel_bytes(4, quad_lanes, quad_count(w->height) * w->width, quad_vector_bytes);
    depthwise_panel panel = {shape, border, weights, 0, q_limits(how->zero, how->minimum, how->maximum)};
    for (size_t first = 0; first < shape->channels; first += quad_bytes) {
        const size_t left = shape->channels - first;
#ifdef QUAD_NARROW_DEPTHWISE
        if (left <= quad_bytes / 2) {
            rk_quantized_depthwise rest = *shape;
            rest.channels = left;
            QUAD_NARROW_DEPTHWISE(&rest, src + first, border + first, panel.weights, dst + first, first_row, row_count);
            return;
        }
#endif
        panel.channels = left < quad_bytes ? left : quad_bytes;
        panel.border = border + first;
        for (size_t i = 0; i < row_count; i++) {
            depthwise_row rows[(rk_most_taps + 3) / 4 * 4];
            for (size_t ky = 0; ky < w->height; ky++) {
                const size_t row = (first_row + i) * w->stride_y + ky * w->dilation_y;
                const bool inside = row >= w->pad_top && row - w->pad_top < shape->src_height;
                rows[ky] = inside ? (depthwise_row){
                                        src + first + (row - w->pad_top) % shape->src_rows * shape->src_row, -1}
                                  : (depthwise_row){panel.border, 0};
            }
            depthwise_row_by_window(&panel, rows, dst + first + i * shape->dst_row);
        }
        panel.weights += panel_bytes;
    }
}
