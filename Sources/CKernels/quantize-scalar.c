#include "operators.h"
#include "requantize.h"

void rk_f32_u8_quantize__scalar(
    size_t pixels, size_t channels, const float *src, size_t src_stride, uint8_t *dst, size_t dst_stride, float scale,
    int32_t zero) {
    for (size_t p = 0; p < pixels; p++) {
        for (size_t c = 0; c < dst_stride; c++) {
            dst[p * dst_stride + c] = c < channels ? quantized(src[c * src_stride + p] / scale, zero, 0, 255) : 0;
        }
    }
}

void rk_u8_f32_dequantize__scalar(size_t n, const uint8_t *src, float *dst, float scale, int32_t zero) {
    for (size_t i = 0; i < n; i++) dst[i] = (float)(src[i] - zero) * scale;
}

void rk_u8_f32_global_average_pool__scalar(
    size_t pixels, size_t channels, const uint8_t *src, size_t src_stride, float *dst, float factor, int32_t zero) {
    for (size_t c = 0; c < channels; c++) {
        int32_t sum = 0;
        for (size_t p = 0; p < pixels; p++) sum += src[p * src_stride + c] - zero;
        dst[c] = (float)sum * factor;
    }
}

void rk_u8_u8_add__scalar(
    const rk_quantized_add *shape, size_t n, const uint8_t *a, const uint8_t *b, uint8_t *dst) {
    for (size_t i = 0; i < n; i++) {
        const float first = (float)(a[i] - shape->a_zero) * shape->a_factor;
        const float sum = fmaf((float)(b[i] - shape->b_zero), shape->b_factor, first);
        dst[i] = quantized(sum, shape->zero, shape->minimum, shape->maximum);
    }
}
