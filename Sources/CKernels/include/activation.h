// Activations element by element over n float32: those of elementwise.h are cheap, these have an exponential or a quotient
// in them. dst may be the same buffer as src (in place) or lie apart from it. Errors are those of finite src; a NaN gives
// any value.
#pragma once

#include <stddef.h>

// leaky_relu: dst[i] = src[i] < 0 ? slope * src[i] : src[i]. Exact.
typedef void rk_f32_f32_leaky_relu_fn(size_t n, const float *src, float *dst, float slope);

// elu: dst[i] = positive * max(src[i], 0) + negative * (exp(steepness * min(src[i], 0)) - 1), within
// 4 * 2^-24 * (|dst[i]| + |negative|). Elu: 1, alpha, 1. Selu: gamma, gamma * alpha, 1. Celu: 1, alpha, 1 / alpha.
typedef void rk_f32_f32_elu_fn(
    size_t n, const float *src, float *dst, float positive, float negative, float steepness);

// tanh, erf: within 8 * 2^-24 of the exact value.
typedef void rk_f32_f32_tanh_fn(size_t n, const float *src, float *dst);
typedef void rk_f32_f32_erf_fn(size_t n, const float *src, float *dst);

// gelu: dst[i] = src[i] / 2 * (1 + erf(src[i] / sqrt(2))), within 8 * 2^-24 * |src[i]|.
typedef void rk_f32_f32_gelu_fn(size_t n, const float *src, float *dst);

// mish: dst[i] = src[i] * tanh(log(1 + exp(src[i]))), within 8 * 2^-24 * |src[i]|.
typedef void rk_f32_f32_mish_fn(size_t n, const float *src, float *dst);

// swish: dst[i] = src[i] / (1 + exp(-src[i])), within 8 * 2^-24 * |src[i]|.
typedef void rk_f32_f32_swish_fn(size_t n, const float *src, float *dst);
