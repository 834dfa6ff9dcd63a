// The integer kernels' words for AVX-512 with VNNI in 256-bit vectors: for the channels left beside whole panels.
#pragma once

#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma"))), apply_to = function)

#include "quad-256.h"

#define RK_MASKED 1
enum { quad_vector_bytes = 32 };

typedef __m256i rk_quads;
typedef __m256i rk_weights;
RK_INLINE rk_quads q_ready(rk_bytes v) { return v; }
RK_INLINE rk_weights q_weights(const int8_t *p) { return q_load(p); }
RK_INLINE rk_sums q_dot(rk_sums sum, rk_quads quads, rk_weights weights) {
    return _mm256_dpbusd_epi32(sum, quads, weights);
}
RK_INLINE rk_bytes b_load_first(const uint8_t *p, size_t n) { return _mm256_maskz_loadu_epi8(~0u >> (32 - n), p); }
RK_INLINE void b_store_first(uint8_t *p, size_t n, rk_bytes v) { _mm256_mask_storeu_epi8(p, ~0u >> (32 - n), v); }
