// The integer kernels' words (quad-256.h explains them) for AVX-512 with VNNI: 16 lanes, 32 registers.
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma"))), apply_to = function)

#define RK_INLINE static inline __attribute__((always_inline))
#define RK_VARIANT(op) rk_##op##__avx512vnni
#define RK_MASKED 1

typedef __m512i rk_sums;
typedef __m512i rk_bytes;
typedef __m512i rk_quads;
typedef __m512i rk_weights;
typedef __m512 rk_floats;
enum { quad_blocks = 4, quad_lanes = 16, quad_bytes = 64, quad_vector_bytes = 64 };

RK_INLINE rk_sums q_load(const int8_t *p) { return _mm512_load_si512(p); }
#include "quad-reads.h"
RK_INLINE rk_quads q_ready(rk_bytes v) { return v; }
RK_INLINE rk_quads q_all(int32_t quad) { return _mm512_set1_epi32(quad); }
RK_INLINE rk_weights q_weights(const int8_t *p) { return q_load(p); }
RK_INLINE rk_sums q_dot(rk_sums sum, rk_quads quads, rk_weights weights) {
    return _mm512_dpbusd_epi32(sum, quads, weights);
}

RK_INLINE rk_bytes b_zero(void) { return _mm512_setzero_si512(); }
RK_INLINE rk_bytes b_load(const uint8_t *p) { return _mm512_loadu_si512(p); }
RK_INLINE void b_store(uint8_t *p, rk_bytes v) { _mm512_storeu_si512(p, v); }
RK_INLINE __mmask64 b_first(size_t n) { return ~0ull >> (64 - n); }
RK_INLINE rk_bytes b_load_first(const uint8_t *p, size_t n) { return _mm512_maskz_loadu_epi8(b_first(n), p); }
RK_INLINE void b_store_first(uint8_t *p, size_t n, rk_bytes v) { _mm512_mask_storeu_epi8(p, b_first(n), v); }
RK_INLINE rk_bytes b_zip8_low(rk_bytes a, rk_bytes b) { return _mm512_unpacklo_epi8(a, b); }
RK_INLINE rk_bytes b_zip8_high(rk_bytes a, rk_bytes b) { return _mm512_unpackhi_epi8(a, b); }
RK_INLINE rk_bytes b_zip16_low(rk_bytes a, rk_bytes b) { return _mm512_unpacklo_epi16(a, b); }
RK_INLINE rk_bytes b_zip16_high(rk_bytes a, rk_bytes b) { return _mm512_unpackhi_epi16(a, b); }

RK_INLINE rk_floats f_all(float value) { return _mm512_set1_ps(value); }
RK_INLINE rk_floats f_of(rk_sums v) { return _mm512_cvtepi32_ps(v); }
RK_INLINE rk_floats f_load_packed(const int8_t *p) { return _mm512_load_ps(p); }
RK_INLINE rk_floats f_mul(rk_floats a, rk_floats b) { return _mm512_mul_ps(a, b); }
RK_INLINE rk_floats f_fma(rk_floats a, rk_floats b, rk_floats sum) { return _mm512_fmadd_ps(a, b, sum); }
RK_INLINE rk_sums f_round(rk_floats v) { return _mm512_cvtps_epi32(v); }

typedef struct rk_limits {
    __m512i zero, minimum, maximum;
} rk_limits;
RK_INLINE rk_limits q_limits(int32_t zero, int32_t minimum, int32_t maximum) {
    return (rk_limits){
        _mm512_set1_epi16((short)zero), _mm512_set1_epi8((char)minimum), _mm512_set1_epi8((char)maximum)};
}
typedef __m512i rk_shorts;
RK_INLINE rk_shorts q_narrow(rk_sums a, rk_sums b) { return _mm512_packs_epi32(a, b); }
RK_INLINE rk_bytes q_finish(rk_shorts a, rk_shorts b, rk_limits limits) {
    const __m512i bytes =
        _mm512_packus_epi16(_mm512_adds_epi16(a, limits.zero), _mm512_adds_epi16(b, limits.zero));
    return _mm512_min_epu8(_mm512_max_epu8(bytes, limits.minimum), limits.maximum);
}
RK_INLINE rk_bytes b_untangle(rk_bytes v, size_t vectors) {
    if (vectors == 2) return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), v);
    return _mm512_permutexvar_epi32(
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), v);
}
RK_INLINE rk_sums q_widened(const uint8_t *p, size_t width, size_t vectors, size_t v) {
    const int n = (int)vectors, first = (int)v;
    const __m512i places = _mm512_castsi128_si512(_mm_setr_epi32(first, n + first, 2 * n + first, 3 * n + first));
    const __m512i quads = _mm512_permutexvar_epi32(places, b_load_first(p, width));
    return _mm512_cvtepu8_epi32(_mm512_castsi512_si128(quads));
}
RK_INLINE void f_store_block(float *p, rk_floats v, size_t b) {
    float lanes[16];
    _mm512_storeu_ps(lanes, v);
    memcpy(p, lanes + 4 * b, 16);
}
