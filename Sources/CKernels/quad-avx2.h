// The integer kernels' words for AVX2 without dot products: 16-bit products of the even and of the odd bytes of each quad.
// (Products of bytes, vpmaddubsw, saturate at 16 bits and would not be exact.)
#pragma once

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "quad-256.h"

#define RK_VARIANT(op) rk_##op##__avx2
enum { quad_vector_bytes = 64 };

typedef struct rk_quads {
    __m256i even, odd;
} rk_quads;
RK_INLINE rk_quads q_ready(rk_bytes v) {
    return (rk_quads){_mm256_and_si256(v, _mm256_set1_epi16(255)), _mm256_srli_epi16(v, 8)};
}
RK_INLINE rk_quads q_all(int32_t quad) { return q_ready(_mm256_set1_epi32(quad)); }

typedef rk_quads rk_weights;
RK_INLINE rk_weights q_weights(const int8_t *p) { return (rk_weights){q_load(p), q_load(p + 32)}; }
RK_INLINE rk_sums q_dot(rk_sums sum, rk_quads quads, rk_weights weights) {
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(quads.even, weights.even));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(quads.odd, weights.odd));
}
