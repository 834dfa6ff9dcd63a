// Element by element over n float32. dst may be the same buffer as an input (in place) or lie apart from it.
#pragma once

#include <stddef.h>

// clamp: dst[i] = clamp(src[i], minimum, maximum): Clip, Relu (0, INFINITY), Relu6. Exact.
typedef void rk_f32_f32_clamp_fn(size_t n, const float *src, float *dst, float minimum, float maximum);

// hard_sigmoid: dst[i] = clamp(alpha * src[i] + beta, 0, 1). ONNX presets: alpha 0.2, beta 0.5; MobileNetV3: 1/6, 0.5.
typedef void rk_f32_f32_hard_sigmoid_fn(size_t n, const float *src, float *dst, float alpha, float beta);

// hard_swish: dst[i] = src[i] * clamp(alpha * src[i] + beta, 0, 1). ONNX HardSwish: alpha 1/6, beta 0.5.
typedef void rk_f32_f32_hard_swish_fn(size_t n, const float *src, float *dst, float alpha, float beta);

// sigmoid: dst[i] = 1 / (1 + exp(-src[i])), within 4 * 2^-24 of the exact value; any magnitude of src.
typedef void rk_f32_f32_sigmoid_fn(size_t n, const float *src, float *dst);

// add: dst[i] = clamp(a[i] + b[i], minimum, maximum). Exact.
typedef void rk_f32_f32_add_fn(size_t n, const float *a, const float *b, float *dst, float minimum, float maximum);

// mul: dst[i] = a[i] * b[i]. Exact.
typedef void rk_f32_f32_mul_fn(size_t n, const float *a, const float *b, float *dst);
