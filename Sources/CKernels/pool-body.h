// The pools (contracts: pool.h), in the words of simd-<isa>.h.
#include <math.h>
#include <stdbool.h>

#include "operators.h"
#include "pool-taps.h"
#include "simd-common.h"

// Independent sums at a time, so that the latency of one addition does not set the pace.
enum { group = 4 };

// `vectors` vectors of channels of one output pixel, the last of n lanes. vectors and largest are constants.
RK_INLINE void pool_pixel(
    const rk_pool *shape, const float *src, rk_taps y, rk_taps x, float *out, size_t vectors, size_t n, bool largest,
    float share) {
    rk_v sum[group];
    for (size_t v = 0; v < vectors; v++) sum[v] = largest ? v_all(-INFINITY) : v_zero();
    for (size_t ky = y.first; ky < y.last; ky++) {
        for (size_t kx = x.first; kx < x.last; kx++) {
            const float *in = rk_pool_tap(shape, src, y, x, ky, kx);
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) {
                rk_v value = v_load_up_to(in + v * rk_lanes, n);
                sum[v] = largest ? v_max(value, sum[v]) : v_add(value, sum[v]);
            }
        }
    }
    for (size_t v = 0; v < vectors; v++) {
        v_store_up_to(out + v * rk_lanes, n, largest ? sum[v] : v_mul(sum[v], v_all(share)));
    }
}

RK_INLINE void pool(
    const rk_pool *shape, const float *src, float *dst, size_t first_row, size_t rows, bool largest) {
    for (size_t row = 0; row < rows; row++) {
        rk_taps y = rk_pool_rows(shape, first_row + row);
        for (size_t ox = 0; ox < shape->dst_width; ox++) {
            rk_taps x = rk_pool_columns(shape, ox);
            size_t count = largest ? 1 : rk_pool_count(shape, first_row + row, ox, y, x);
            float share = count ? 1 / (float)count : 0;
            float *out = dst + row * shape->dst_row + ox * shape->dst_pixel;
            size_t c = 0;
            for (; shape->channels - c >= group * rk_lanes; c += group * rk_lanes) {
                pool_pixel(shape, src + c, y, x, out + c, group, rk_lanes, largest, share);
            }
            for (; shape->channels - c >= rk_lanes; c += rk_lanes) {
                pool_pixel(shape, src + c, y, x, out + c, 1, rk_lanes, largest, share);
            }
            if (c < shape->channels) {
                pool_pixel(shape, src + c, y, x, out + c, 1, shape->channels - c, largest, share);
            }
        }
    }
}

void RK_VARIANT(f32_f32_max_pool)(const rk_pool *shape, const float *src, float *dst, size_t first_row, size_t rows) {
    pool(shape, src, dst, first_row, rows, true);
}

void RK_VARIANT(f32_f32_average_pool)(
    const rk_pool *shape, const float *src, float *dst, size_t first_row, size_t rows) {
    pool(shape, src, dst, first_row, rows, false);
}

// One row after the other for each channel, as scalar does: the same sums to the bit.
RK_INLINE void average_rows(
    size_t rows, const float *src, size_t src_stride, float *dst, size_t vectors, size_t n, rk_v share) {
    rk_v sum[group];
    for (size_t v = 0; v < vectors; v++) sum[v] = v_zero();
    for (size_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) {
            sum[v] = v_add(sum[v], v_load_up_to(src + r * src_stride + v * rk_lanes, n));
        }
    }
    for (size_t v = 0; v < vectors; v++) v_store_up_to(dst + v * rk_lanes, n, v_mul(sum[v], share));
}

void RK_VARIANT(f32_f32_global_average_pool)(
    size_t rows, size_t channels, const float *src, size_t src_stride, float *dst) {
    const rk_v share = v_all(rows ? 1 / (float)rows : 0);
    size_t c = 0;
    for (; channels - c >= group * rk_lanes; c += group * rk_lanes) {
        average_rows(rows, src + c, src_stride, dst + c, group, rk_lanes, share);
    }
    for (; channels - c >= rk_lanes; c += rk_lanes) {
        average_rows(rows, src + c, src_stride, dst + c, 1, rk_lanes, share);
    }
    if (c < channels) average_rows(rows, src + c, src_stride, dst + c, 1, channels - c, share);
}
