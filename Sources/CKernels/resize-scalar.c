#include "clamp.h"
#include "operators.h"

void rk_u8_f32_resize_row__scalar(
    size_t n, size_t taps, const uint8_t *src, const uint32_t *first, const float *weights, float *dst, size_t plane) {
    for (size_t i = 0; i < n; i++, weights += taps) {
        const uint8_t *pixel = src + (size_t)first[i] * 4;
        float sums[4][3] = {{0}};
        for (size_t k = 0; k < taps; k++) {
            for (size_t c = 0; c < 3; c++) sums[k % 4][c] += (float)pixel[4 * k + c] * weights[k];
        }
        for (size_t c = 0; c < 3; c++) {
            dst[c * plane + i] = (sums[0][c] + sums[1][c]) + (sums[2][c] + sums[3][c]);
        }
    }
}

void rk_f32_f32_resize_column__scalar(
    size_t n, size_t taps, const float *const *rows, size_t skip, const float *weights, float *dst, float offset,
    float factor) {
    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        for (size_t k = 0; k < taps; k++) sum += rows[k][skip + i] * weights[k];
        dst[i] = (rk_clamp(sum, 0, 255) - offset) * factor;
    }
}
