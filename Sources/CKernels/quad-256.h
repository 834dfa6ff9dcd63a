// What the integer kernels' words for 256-bit vectors have in common (quad-avx2.h, quad-avxvnni.h and the narrow half of
// quad-avx512vnni.h define the rest). quad-avx512vnni.h and quad-neon.h define the same words:
//
// rk_sums     s32 lanes; rk_bytes as many bytes as a vector holds; rk_quads four bytes of src a lane, made ready for q_dot
// q_all       one quad for all lanes; q_ready makes bytes ready; q_dot adds weights * bytes to the sums
// b_zip8_*    bytes of a and b in turn, within each 128-bit block; b_zip16_* the same with pairs of bytes
// q_pack      the sums of four vectors as bytes, by saturation, `zero` added, within limits: in each block a quad of each
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RK_INLINE static inline __attribute__((always_inline))

typedef __m256i rk_sums;
typedef __m256i rk_bytes;
typedef __m256 rk_floats;
enum { quad_blocks = 2, quad_lanes = 8, quad_bytes = 32 };

RK_INLINE rk_sums q_load(const int8_t *p) { return _mm256_load_si256((const __m256i *)p); }
#include "quad-reads.h"

RK_INLINE rk_bytes b_zero(void) { return _mm256_setzero_si256(); }
RK_INLINE rk_bytes b_load(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
RK_INLINE void b_store(uint8_t *p, rk_bytes v) { _mm256_storeu_si256((__m256i *)p, v); }
// The first 16, what many networks leave beside whole vectors.
RK_INLINE rk_bytes b_load_16(const uint8_t *p) { return _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)p)); }
RK_INLINE void b_store_16(uint8_t *p, rk_bytes v) { _mm_storeu_si128((__m128i *)p, _mm256_castsi256_si128(v)); }
RK_INLINE rk_bytes b_zip8_low(rk_bytes a, rk_bytes b) { return _mm256_unpacklo_epi8(a, b); }
RK_INLINE rk_bytes b_zip8_high(rk_bytes a, rk_bytes b) { return _mm256_unpackhi_epi8(a, b); }
RK_INLINE rk_bytes b_zip16_low(rk_bytes a, rk_bytes b) { return _mm256_unpacklo_epi16(a, b); }
RK_INLINE rk_bytes b_zip16_high(rk_bytes a, rk_bytes b) { return _mm256_unpackhi_epi16(a, b); }

RK_INLINE rk_floats f_all(float value) { return _mm256_set1_ps(value); }
RK_INLINE rk_floats f_of(rk_sums v) { return _mm256_cvtepi32_ps(v); }
RK_INLINE rk_floats f_load_packed(const int8_t *p) { return _mm256_load_ps((const float *)p); }
RK_INLINE rk_floats f_mul(rk_floats a, rk_floats b) { return _mm256_mul_ps(a, b); }
RK_INLINE rk_floats f_fma(rk_floats a, rk_floats b, rk_floats sum) { return _mm256_fmadd_ps(a, b, sum); }
RK_INLINE rk_sums f_round(rk_floats v) { return _mm256_cvtps_epi32(v); }

typedef struct rk_limits {
    __m256i zero, minimum, maximum;
} rk_limits;
RK_INLINE rk_limits q_limits(int32_t zero, int32_t minimum, int32_t maximum) {
    return (rk_limits){
        _mm256_set1_epi16((short)zero), _mm256_set1_epi8((char)minimum), _mm256_set1_epi8((char)maximum)};
}

// Two vectors of sums as s16, then two of those as bytes.
typedef __m256i rk_shorts;
RK_INLINE rk_shorts q_narrow(rk_sums a, rk_sums b) { return _mm256_packs_epi32(a, b); }
RK_INLINE rk_bytes q_finish(rk_shorts a, rk_shorts b, rk_limits limits) {
    const __m256i bytes =
        _mm256_packus_epi16(_mm256_adds_epi16(a, limits.zero), _mm256_adds_epi16(b, limits.zero));
    return _mm256_min_epu8(_mm256_max_epu8(bytes, limits.minimum), limits.maximum);
}

// The bytes of a panel two vectors wide: the first half is pixel 0, the second pixel 1; one wide: quarters, pixels 0 to 3.
RK_INLINE rk_bytes b_untangle(rk_bytes v, size_t vectors) {
    if (vectors == 2) return _mm256_permute4x64_epi64(v, 0xD8);
    return _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

// Sums of vector v of a panel from its first `width` bytes at p, for the residual.
RK_INLINE rk_sums q_widened(const uint8_t *p, size_t width, size_t vectors, size_t v) {
    const __m128i low = _mm_cvtsi32_si128(quad_of(p, width, v));
    return _mm256_cvtepu8_epi32(_mm_insert_epi32(low, quad_of(p, width, vectors + v), 1));
}
// Block b of a vector of floats.
RK_INLINE void f_store_block(float *p, rk_floats v, size_t b) {
    _mm_storeu_ps(p, b ? _mm256_extractf128_ps(v, 1) : _mm256_castps256_ps128(v));
}
