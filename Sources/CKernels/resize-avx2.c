#if defined(__x86_64__)
#include <immintrin.h>

#include "clamp.h"
#include "operators.h"

#define AVX2 __attribute__((target("avx2")))

/// Two pixels (8 bytes) times two weights, added: red, green, blue, ignored of the one below those of the other.
static AVX2 inline __m256 add_pair(__m256 sum, const uint8_t *pixels, const float *weights) {
    __m256 values = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)pixels)));
    __m128d pair = _mm_castsi128_pd(_mm_loadl_epi64((const __m128i *)weights));
    __m256 both = _mm256_castpd_ps(_mm256_broadcastsd_pd(pair));
    __m256 factors = _mm256_permutevar_ps(both, _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1));
    return _mm256_add_ps(sum, _mm256_mul_ps(values, factors));
}

static AVX2 inline __m256 add_single(__m256 sum, const uint8_t *pixel, const float *weight) {
    __m128i bytes = _mm_loadu_si32(pixel);
    __m128 product = _mm_mul_ps(_mm_cvtepi32_ps(_mm_cvtepu8_epi32(bytes)), _mm_set1_ps(*weight));
    __m128 low = _mm_add_ps(_mm256_castps256_ps128(sum), product);
    return _mm256_insertf128_ps(sum, low, 0);
}

/// One result: red, green, blue, ignored.
static AVX2 inline __m128 weigh(size_t taps, const uint8_t *pixels, const float *weights) {
    __m256 sums01 = _mm256_setzero_ps(), sums23 = _mm256_setzero_ps();
    size_t k = 0;
    for (; k + 4 <= taps; k += 4) {
        sums01 = add_pair(sums01, pixels + 4 * k, weights + k);
        sums23 = add_pair(sums23, pixels + 4 * k + 8, weights + k + 2);
    }
    size_t left = taps - k;
    if (left >= 2) sums01 = add_pair(sums01, pixels + 4 * k, weights + k);
    if (left == 1) sums01 = add_single(sums01, pixels + 4 * k, weights + k);
    if (left == 3) sums23 = add_single(sums23, pixels + 4 * k + 8, weights + k + 2);
    __m128 first = _mm_add_ps(_mm256_castps256_ps128(sums01), _mm256_extractf128_ps(sums01, 1));
    __m128 second = _mm_add_ps(_mm256_castps256_ps128(sums23), _mm256_extractf128_ps(sums23, 1));
    return _mm_add_ps(first, second);
}

AVX2 void rk_u8_f32_resize_row__avx2(
    size_t n, size_t taps, const uint8_t *src, const uint32_t *first, const float *weights, float *dst, size_t plane) {
    size_t i = 0;
    for (; i + 4 <= n; i += 4, weights += 4 * taps) {
        __m128 a = weigh(taps, src + (size_t)first[i] * 4, weights);
        __m128 b = weigh(taps, src + (size_t)first[i + 1] * 4, weights + taps);
        __m128 c = weigh(taps, src + (size_t)first[i + 2] * 4, weights + 2 * taps);
        __m128 d = weigh(taps, src + (size_t)first[i + 3] * 4, weights + 3 * taps);
        _MM_TRANSPOSE4_PS(a, b, c, d);
        _mm_storeu_ps(dst + i, a);
        _mm_storeu_ps(dst + plane + i, b);
        _mm_storeu_ps(dst + 2 * plane + i, c);
    }
    if (i < n) {
        rk_u8_f32_resize_row__scalar(n - i, taps, src, first + i, weights, dst + i, plane);
    }
}

AVX2 void rk_f32_f32_resize_column__avx2(
    size_t n, size_t taps, const float *const *rows, size_t skip, const float *weights, float *dst, float offset,
    float factor) {
    const __m256 zero = _mm256_setzero_ps(), most = _mm256_set1_ps(255);
    const __m256 offsets = _mm256_set1_ps(offset), factors = _mm256_set1_ps(factor);
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m256 low = zero, high = zero;
        for (size_t k = 0; k < taps; k++) {
            const float *row = rows[k] + skip + i;
            __m256 weight = _mm256_set1_ps(weights[k]);
            low = _mm256_add_ps(low, _mm256_mul_ps(_mm256_loadu_ps(row), weight));
            high = _mm256_add_ps(high, _mm256_mul_ps(_mm256_loadu_ps(row + 8), weight));
        }
        low = _mm256_min_ps(_mm256_max_ps(low, zero), most);
        high = _mm256_min_ps(_mm256_max_ps(high, zero), most);
        _mm256_storeu_ps(dst + i, _mm256_mul_ps(_mm256_sub_ps(low, offsets), factors));
        _mm256_storeu_ps(dst + i + 8, _mm256_mul_ps(_mm256_sub_ps(high, offsets), factors));
    }
    if (i < n) rk_f32_f32_resize_column__scalar(n - i, taps, rows, skip + i, weights, dst + i, offset, factor);
}
#endif
