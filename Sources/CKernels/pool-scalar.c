#include <math.h>

#include "operators.h"
#include "pool-taps.h"

void rk_f32_f32_max_pool__scalar(const rk_pool *shape, const float *src, float *dst, size_t first_row, size_t rows) {
    for (size_t row = 0; row < rows; row++) {
        rk_taps y = rk_pool_rows(shape, first_row + row);
        for (size_t ox = 0; ox < shape->dst_width; ox++) {
            rk_taps x = rk_pool_columns(shape, ox);
            float *out = dst + row * shape->dst_row + ox * shape->dst_pixel;
            for (size_t c = 0; c < shape->channels; c++) out[c] = -INFINITY;
            for (size_t ky = y.first; ky < y.last; ky++) {
                for (size_t kx = x.first; kx < x.last; kx++) {
                    const float *in = rk_pool_tap(shape, src, y, x, ky, kx);
                    for (size_t c = 0; c < shape->channels; c++) out[c] = in[c] > out[c] ? in[c] : out[c];
                }
            }
        }
    }
}

void rk_f32_f32_average_pool__scalar(
    const rk_pool *shape, const float *src, float *dst, size_t first_row, size_t rows) {
    for (size_t row = 0; row < rows; row++) {
        rk_taps y = rk_pool_rows(shape, first_row + row);
        for (size_t ox = 0; ox < shape->dst_width; ox++) {
            rk_taps x = rk_pool_columns(shape, ox);
            size_t count = rk_pool_count(shape, first_row + row, ox, y, x);
            float share = count ? 1 / (float)count : 0;
            float *out = dst + row * shape->dst_row + ox * shape->dst_pixel;
            for (size_t c = 0; c < shape->channels; c++) out[c] = 0;
            for (size_t ky = y.first; ky < y.last; ky++) {
                for (size_t kx = x.first; kx < x.last; kx++) {
                    const float *in = rk_pool_tap(shape, src, y, x, ky, kx);
                    for (size_t c = 0; c < shape->channels; c++) out[c] += in[c];
                }
            }
            for (size_t c = 0; c < shape->channels; c++) out[c] *= share;
        }
    }
}

void rk_f32_f32_global_average_pool__scalar(
    size_t rows, size_t channels, const float *src, size_t src_stride, float *dst) {
    float share = rows ? 1 / (float)rows : 0;
    for (size_t c = 0; c < channels; c++) dst[c] = 0;
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < channels; c++) dst[c] += src[r * src_stride + c];
    }
    for (size_t c = 0; c < channels; c++) dst[c] *= share;
}
