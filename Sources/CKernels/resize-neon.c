#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#include "clamp.h"
#include "operators.h"

/// Product and sum are rounded one after the other, as scalar does: no fused multiply-add.
static inline float32x4_t add_product(float32x4_t sum, uint16x4_t values, float weight) {
    return vaddq_f32(sum, vmulq_n_f32(vcvtq_f32_u32(vmovl_u16(values)), weight));
}

/// One result: red, green, blue, ignored.
static inline float32x4_t weigh(size_t taps, const uint8_t *pixels, const float *weights) {
    float32x4_t sums[4] = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};
    size_t k = 0;
    for (; k + 4 <= taps; k += 4) {
        uint8x16_t bytes = vld1q_u8(pixels + 4 * k);
        uint16x8_t low = vmovl_u8(vget_low_u8(bytes)), high = vmovl_u8(vget_high_u8(bytes));
        sums[0] = add_product(sums[0], vget_low_u16(low), weights[k]);
        sums[1] = add_product(sums[1], vget_high_u16(low), weights[k + 1]);
        sums[2] = add_product(sums[2], vget_low_u16(high), weights[k + 2]);
        sums[3] = add_product(sums[3], vget_high_u16(high), weights[k + 3]);
    }
    for (size_t j = 0; k < taps; k++, j++) {
        uint32_t pixel;
        memcpy(&pixel, pixels + 4 * k, sizeof pixel);
        uint16x8_t bytes = vmovl_u8(vcreate_u8(pixel));
        sums[j] = add_product(sums[j], vget_low_u16(bytes), weights[k]);
    }
    return vaddq_f32(vaddq_f32(sums[0], sums[1]), vaddq_f32(sums[2], sums[3]));
}

void rk_u8_f32_resize_row__neon(
    size_t n, size_t taps, const uint8_t *src, const uint32_t *first, const float *weights, float *dst, size_t plane) {
    for (size_t i = 0; i < n; i++, weights += taps) {
        float32x4_t value = weigh(taps, src + (size_t)first[i] * 4, weights);
        dst[i] = vgetq_lane_f32(value, 0);
        dst[plane + i] = vgetq_lane_f32(value, 1);
        dst[2 * plane + i] = vgetq_lane_f32(value, 2);
    }
}

void rk_f32_f32_resize_column__neon(
    size_t n, size_t taps, const float *const *rows, size_t skip, const float *weights, float *dst, float offset,
    float factor) {
    const float32x4_t zero = vdupq_n_f32(0), most = vdupq_n_f32(255);
    const float32x4_t offsets = vdupq_n_f32(offset);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        float32x4_t low = zero, high = zero;
        for (size_t k = 0; k < taps; k++) {
            const float *row = rows[k] + skip + i;
            low = vaddq_f32(low, vmulq_n_f32(vld1q_f32(row), weights[k]));
            high = vaddq_f32(high, vmulq_n_f32(vld1q_f32(row + 4), weights[k]));
        }
        low = vminq_f32(vmaxq_f32(low, zero), most);
        high = vminq_f32(vmaxq_f32(high, zero), most);
        vst1q_f32(dst + i, vmulq_n_f32(vsubq_f32(low, offsets), factor));
        vst1q_f32(dst + i + 4, vmulq_n_f32(vsubq_f32(high, offsets), factor));
    }
    if (i < n) rk_f32_f32_resize_column__scalar(n - i, taps, rows, skip + i, weights, dst + i, offset, factor);
}
#endif
