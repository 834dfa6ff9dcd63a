// The words the operator bodies are written in (simd-avx2.h explains), for AVX-512: 16 lanes, 32 registers.
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)

#define RK_VARIANT(op) rk_##op##__avx512
#define RK_INLINE static inline __attribute__((always_inline))

typedef __m512 rk_v;
enum { rk_lanes = 16 };

RK_INLINE rk_v v_zero(void) { return _mm512_setzero_ps(); }
RK_INLINE rk_v v_all(float value) { return _mm512_set1_ps(value); }
RK_INLINE rk_v v_load(const float *p) { return _mm512_loadu_ps(p); }
RK_INLINE void v_store(float *p, rk_v v) { _mm512_storeu_ps(p, v); }

RK_INLINE __mmask16 v_first_lanes(size_t n) { return (__mmask16)((1u << n) - 1); }
RK_INLINE rk_v v_load_first(const float *p, size_t n) { return _mm512_maskz_loadu_ps(v_first_lanes(n), p); }
RK_INLINE void v_store_first(float *p, size_t n, rk_v v) { _mm512_mask_storeu_ps(p, v_first_lanes(n), v); }

RK_INLINE rk_v v_add(rk_v a, rk_v b) { return _mm512_add_ps(a, b); }
RK_INLINE rk_v v_sub(rk_v a, rk_v b) { return _mm512_sub_ps(a, b); }
RK_INLINE rk_v v_mul(rk_v a, rk_v b) { return _mm512_mul_ps(a, b); }
RK_INLINE rk_v v_div(rk_v a, rk_v b) { return _mm512_div_ps(a, b); }
RK_INLINE rk_v v_max(rk_v a, rk_v b) { return _mm512_max_ps(a, b); }
RK_INLINE rk_v v_min(rk_v a, rk_v b) { return _mm512_min_ps(a, b); }
RK_INLINE rk_v v_fma(rk_v a, rk_v b, rk_v sum) { return _mm512_fmadd_ps(a, b, sum); }
RK_INLINE rk_v v_round(rk_v a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

RK_INLINE rk_v v_power_of_two(rk_v n) {
    __m512i exponent = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
}

RK_INLINE void v_to_array(rk_v v, float lanes[rk_lanes]) { _mm512_storeu_ps(lanes, v); }
