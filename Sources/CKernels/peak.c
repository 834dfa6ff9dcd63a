#include "peak.h"

#include "cpu.h"

enum { RK_CHAINS = 12 };

// Twelve chains hide the latency of an fma (4 cycles, two a cycle at most). The barrier keeps the compiler from folding
// the loop; the values stay 1, so that no chain drifts into infinities or denormals.
#define RK_PEAK_BODY(products, vector, splat, fma, constraint)                                         \
    const vector one = splat(1), zero = splat(0);                                                      \
    (void)zero;                                                                                        \
    vector sums[RK_CHAINS];                                                                                   \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < RK_CHAINS; i++) sums[i] = one;                     \
    for (size_t round = 0; round < rounds; round++) {                                                  \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < RK_CHAINS; i++) {                              \
            sums[i] = fma;                                                                             \
            __asm__ volatile("" : "+" constraint(sums[i]));                                            \
        }                                                                                              \
    }                                                                                                  \
    return (double)rounds * RK_CHAINS * products * 2

#if defined(__x86_64__)
#include <immintrin.h>
__attribute__((target("avx512f"))) static double peak_avx512(size_t rounds) {
    RK_PEAK_BODY(16, __m512, _mm512_set1_ps, _mm512_fmadd_ps(sums[i], one, zero), "v");
}
__attribute__((target("avx2,fma"))) static double peak_avx2(size_t rounds) {
    RK_PEAK_BODY(8, __m256, _mm256_set1_ps, _mm256_fmadd_ps(sums[i], one, zero), "x");
}
__attribute__((target("avx512f,avx512vnni"))) static double peak_avx512vnni(size_t rounds) {
    RK_PEAK_BODY(64, __m512i, _mm512_set1_epi8, _mm512_dpbusd_epi32(sums[i], one, one), "v");
}
__attribute__((target("avx2,avxvnni"))) static double peak_avxvnni(size_t rounds) {
    RK_PEAK_BODY(32, __m256i, _mm256_set1_epi8, _mm256_dpbusd_avx_epi32(sums[i], one, one), "x");
}
__attribute__((target("avx2"))) static double peak_avx2_pairs(size_t rounds) {
    RK_PEAK_BODY(16, __m256i, _mm256_set1_epi16, _mm256_madd_epi16(sums[i], one), "x");
}
#elif defined(__aarch64__)
#include <arm_neon.h>
static double peak_neon(size_t rounds) {
    RK_PEAK_BODY(4, float32x4_t, vdupq_n_f32, vfmaq_f32(zero, sums[i], one), "w");
}
__attribute__((target("arch=armv8.2-a+dotprod"))) static double peak_dotprod(size_t rounds) {
    const int8x16_t bytes = vdupq_n_s8(1);
    RK_PEAK_BODY(16, int32x4_t, vdupq_n_s32, vdotq_s32(sums[i], bytes, bytes), "w");
}
static double peak_neon_bytes(size_t rounds) {
    const int8x8_t bytes = vdup_n_s8(1);
    RK_PEAK_BODY(8, int16x8_t, vdupq_n_s16, vmlal_s8(sums[i], bytes, bytes), "w");
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

double rk_u8_peak(size_t rounds) {
#if defined(__x86_64__)
    if (rk_cpu() & 1u << rk_isa_avx512vnni) return peak_avx512vnni(rounds);
    if (rk_cpu() & 1u << rk_isa_avxvnni) return peak_avxvnni(rounds);
    if (rk_cpu() & 1u << rk_isa_avx2) return peak_avx2_pairs(rounds);
#elif defined(__aarch64__)
    if (rk_cpu() & 1u << rk_isa_dotprod) return peak_dotprod(rounds);
    return peak_neon_bytes(rounds);
#endif
    volatile int sum = 1, one = 1;
    for (size_t round = 0; round < rounds; round++) sum = sum * one;
    return (double)rounds;
}
