// depthwise (contract: depthwise.h), in the words of simd-<isa>.h.
//
// A tile is several neighbouring output columns of one vector of channels, their sums in registers. For each row of the
// window its weights are loaded once; then each input column under the tile is loaded once and serves all its taps. The
// taps of a row, the stride and the columns of a tile are constants, so that every loop of a tile unrolls.
// The order of the loops: chunks of channels (their weights and the rows under the window stay in the first-level
// cache), output rows, tiles, vectors of the chunk (so that finding a tile's place is paid once for all of them).
#include <stdbool.h>

#include "operators.h"
#include "simd-common.h"
#include "taps.h"

// The including file sets RK_DEPTHWISE_COLUMNS: the widest tile, as many sums as the registers and the latency ask for.
enum { widest_tile = RK_DEPTHWISE_COLUMNS, wide_tile = 7, narrow_tile = 4, most_taps = 5 };

// What is the same for all tiles of one output row.
typedef struct dw_row {
    const rk_depthwise *shape;
    const float *src, *weights, *bias;
    float *dst;
    rk_taps y;
    size_t first_line, line_step;  // where tap y.first's row lies in the ring of src_rows, and how far the next one
    rk_bounds bounds;
} dw_row;

// Which input columns of a tile are tested for lying outside the image: none; half a window's at each end, enough where
// the pads are the usual ones; all.
typedef enum dw_reach { dw_inner, dw_rim, dw_free } dw_reach;

// Which of `inputs` (<= 31) columns from `left` are inside the image: bit i for column left + i.
RK_INLINE uint32_t dw_inside(ptrdiff_t left, ptrdiff_t inputs, ptrdiff_t width) {
    const ptrdiff_t first = left >= 0 ? 0 : -left < inputs ? -left : inputs;
    const ptrdiff_t last = width - left < first ? first : width - left < inputs ? width - left : inputs;
    return (1u << last) - (1u << first);
}

// Output columns ox ..< ox + columns of channels c ..< end, which are whole vectors, or with part less than one.
// taps, stride, columns, reach and part are constants.
// What the loops read again and again is copied out of the structures first: the stores might change those.
RK_INLINE void dw_tile(
    const dw_row *row, size_t c, size_t end, size_t ox, size_t taps, size_t stride, size_t columns, dw_reach reach,
    bool part) {
    const rk_depthwise *shape = row->shape;
    const size_t inputs = (columns - 1) * stride + taps;
    const ptrdiff_t left = (ptrdiff_t)(ox * stride) - (ptrdiff_t)shape->window.pad_left;
    const uint32_t inside = dw_inside(left, (ptrdiff_t)inputs, (ptrdiff_t)shape->src_width);
    const size_t tap = shape->weights_tap, src_pixel = shape->src_pixel, dst_pixel = shape->dst_pixel;
    const size_t src_rows = shape->src_rows, src_row = shape->src_row, first_line = row->first_line;
    const size_t line_step = row->line_step, row_taps = row->y.last - row->y.first;
    const float *const bias = row->bias, *const weights = row->weights + row->y.first * taps * tap;
    const uintptr_t start_column = (uintptr_t)left * src_pixel * sizeof(float), column_step = src_pixel * sizeof(float);
    const float *const src = row->src;
    const rk_bounds bounds = row->bounds;
    float *const dst = row->dst + ox * dst_pixel;

    for (; c < end; c += rk_lanes) {
        const size_t n = part ? end - c : rk_lanes;
        rk_v sum[widest_tile];
        const rk_v start = bias ? v_load_up_to(bias + c, n) : v_zero();
#pragma clang loop unroll(full)
        for (size_t t = 0; t < columns; t++) sum[t] = start;

        size_t at = first_line;
        const float *row_weights = weights + c;
        for (size_t ky = 0; ky < row_taps; ky++) {
            const float *line = src + at * src_row + c;
            rk_v weight[most_taps];
#pragma clang loop unroll(full)
            for (size_t kx = 0; kx < taps; kx++) weight[kx] = v_load_up_to(row_weights + kx * tap, n);
            // A number, for outside the image it is no pointer.
            uintptr_t column = (uintptr_t)line + start_column;
#pragma clang loop unroll(full)
            for (size_t i = 0; i < inputs; i++, column += column_step) {
                // Otherwise the compiler computes all columns beforehand, into more registers than there are.
                if (reach == dw_inner) __asm__("" : "+r"(column));
                const bool tested = reach == dw_free || (reach == dw_rim && (i < taps / 2 || i + taps / 2 >= inputs));
                if (tested && !(inside >> i & 1)) continue;
                const rk_v value = v_load_up_to((const float *)column, n);
#pragma clang loop unroll(full)
                for (size_t kx = 0; kx < taps; kx++) {
                    if (i >= kx && (i - kx) % stride == 0 && (i - kx) / stride < columns) {
                        const size_t t = (i - kx) / stride;
                        sum[t] = v_fma(value, weight[kx], sum[t]);
                    }
                }
            }
            row_weights += taps * tap;
            at += line_step;
            if (at >= src_rows) at -= src_rows;
        }
        float *out = dst + c;
#pragma clang loop unroll(full)
        for (size_t t = 0; t < columns; t++) v_store_up_to(out + t * dst_pixel, n, v_clamp(sum[t], bounds));
    }
}

// One tile, the way that fits. With five taps every column is tested: these branches cost less than what the compiler
// does without them, loading columns ahead until the registers overflow (14x14x672: 77 against 67 % of the FMA peak).
RK_INLINE void dw_any_tile(
    const dw_row *row, size_t c, size_t end, size_t ox, size_t taps, size_t stride, size_t columns) {
    const size_t whole = end - (end - c) % rk_lanes, width = row->shape->src_width, pad = row->shape->window.pad_left;
    const size_t left = ox * stride, right = left + (columns - 1) * stride + taps;  // both counted from the left pad
    const dw_reach edge = taps < 5 ? dw_rim : dw_free;
    if (edge == dw_rim && (left + taps / 2 < pad || right > width + pad + taps / 2)) {
        for (size_t t = 0; t < columns; t++) {
            dw_tile(row, c, whole, ox + t, taps, stride, 1, dw_free, false);
            if (whole < end) dw_tile(row, whole, end, ox + t, taps, stride, 1, dw_free, true);
        }
        return;
    }
    if (left >= pad && right <= width + pad) {
        dw_tile(row, c, whole, ox, taps, stride, columns, dw_inner, false);
    } else {
        dw_tile(row, c, whole, ox, taps, stride, columns, edge, false);
    }
    if (whole < end) dw_tile(row, whole, end, ox, taps, stride, columns, edge, true);
}

// All columns of channels c ..< end. What a row of tiles leaves over is done by a tile that overlaps the one before:
// the same values are written twice, which costs less than single columns.
RK_INLINE void dw_columns(const dw_row *row, size_t c, size_t end, size_t taps, size_t stride) {
    const size_t width = row->shape->dst_width;
    for (size_t ox = 0; ox < width;) {
        const size_t left = width - ox;
        if (widest_tile > wide_tile && left >= widest_tile) {
            dw_any_tile(row, c, end, ox, taps, stride, widest_tile);
            ox += widest_tile;
        } else if (left > narrow_tile && width >= wide_tile) {
            ox = left < wide_tile ? width - wide_tile : ox;
            dw_any_tile(row, c, end, ox, taps, stride, wide_tile);
            ox += wide_tile;
        } else if (width >= narrow_tile) {
            ox = left < narrow_tile ? width - narrow_tile : ox;
            dw_any_tile(row, c, end, ox, taps, stride, narrow_tile);
            ox += narrow_tile;
        } else {
            dw_any_tile(row, c, end, ox, taps, stride, 1);
            ox += 1;
        }
    }
}

// The fast form for one number of taps in a row and one stride.
#define DEFINE_ROW(taps, stride)                                                         \
    static void dw_row_##taps##_##stride(const dw_row *row, size_t c, size_t end) {      \
        dw_columns(row, c, end, taps, stride);                                           \
    }
DEFINE_ROW(3, 1)
DEFINE_ROW(3, 2)
DEFINE_ROW(5, 1)
DEFINE_ROW(5, 2)

// Several vectors of channels of one output column, for any window. vectors is a constant.
enum { group = 4 };

RK_INLINE void dw_pixel(const dw_row *row, rk_taps x, size_t c, size_t n, size_t ox, size_t vectors) {
    const rk_depthwise *shape = row->shape;
    const rk_window *w = &shape->window;
    rk_v sum[group];
    for (size_t v = 0; v < vectors; v++) sum[v] = row->bias ? v_load_up_to(row->bias + c + v * rk_lanes, n) : v_zero();
    size_t at = row->first_line;
    for (size_t ky = row->y.first; ky < row->y.last; ky++) {
        const float *line = row->src + at * shape->src_row + c;
        for (size_t kx = x.first; kx < x.last; kx++) {
            const float *in = line + (size_t)(x.start + (ptrdiff_t)(kx * w->dilation_x)) * shape->src_pixel;
            const float *tap = row->weights + (ky * w->width + kx) * shape->weights_tap + c;
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) {
                sum[v] = v_fma(v_load_up_to(in + v * rk_lanes, n), v_load_up_to(tap + v * rk_lanes, n), sum[v]);
            }
        }
        at += row->line_step;
        if (at >= shape->src_rows) at -= shape->src_rows;
    }
    float *out = row->dst + ox * shape->dst_pixel + c;
    for (size_t v = 0; v < vectors; v++) v_store_up_to(out + v * rk_lanes, n, v_clamp(sum[v], row->bounds));
}

static void dw_row_any(const dw_row *row, size_t first, size_t end) {
    const rk_depthwise *shape = row->shape;
    const rk_window *w = &shape->window;
    for (size_t ox = 0; ox < shape->dst_width; ox++) {
        rk_taps x = rk_taps_inside(ox, w->width, w->stride_x, w->dilation_x, w->pad_left, shape->src_width);
        size_t c = first;
        for (; end - c >= group * rk_lanes; c += group * rk_lanes) dw_pixel(row, x, c, rk_lanes, ox, group);
        for (; end - c >= rk_lanes; c += rk_lanes) dw_pixel(row, x, c, rk_lanes, ox, 1);
        if (c < end) dw_pixel(row, x, c, end - c, ox, 1);
    }
}

typedef void dw_row_function(const dw_row *row, size_t c, size_t end);

static dw_row_function *dw_choose(const rk_window *w) {
    if (w->dilation_x != 1) return dw_row_any;
    if (w->width == 3 && w->stride_x == 1) return dw_row_3_1;
    if (w->width == 3 && w->stride_x == 2) return dw_row_3_2;
    if (w->width == 5 && w->stride_x == 1) return dw_row_5_1;
    if (w->width == 5 && w->stride_x == 2) return dw_row_5_2;
    return dw_row_any;
}

// As many channels as let the input rows under the window stay in the first-level cache, in whole cache lines.
static size_t dw_chunk(const rk_depthwise *shape) {
    enum { cache = 24 * 1024 / sizeof(float), step = 64 };
    const size_t fit = cache / (shape->window.height * (shape->src_width + shape->window.width));
    return fit < step ? step : fit - fit % step;
}

void RK_VARIANT(f32_f32_depthwise)(
    const rk_depthwise *shape, const float *src, const float *weights, const float *bias, float *dst, size_t first_row,
    size_t rows) {
    const rk_window *w = &shape->window;
    dw_row_function *const do_row = dw_choose(w);
    const size_t chunk = dw_chunk(shape);
    dw_row row = {.shape = shape, .src = src, .weights = weights, .bias = bias};
    row.bounds = v_bounds(shape->minimum, shape->maximum);
    row.line_step = w->dilation_y % shape->src_rows;
    for (size_t c = 0; c < shape->channels; c += chunk) {
        const size_t end = shape->channels - c < chunk ? shape->channels : c + chunk;
        for (size_t i = 0; i < rows; i++) {
            row.y = rk_taps_inside(first_row + i, w->height, w->stride_y, w->dilation_y, w->pad_top, shape->src_height);
            const ptrdiff_t first = row.y.start + (ptrdiff_t)(row.y.first * w->dilation_y);
            row.first_line = row.y.first < row.y.last ? (size_t)first % shape->src_rows : 0;
            row.dst = dst + i * shape->dst_row;
            do_row(&row, c, end);
        }
    }
}
