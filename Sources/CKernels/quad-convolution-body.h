// convolution (contract: quantized-convolution.h), in the words of quad-<isa>.h.
//
// A tile is several pixels by the vectors of a panel, their sums in registers. For each quad of src the weights' vectors
// are loaded once, and each pixel's quad, spread over a vector, serves them all. The pixels of a tile lie at one distance
// from each other for every tap; where taps of a row's first and last pixels lie outside, these are tiles of one.
#include <stdbool.h>

#include "operators.h"
#include "quad-packing.h"
#include "quad-tails.h"

// The including file sets the pixels of a tile by the vectors of a panel: QUAD_PIXELS_4, _2 (even), _1 (a multiple of 4); and
// QUAD_STREAMS, the panels that take turns where there is one pixel.

enum { quad_line = 64 };  // bytes of a cache line

// One tap of a run of pixels: where the first pixel's lies, and how far apart the others' are.
typedef struct run_tap {
    const uint8_t *src;
    size_t step;
} run_tap;

typedef struct run {
    const rk_quantized_convolution *shape;
    const run_tap *taps;
    size_t tap_count;
    size_t depth;  // bytes of src that one tap reads: a pixel, or the pixels of a row of the window
    const int8_t *panel;
    size_t width;  // channels of the panel that there are
    // Weights that are needed soon: the next tiles ask for a cache line of them for every quad, so that nothing waits for
    // memory. A prefetch reads nothing: any address will do.
    uintptr_t ahead;
    size_t ahead_tiles;
    const uint8_t *residual;
    uint8_t *dst;
    float *floats;  // instead of dst
    rk_limits limits;
} run;

RK_INLINE void store_pixel(uint8_t *p, const uint8_t *bytes, size_t whole, size_t width) {
    if (width == whole) {
        memcpy(p, bytes, whole);
    } else {
        for (size_t i = 0; i < width; i++) p[i] = bytes[i];
    }
}

// The sums of one pixel as floats: `width` channels.
RK_INLINE void store_floats(float *dst, const rk_sums *sum, const int8_t *scales, size_t vectors, size_t width) {
    float out[4 * quad_lanes];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
        const rk_floats value = f_mul(f_of(sum[v]), f_load_packed(scales + v * quad_lanes * 4));
#pragma clang loop unroll(full)
        for (size_t b = 0; b < quad_blocks; b++) f_store_block(out + 4 * (vectors * b + v), value, b);
    }
    memcpy(dst, out, width * sizeof(float));
}

// Pixels first ..< first + pixels of a run. pixels and vectors are constants.
RK_INLINE void convolution_tile(const run *run, size_t first, size_t pixels, size_t vectors) {
    enum { most_pixels = QUAD_PIXELS_1 > QUAD_PIXELS_2 ? QUAD_PIXELS_1 : QUAD_PIXELS_2 };
    const rk_quantized_convolution *shape = run->shape;
    const int8_t *weights = run->panel + vectors * quad_lanes * 8;
    uintptr_t ahead = run->ahead_tiles > 0 ? run->ahead : (uintptr_t)weights;
    const size_t ahead_step = run->ahead_tiles > 0 ? quad_line : 0;
    rk_sums sum[most_pixels][4];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
        const rk_sums bias = q_load(run->panel + v * quad_lanes * 4);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < pixels; i++) sum[i][v] = bias;
    }
    const size_t quads = run->depth / 4, rest = run->depth % 4;
    for (size_t t = 0; t < run->tap_count; t++) {
        const size_t step = run->taps[t].step;
        const uint8_t *src = run->taps[t].src + first * step;
#pragma clang loop unroll(disable)
        for (size_t q = 0; q < quads; q++, src += 4, weights += vectors * quad_vector_bytes) {
            __builtin_prefetch((const void *)ahead, 0, 2);
            ahead += ahead_step;
            rk_weights weight[4];
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) weight[v] = q_weights(weights + v * quad_vector_bytes);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < pixels; i++) {
                const rk_quads quad = q_all(quad_at(src + i * step));
#pragma clang loop unroll(full)
                for (size_t v = 0; v < vectors; v++) sum[i][v] = q_dot(sum[i][v], quad, weight[v]);
            }
        }
        if (!rest) continue;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < pixels; i++) {
            const rk_quads quad = q_all(last_quad(src + i * step, rest));
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) {
                sum[i][v] = q_dot(sum[i][v], quad, q_weights(weights + v * quad_vector_bytes));
            }
        }
        weights += vectors * quad_vector_bytes;
    }

    const size_t whole = vectors * quad_lanes;
    const int8_t *scales = run->panel + vectors * quad_lanes * 4;
    if (run->floats) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < pixels; i++) {
            store_floats(run->floats + (first + i) * shape->dst_pixel, sum[i], scales, vectors, run->width);
        }
        return;
    }

#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
        const rk_floats scale = f_load_packed(scales + v * quad_lanes * 4);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < pixels; i++) {
            rk_floats value = f_mul(f_of(sum[i][v]), scale);
            if (run->residual) {
                const uint8_t *beside = run->residual + (first + i) * shape->residual_pixel;
                const rk_requantization *how = &shape->requantization;
                const rk_floats zero = f_all((float)-how->residual_zero);
                const rk_floats one = f_all(1);
                // A whole number below 2^24 less another: exact.
                const rk_floats other = f_fma(f_of(q_widened(beside, run->width, vectors, v)), one, zero);
                value = f_fma(other, f_all(how->residual_scale), value);
            }
            sum[i][v] = f_round(value);
        }
    }
    uint8_t *dst = run->dst + first * shape->dst_pixel;
    if (vectors == 4) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < pixels; i++) {
            const rk_bytes bytes =
                q_finish(q_narrow(sum[i][0], sum[i][1]), q_narrow(sum[i][2], sum[i][3]), run->limits);
            b_store_first(dst + i * shape->dst_pixel, run->width, bytes);
        }
        return;
    }
    // Several pixels share a vector of bytes.
    const size_t sharing = 4 / vectors;
#pragma clang loop unroll(full)
    for (size_t i = 0; i < pixels; i += sharing) {
        rk_sums four[4];
#pragma clang loop unroll(full)
        for (size_t n = 0; n < 4; n++) {
            const size_t pixel = i + n / vectors < pixels ? i + n / vectors : pixels - 1;
            four[n] = sum[pixel][n % vectors];
        }
        const rk_bytes tangled = q_finish(q_narrow(four[0], four[1]), q_narrow(four[2], four[3]), run->limits);
        uint8_t bytes[quad_bytes];
        b_store(bytes, b_untangle(tangled, vectors));
#pragma clang loop unroll(full)
        for (size_t n = 0; n < sharing; n++) {
            if (i + n < pixels) store_pixel(dst + (i + n) * shape->dst_pixel, bytes + n * whole, whole, run->width);
        }
    }
}

#define QUAD_TILE_CASE(pixels)                       \
    case pixels:                                     \
        convolution_tile(run, first, pixels, 4);     \
        return;
static void tile_of_four(const run *run, size_t first, size_t pixels) {
    switch (pixels) {
        QUAD_TILE_CASE(1)
        QUAD_TILE_CASE(2)
        QUAD_TILE_CASE(3)
#if QUAD_PIXELS_4 > 3
        QUAD_TILE_CASE(4)
        QUAD_TILE_CASE(5)
        QUAD_TILE_CASE(6)
#endif
    }
}

// Pixels in tiles of `most`; where some are left, a tile that overlaps the one before writes the same bytes again.
RK_INLINE void run_in_tiles(const run *run, size_t pixels, size_t most, size_t vectors) {
    size_t first = 0;
    for (; pixels - first >= most; first += most) convolution_tile(run, first, most, vectors);
    if (first == pixels) return;
    if (pixels > most) {
        convolution_tile(run, pixels - most, most, vectors);
        return;
    }
    for (; first < pixels; first++) convolution_tile(run, first, 1, vectors);
}

static void run_pixels(run *run, size_t pixels, size_t vectors) {
    if (vectors == 4) {  // tiles as even as can be
        const size_t tiles = (pixels + QUAD_PIXELS_4 - 1) / QUAD_PIXELS_4;
        size_t first = 0;
        for (size_t left = tiles; left > 0; left--) {
            const size_t count = (pixels - first + left - 1) / left;
            tile_of_four(run, first, count);
            first += count;
            if (run->ahead_tiles > 0) {
                run->ahead += run->tap_count * (run->depth / 4) * quad_line;
                run->ahead_tiles -= 1;
            }
        }
    } else if (vectors == 2) {
        run_in_tiles(run, pixels, QUAD_PIXELS_2, 2);
    } else {
        run_in_tiles(run, pixels, QUAD_PIXELS_1, 1);
    }
}

// The taps of output pixel (row, column) and how they move from there to the next pixel; the first of each row of the
// window where the others lie right behind it.
static void find_taps(
    const rk_quantized_convolution *shape, const uint8_t *src, const uint8_t *border, size_t row, size_t column,
    size_t width, run_tap *taps) {
    const rk_window *w = &shape->window;
    const size_t step = w->stride_x * shape->src_pixel;
    for (size_t ky = 0; ky < w->height; ky++) {
        const ptrdiff_t y = (ptrdiff_t)(row * w->stride_y + ky * w->dilation_y) - (ptrdiff_t)w->pad_top;
        const bool inside = y >= 0 && (size_t)y < shape->src_height;
        for (size_t kx = 0; kx < width; kx++) {
            const ptrdiff_t x = (ptrdiff_t)(column * w->stride_x + kx * w->dilation_x) - (ptrdiff_t)w->pad_left;
            const bool here = inside && x >= 0 && (size_t)x < shape->src_width;
            *taps++ = here ? (run_tap){src + (size_t)y * shape->src_row + (size_t)x * shape->src_pixel, step}
                           : (run_tap){border, 0};
        }
    }
}

// One panel for a band of rows.
static void convolve_panel(
    run *run, size_t vectors, const uint8_t *src, const uint8_t *border, const uint8_t *residual, uint8_t *dst,
    float *floats, size_t first_row, size_t rows) {
    const rk_quantized_convolution *shape = run->shape;
    const rk_window *w = &shape->window;
    run_tap taps[rk_most_taps];
    run->taps = taps;
    size_t width = shape->dst_width, band = rows;
    // Pixels of the output that lie in a row and look at pixels of the input that do, too: all of a band is one run.
    if (w->height * w->width == 1 && w->pad_left == 0 && w->pad_top == 0 && w->stride_x == 1 && w->stride_y == 1 &&
        shape->src_row == width * shape->src_pixel && shape->dst_row == width * shape->dst_pixel &&
        (!residual || shape->residual_row == width * shape->residual_pixel)) {
        width *= rows;
        band = rows ? 1 : 0;
    }
    // Columns begin ..< end look at no column outside.
    const size_t reach = (w->width - 1) * w->dilation_x + 1;
    size_t begin = (w->pad_left + w->stride_x - 1) / w->stride_x, end = 0;
    if (shape->src_width + w->pad_left >= reach) end = (shape->src_width + w->pad_left - reach) / w->stride_x + 1;
    if (width != shape->dst_width) end = width;
    if (end > width) end = width;
    if (begin > end) begin = end;
    // The pixels that the taps of a row look at lie one behind the other, without a rest beside whole quads.
    const bool dense = w->dilation_x == 1 && shape->src_pixel == shape->depth && shape->depth % 4 == 0;
    for (size_t i = 0; i < band; i++) {
        for (size_t column = 0; column < width;) {
            const bool inside = column >= begin && column < end;
            const size_t count = inside ? end - column : 1;
            // Rows above and below are the border, which has one pixel.
            const size_t top = (first_row + i) * w->stride_y;
            const bool joined = inside && dense && top >= w->pad_top &&
                                top - w->pad_top + (w->height - 1) * w->dilation_y < shape->src_height;
            run->tap_count = w->height * (joined ? 1 : w->width);
            run->depth = shape->depth * (joined ? w->width : 1);
            find_taps(shape, src, border, first_row + i, column, joined ? 1 : w->width, taps);
            run->residual = residual ? residual + i * shape->residual_row + column * shape->residual_pixel : NULL;
            if (floats) {
                run->floats = floats + i * shape->dst_row + column * shape->dst_pixel;
            } else {
                run->dst = dst + i * shape->dst_row + column * shape->dst_pixel;
            }
            run_pixels(run, count, vectors);
            column += count;
        }
    }
}

// One pixel, as a dense layer has, which waits for its weights: a processor fetches ahead in several places at once what it would
// not in one, so that some whole panels take turns for each quad. Returns how many channels it did.
static size_t convolve_pixel(const rk_quantized_convolution *shape, const uint8_t *src, const int8_t *weights, float *dst) {
    enum { width = 4 * quad_lanes };
    const size_t quads = shape->depth / 4;
    const size_t bytes = quad_panel_bytes(4, quad_lanes, quads, quad_vector_bytes);
    size_t first = 0;
    for (; shape->channels - first >= QUAD_STREAMS * width; first += QUAD_STREAMS * width) {
        const int8_t *const panel = weights + first / width * bytes;
        rk_sums sum[QUAD_STREAMS][4];
#pragma clang loop unroll(full)
        for (size_t p = 0; p < QUAD_STREAMS; p++) {
#pragma clang loop unroll(full)
            for (size_t v = 0; v < 4; v++) sum[p][v] = q_load(panel + p * bytes + v * quad_lanes * 4);
        }
        const int8_t *next = panel + width * 8;
#pragma clang loop unroll(disable)
        for (size_t q = 0; q < quads; q++, next += 4 * quad_vector_bytes) {
            const rk_quads quad = q_all(quad_at(src + 4 * q));
#pragma clang loop unroll(full)
            for (size_t p = 0; p < QUAD_STREAMS; p++) {
#pragma clang loop unroll(full)
                for (size_t v = 0; v < 4; v++) {
                    sum[p][v] = q_dot(sum[p][v], quad, q_weights(next + p * bytes + v * quad_vector_bytes));
                }
            }
        }
#pragma clang loop unroll(full)
        for (size_t p = 0; p < QUAD_STREAMS; p++) {
            store_floats(dst + first + p * width, sum[p], panel + p * bytes + width * 4, 4, width);
        }
    }
    return first;
}

static bool is_one_pixel(const rk_quantized_convolution *shape, size_t first_row, size_t rows) {
    const rk_window *w = &shape->window;
    return w->height * w->width == 1 && w->pad_left == 0 && w->pad_top == 0 && shape->dst_width == 1 && rows == 1 &&
           first_row == 0 && shape->depth % 4 == 0;
}

static void convolve(
    const rk_quantized_convolution *shape, const uint8_t *src, const uint8_t *border, const void *weights,
    const uint8_t *residual, uint8_t *dst, float *floats, size_t first_row, size_t rows) {
    const rk_requantization *how = &shape->requantization;
    run run = {.shape = shape, .panel = weights, .limits = q_limits(how->zero, how->minimum, how->maximum)};
    const size_t quads = shape->window.height * shape->window.width * quad_count(shape->depth);
    size_t first = 0;
    if (floats && is_one_pixel(shape, first_row, rows)) {
        first = convolve_pixel(shape, src, weights, floats);
        run.panel += first / (4 * quad_lanes) * quad_panel_bytes(4, quad_lanes, quads, quad_vector_bytes);
    }
    while (first < shape->channels) {
        const size_t left = shape->channels - first, vectors = quad_vectors(left, quad_lanes);
        const size_t width = vectors * quad_lanes;
        const size_t bytes = quad_panel_bytes(vectors, quad_lanes, quads, quad_vector_bytes);
        run.width = left < width ? left : width;
        run.ahead = (uintptr_t)run.panel + bytes + (left > width ? 0 : shape->lead);
        run.ahead_tiles = vectors == 4 ? 4 * quad_vector_bytes / quad_line : 0;  // a whole panel
        convolve_panel(
            &run, vectors, src, border, residual ? residual + first : NULL, dst ? dst + first : NULL,
            floats ? floats + first : NULL, first_row, rows);
        run.panel += bytes;
        first += width;
    }
}

void RK_VARIANT(u8_u8_convolution)(
    const rk_quantized_convolution *shape, const uint8_t *src, const uint8_t *border, const void *weights,
    const uint8_t *residual, uint8_t *dst, size_t first_row, size_t rows) {
    convolve(shape, src, border, weights, residual, dst, NULL, first_row, rows);
}

void RK_VARIANT(u8_f32_convolution)(
    const rk_quantized_convolution *shape, const uint8_t *src, const uint8_t *border, const void *weights, float *dst,
    size_t first_row, size_t rows) {
    convolve(shape, src, border, weights, NULL, NULL, dst, first_row, rows);
}
