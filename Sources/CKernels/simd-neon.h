// The words the operator bodies are written in (simd-avx2.h explains), for AArch64 NEON: 4 lanes, 32 registers.
#pragma once

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

// Every AArch64 has NEON: nothing to switch on, but the including files end the same way for every instruction set.
#pragma clang attribute push(__attribute__((target("arch=armv8-a"))), apply_to = function)

#define RK_VARIANT(op) rk_##op##__neon
#define RK_INLINE static inline __attribute__((always_inline))

typedef float32x4_t rk_v;
enum { rk_lanes = 4 };

RK_INLINE rk_v v_zero(void) { return vdupq_n_f32(0); }
RK_INLINE rk_v v_all(float value) { return vdupq_n_f32(value); }
RK_INLINE rk_v v_load(const float *p) { return vld1q_f32(p); }
RK_INLINE void v_store(float *p, rk_v v) { vst1q_f32(p, v); }

RK_INLINE rk_v v_load_first(const float *p, size_t n) {
    rk_v v = vld1q_lane_f32(p, v_zero(), 0);
    if (n > 1) v = vld1q_lane_f32(p + 1, v, 1);
    if (n > 2) v = vld1q_lane_f32(p + 2, v, 2);
    return v;
}
RK_INLINE void v_store_first(float *p, size_t n, rk_v v) {
    vst1q_lane_f32(p, v, 0);
    if (n > 1) vst1q_lane_f32(p + 1, v, 1);
    if (n > 2) vst1q_lane_f32(p + 2, v, 2);
}

RK_INLINE rk_v v_add(rk_v a, rk_v b) { return vaddq_f32(a, b); }
RK_INLINE rk_v v_sub(rk_v a, rk_v b) { return vsubq_f32(a, b); }
RK_INLINE rk_v v_mul(rk_v a, rk_v b) { return vmulq_f32(a, b); }
RK_INLINE rk_v v_div(rk_v a, rk_v b) { return vdivq_f32(a, b); }
RK_INLINE rk_v v_max(rk_v a, rk_v b) { return vmaxq_f32(a, b); }
RK_INLINE rk_v v_min(rk_v a, rk_v b) { return vminq_f32(a, b); }
RK_INLINE rk_v v_fma(rk_v a, rk_v b, rk_v sum) { return vfmaq_f32(sum, a, b); }
RK_INLINE rk_v v_round(rk_v a) { return vrndnq_f32(a); }

RK_INLINE rk_v v_power_of_two(rk_v n) {
    int32x4_t exponent = vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127));
    return vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23));
}

RK_INLINE void v_to_array(rk_v v, float lanes[rk_lanes]) { vst1q_f32(lanes, v); }
