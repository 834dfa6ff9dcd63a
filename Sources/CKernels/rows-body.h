// The operators over rows of channels (contracts: epilogue.h, scale.h), in the words of simd-<isa>.h.
#include "operators.h"
#include "simd-common.h"

// Null pointers are told apart once a call, not once a value: `bias` and `residual` are asked in constant expressions.
RK_INLINE void epilogue_rows(
    size_t rows, size_t channels, float *dst, size_t dst_stride, const float *bias, const float *residual,
    size_t residual_stride, rk_bounds bounds) {
    for (size_t r = 0; r < rows; r++) {
        float *out = dst + r * dst_stride;
        for (size_t c = 0; c < channels; c += rk_lanes) {
            size_t n = channels - c < rk_lanes ? channels - c : rk_lanes;
            rk_v value = v_load_up_to(out + c, n);
            if (bias) value = v_add(value, v_load_up_to(bias + c, n));
            if (residual) value = v_add(value, v_load_up_to(residual + r * residual_stride + c, n));
            v_store_up_to(out + c, n, v_clamp(value, bounds));
        }
    }
}

void RK_VARIANT(f32_f32_epilogue)(
    size_t rows, size_t channels, float *dst, size_t dst_stride, const float *bias, const float *residual,
    size_t residual_stride, float minimum, float maximum) {
    const rk_bounds bounds = v_bounds(minimum, maximum);
    if (bias && residual) {
        epilogue_rows(rows, channels, dst, dst_stride, bias, residual, residual_stride, bounds);
    } else if (bias) {
        epilogue_rows(rows, channels, dst, dst_stride, bias, NULL, 0, bounds);
    } else {
        epilogue_rows(rows, channels, dst, dst_stride, NULL, residual, residual_stride, bounds);
    }
}

void RK_VARIANT(f32_f32_scale)(
    size_t rows, size_t channels, const float *src, size_t src_stride, const float *factor, const float *shift,
    float *dst, size_t dst_stride, float minimum, float maximum) {
    const rk_bounds bounds = v_bounds(minimum, maximum);
    for (size_t r = 0; r < rows; r++) {
        const float *in = src + r * src_stride;
        float *out = dst + r * dst_stride;
        for (size_t c = 0; c < channels; c += rk_lanes) {
            size_t n = channels - c < rk_lanes ? channels - c : rk_lanes;
            rk_v start = shift ? v_load_up_to(shift + c, n) : v_zero();
            rk_v value = v_fma(v_load_up_to(in + c, n), v_load_up_to(factor + c, n), start);
            v_store_up_to(out + c, n, v_clamp(value, bounds));
        }
    }
}
