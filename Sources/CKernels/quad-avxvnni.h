// The integer kernels' words for AVX-VNNI: dot products of bytes in 256-bit vectors, 16 registers.
#pragma once

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)

#include "quad-256.h"

#define RK_VARIANT(op) rk_##op##__avxvnni
enum { quad_vector_bytes = 32 };

typedef __m256i rk_quads;
typedef __m256i rk_weights;
RK_INLINE rk_quads q_ready(rk_bytes v) { return v; }
RK_INLINE rk_quads q_all(int32_t quad) { return _mm256_set1_epi32(quad); }
RK_INLINE rk_weights q_weights(const int8_t *p) { return q_load(p); }
RK_INLINE rk_sums q_dot(rk_sums sum, rk_quads quads, rk_weights weights) {
    return _mm256_dpbusd_avx_epi32(sum, quads, weights);
}
