#include <math.h>

#include "operators.h"

void rk_f32_f32_leaky_relu__scalar(size_t n, const float *src, float *dst, float slope) {
    for (size_t i = 0; i < n; i++) dst[i] = src[i] < 0 ? slope * src[i] : src[i];
}

void rk_f32_f32_elu__scalar(size_t n, const float *src, float *dst, float positive, float negative, float steepness) {
    for (size_t i = 0; i < n; i++) dst[i] = src[i] < 0 ? negative * expm1f(steepness * src[i]) : positive * src[i];
}

void rk_f32_f32_tanh__scalar(size_t n, const float *src, float *dst) {
    for (size_t i = 0; i < n; i++) dst[i] = tanhf(src[i]);
}

void rk_f32_f32_erf__scalar(size_t n, const float *src, float *dst) {
    for (size_t i = 0; i < n; i++) dst[i] = erff(src[i]);
}

void rk_f32_f32_gelu__scalar(size_t n, const float *src, float *dst) {
    for (size_t i = 0; i < n; i++) dst[i] = src[i] / 2 * (1 + erff(src[i] * 0.707106781f));
}

void rk_f32_f32_mish__scalar(size_t n, const float *src, float *dst) {
    for (size_t i = 0; i < n; i++) dst[i] = src[i] * tanhf(fmaxf(src[i], 0) + log1pf(expf(-fabsf(src[i]))));
}

void rk_f32_f32_swish__scalar(size_t n, const float *src, float *dst) {
    for (size_t i = 0; i < n; i++) dst[i] = src[i] / (1 + expf(-src[i]));
}
