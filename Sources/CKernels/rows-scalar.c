// The operators over rows of channels: epilogue and scale.
#include "clamp.h"
#include "operators.h"

void rk_f32_f32_epilogue__scalar(
    size_t rows, size_t channels, float *dst, size_t dst_stride, const float *bias, const float *residual,
    size_t residual_stride, float minimum, float maximum) {
    for (size_t r = 0; r < rows; r++) {
        float *out = dst + r * dst_stride;
        const float *rest = residual ? residual + r * residual_stride : 0;
        for (size_t c = 0; c < channels; c++) {
            float value = out[c];
            if (bias) value += bias[c];
            if (rest) value += rest[c];
            out[c] = rk_clamp(value, minimum, maximum);
        }
    }
}

void rk_f32_f32_scale__scalar(
    size_t rows, size_t channels, const float *src, size_t src_stride, const float *factor, const float *shift,
    float *dst, size_t dst_stride, float minimum, float maximum) {
    for (size_t r = 0; r < rows; r++) {
        const float *in = src + r * src_stride;
        float *out = dst + r * dst_stride;
        for (size_t c = 0; c < channels; c++) {
            float value = in[c] * factor[c];
            if (shift) value += shift[c];
            out[c] = rk_clamp(value, minimum, maximum);
        }
    }
}
