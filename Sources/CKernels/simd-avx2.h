// The words the operator bodies (<op>-body.h) are written in, for AVX2 and FMA3: 8 lanes, 16 registers.
// simd-avx512.h and simd-neon.h define the same words; the file that includes one of them compiles every function
// after it for that instruction set and ends with `#pragma clang attribute pop`.
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define RK_VARIANT(op) rk_##op##__avx2
#define RK_INLINE static inline __attribute__((always_inline))

typedef __m256 rk_v;
enum { rk_lanes = 8 };

RK_INLINE rk_v v_zero(void) { return _mm256_setzero_ps(); }
RK_INLINE rk_v v_all(float value) { return _mm256_set1_ps(value); }
RK_INLINE rk_v v_load(const float *p) { return _mm256_loadu_ps(p); }
RK_INLINE void v_store(float *p, rk_v v) { _mm256_storeu_ps(p, v); }

// The first n lanes, 1 <= n < rk_lanes; nothing behind them is touched. Lanes not loaded are 0.
RK_INLINE __m256i v_first_lanes(size_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
RK_INLINE rk_v v_load_first(const float *p, size_t n) { return _mm256_maskload_ps(p, v_first_lanes(n)); }
RK_INLINE void v_store_first(float *p, size_t n, rk_v v) { _mm256_maskstore_ps(p, v_first_lanes(n), v); }

RK_INLINE rk_v v_add(rk_v a, rk_v b) { return _mm256_add_ps(a, b); }
RK_INLINE rk_v v_sub(rk_v a, rk_v b) { return _mm256_sub_ps(a, b); }
RK_INLINE rk_v v_mul(rk_v a, rk_v b) { return _mm256_mul_ps(a, b); }
RK_INLINE rk_v v_div(rk_v a, rk_v b) { return _mm256_div_ps(a, b); }
RK_INLINE rk_v v_max(rk_v a, rk_v b) { return _mm256_max_ps(a, b); }
RK_INLINE rk_v v_min(rk_v a, rk_v b) { return _mm256_min_ps(a, b); }
RK_INLINE rk_v v_fma(rk_v a, rk_v b, rk_v sum) { return _mm256_fmadd_ps(a, b, sum); }
RK_INLINE rk_v v_round(rk_v a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

// 2 to the n, for whole numbers -126 <= n <= 127.
RK_INLINE rk_v v_power_of_two(rk_v n) {
    __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}

RK_INLINE void v_to_array(rk_v v, float lanes[rk_lanes]) { _mm256_storeu_ps(lanes, v); }
