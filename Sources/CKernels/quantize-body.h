// quantize, dequantize, global_average_pool and add (contracts: quantize.h): plain loops, which the compiler turns into
// vectors of the instruction set that simd-<isa>.h switched on. All are exact, so that nothing is left to its taste.
#include <math.h>

#include "operators.h"

RK_INLINE int32_t whole_number(float value) {
    // A conversion of what is beyond 32 bits is undefined; what is beyond 16 saturates below.
    const float rounded = nearbyintf(value);
    return (int32_t)(rounded > 32767 ? 32767 : rounded < -32768 ? -32768 : rounded);
}

RK_INLINE int32_t limited(int32_t value, int32_t minimum, int32_t maximum) {
    value = value < minimum ? minimum : value;
    return value > maximum ? maximum : value;
}

void RK_VARIANT(f32_u8_quantize)(
    size_t pixels, size_t channels, const float *src, size_t src_stride, uint8_t *dst, size_t dst_stride, float scale,
    int32_t zero) {
    // By a power of two, multiplying is dividing.
    int exponent;
    const bool exact = frexpf(scale, &exponent) == 0.5f && exponent > -100 && exponent < 100;
    const float inverse = 1 / scale;
    if (channels == 3 && dst_stride == 4 && exact) {
        const float *green = src + src_stride, *blue = green + src_stride;
#pragma clang loop vectorize(enable) interleave(enable)
        for (size_t p = 0; p < pixels; p++) {
            const int32_t r = limited(whole_number(src[p] * inverse) + zero, 0, 255);
            const int32_t g = limited(whole_number(green[p] * inverse) + zero, 0, 255);
            const int32_t b = limited(whole_number(blue[p] * inverse) + zero, 0, 255);
            const int32_t pixel = r | g << 8 | b << 16;
            memcpy(dst + 4 * p, &pixel, 4);
        }
        return;
    }
    for (size_t c = 0; c < dst_stride; c++) {
        for (size_t p = 0; p < pixels; p++) {
            const float value = c < channels ? src[c * src_stride + p] / scale : 0;
            dst[p * dst_stride + c] = c < channels ? (uint8_t)limited(whole_number(value) + zero, 0, 255) : 0;
        }
    }
}

void RK_VARIANT(u8_f32_dequantize)(size_t n, const uint8_t *src, float *dst, float scale, int32_t zero) {
    for (size_t i = 0; i < n; i++) dst[i] = (float)(src[i] - zero) * scale;
}

void RK_VARIANT(u8_f32_global_average_pool)(
    size_t pixels, size_t channels, const uint8_t *src, size_t src_stride, float *dst, float factor, int32_t zero) {
    enum { chunk = 64 };
    for (size_t first = 0; first < channels; first += chunk) {
        int32_t sums[chunk] = {0};
        const size_t count = channels - first < chunk ? channels - first : chunk;
        for (size_t p = 0; p < pixels; p++) {
            const uint8_t *pixel = src + p * src_stride + first;
            if (count == chunk) {
                for (size_t c = 0; c < chunk; c++) sums[c] += pixel[c];
            } else {
                for (size_t c = 0; c < count; c++) sums[c] += pixel[c];
            }
        }
        const int32_t offset = (int32_t)pixels * zero;
        for (size_t c = 0; c < count; c++) dst[first + c] = (float)(sums[c] - offset) * factor;
    }
}

void RK_VARIANT(u8_u8_add)(const rk_quantized_add *shape, size_t n, const uint8_t *a, const uint8_t *b, uint8_t *dst) {
    const rk_quantized_add how = *shape;
    for (size_t i = 0; i < n; i++) {
        const float first = (float)(a[i] - how.a_zero) * how.a_factor;
        const float sum = fmaf((float)(b[i] - how.b_zero), how.b_factor, first);
        dst[i] = (uint8_t)limited(limited(whole_number(sum) + how.zero, 0, 255), how.minimum, how.maximum);
    }
}
