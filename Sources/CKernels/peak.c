#include "peak.h"

#include "cpu.h"

enum { RK_CHAINS = 12 };

// Twelve chains hide the latency of an fma (4 cycles, two a cycle at most). The barrier keeps the compiler from folding
// the loop; the values stay 1, so that no chain drifts into infinities or denormals.
#define RK_PEAK_BODY(lanes, vector, splat, fma, constraint)                                            \
    const vector one = splat(1), zero = splat(0);                                                      \
    vector sums[RK_CHAINS];                                                                                   \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < RK_CHAINS; i++) sums[i] = one;                     \
    for (size_t round = 0; round < rounds; round++) {                                                  \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < RK_CHAINS; i++) {                              \
            sums[i] = fma;                                                                             \
            __asm__ volatile("" : "+" constraint(sums[i]));                                            \
        }                                                                                              \
    }                                                                                                  \
    return (double)rounds * RK_CHAINS * lanes * 2

#if defined(__x86_64__)
#include <immintrin.h>
__attribute__((target("avx512f"))) static double peak_avx512(size_t rounds) {
    RK_PEAK_BODY(16, __m512, _mm512_set1_ps, _mm512_fmadd_ps(sums[i], one, zero), "v");
}
__attribute__((target("avx2,fma"))) static double peak_avx2(size_t rounds) {
    RK_PEAK_BODY(8, __m256, _mm256_set1_ps, _mm256_fmadd_ps(sums[i], one, zero), "x");
}
#elif defined(__aarch64__)
#include <arm_neon.h>
static double peak_neon(size_t rounds) {
    RK_PEAK_BODY(4, float32x4_t, vdupq_n_f32, vfmaq_f32(zero, sums[i], one), "w");
}
#endif

double rk_f32_peak(size_t rounds) {
#if defined(__x86_64__)
    if (rk_cpu() & 1u << rk_isa_avx512) return peak_avx512(rounds);
    if (rk_cpu() & 1u << rk_isa_avx2) return peak_avx2(rounds);
#elif defined(__aarch64__)
    return peak_neon(rounds);
#endif
    volatile float sum = 1, one = 1;
    for (size_t round = 0; round < rounds; round++) sum = sum * one;
    return (double)rounds;
}
