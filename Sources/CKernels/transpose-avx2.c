#if defined(__x86_64__)
#include "simd-avx2.h"

#include "operators.h"

enum { side = 8 };

// Eight rows of eight turned over: pairs, then fours, then halves change places.
RK_INLINE void transpose_square(const float *src, size_t src_stride, float *dst, size_t dst_stride) {
    __m256 row[side], pair[side], four[side];
    for (size_t i = 0; i < side; i++) row[i] = v_load(src + i * src_stride);
    for (size_t i = 0; i < side; i += 2) {
        pair[i] = _mm256_unpacklo_ps(row[i], row[i + 1]);
        pair[i + 1] = _mm256_unpackhi_ps(row[i], row[i + 1]);
    }
    for (size_t i = 0; i < side; i += 4) {
        four[i] = _mm256_shuffle_ps(pair[i], pair[i + 2], _MM_SHUFFLE(1, 0, 1, 0));
        four[i + 1] = _mm256_shuffle_ps(pair[i], pair[i + 2], _MM_SHUFFLE(3, 2, 3, 2));
        four[i + 2] = _mm256_shuffle_ps(pair[i + 1], pair[i + 3], _MM_SHUFFLE(1, 0, 1, 0));
        four[i + 3] = _mm256_shuffle_ps(pair[i + 1], pair[i + 3], _MM_SHUFFLE(3, 2, 3, 2));
    }
    for (size_t i = 0; i < 4; i++) {
        v_store(dst + i * dst_stride, _mm256_permute2f128_ps(four[i], four[i + 4], 0x20));
        v_store(dst + (i + 4) * dst_stride, _mm256_permute2f128_ps(four[i], four[i + 4], 0x31));
    }
}

#include "transpose-body.h"
#pragma clang attribute pop
#endif
