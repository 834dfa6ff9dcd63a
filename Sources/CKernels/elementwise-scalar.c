#include <math.h>

#include "clamp.h"
#include "operators.h"

void rk_f32_f32_clamp__scalar(size_t n, const float *src, float *dst, float minimum, float maximum) {
    for (size_t i = 0; i < n; i++) dst[i] = rk_clamp(src[i], minimum, maximum);
}

void rk_f32_f32_hard_sigmoid__scalar(size_t n, const float *src, float *dst, float alpha, float beta) {
    for (size_t i = 0; i < n; i++) dst[i] = rk_clamp(alpha * src[i] + beta, 0, 1);
}

void rk_f32_f32_hard_swish__scalar(size_t n, const float *src, float *dst, float alpha, float beta) {
    for (size_t i = 0; i < n; i++) dst[i] = src[i] * rk_clamp(alpha * src[i] + beta, 0, 1);
}

void rk_f32_f32_sigmoid__scalar(size_t n, const float *src, float *dst) {
    for (size_t i = 0; i < n; i++) dst[i] = 1 / (1 + expf(-src[i]));
}

void rk_f32_f32_add__scalar(size_t n, const float *a, const float *b, float *dst, float minimum, float maximum) {
    for (size_t i = 0; i < n; i++) dst[i] = rk_clamp(a[i] + b[i], minimum, maximum);
}

void rk_f32_f32_mul__scalar(size_t n, const float *a, const float *b, float *dst) {
    for (size_t i = 0; i < n; i++) dst[i] = a[i] * b[i];
}
