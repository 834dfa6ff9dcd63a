// Between float32 and u8.
#pragma once

#include <stddef.h>
#include <stdint.h>

// quantize: dst[p * dst_stride + c] = saturate(nearest_even(src[c * src_stride + p] / scale) + zero), to 0 ... 255.
// pixels p, channels c; bytes between the channels and dst_stride become 0. scale > 0, 0 <= zero <= 255. Planes become
// pixels (src_stride: the size of a plane). Exact.
typedef void rk_f32_u8_quantize_fn(
    size_t pixels, size_t channels, const float *src, size_t src_stride, uint8_t *dst, size_t dst_stride, float scale,
    int32_t zero);

// dequantize: dst[i] = (float)(src[i] - zero) * scale. Exact.
typedef void rk_u8_f32_dequantize_fn(size_t n, const uint8_t *src, float *dst, float scale, int32_t zero);

// global_average_pool: dst[c] = (float)(sum over p of (src[p * src_stride + c] - zero)) * factor; pixels <= 2^22. Exact.
typedef void rk_u8_f32_global_average_pool_fn(
    size_t pixels, size_t channels, const uint8_t *src, size_t src_stride, float *dst, float factor, int32_t zero);

// add: dst[i] = min(max(saturate(nearest_even(fma((float)(b[i] - b_zero), b_factor, (float)(a[i] - a_zero) * a_factor))
//      + zero), minimum), maximum). dst may be a or b. Exact.
typedef struct rk_quantized_add {
    float a_factor, b_factor;  // the scales by that of dst
    int32_t a_zero, b_zero, zero, minimum, maximum;
} rk_quantized_add;
typedef void rk_u8_u8_add_fn(const rk_quantized_add *shape, size_t n, const uint8_t *a, const uint8_t *b, uint8_t *dst);
