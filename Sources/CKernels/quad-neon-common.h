// What the integer kernels' words (quad-256.h explains them) for AArch64 have in common. Bytes of src count from -128 on
// in the products, which are of signed bytes; the packed bias makes up for it.
#pragma once

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RK_INLINE static inline __attribute__((always_inline))

typedef int32x4_t rk_sums;
typedef uint8x16_t rk_bytes;
typedef float32x4_t rk_floats;
enum { quad_blocks = 1, quad_lanes = 4, quad_bytes = 16, quad_vector_bytes = 16 };

RK_INLINE rk_sums q_load(const int8_t *p) { return vreinterpretq_s32_s8(vld1q_s8(p)); }
#include "quad-reads.h"

RK_INLINE rk_bytes b_zero(void) { return vdupq_n_u8(0); }
RK_INLINE rk_bytes b_load(const uint8_t *p) { return vld1q_u8(p); }
RK_INLINE void b_store(uint8_t *p, rk_bytes v) { vst1q_u8(p, v); }
RK_INLINE rk_bytes b_load_16(const uint8_t *p) { return b_load(p); }
RK_INLINE void b_store_16(uint8_t *p, rk_bytes v) { b_store(p, v); }
RK_INLINE rk_bytes b_zip8_low(rk_bytes a, rk_bytes b) { return vzip1q_u8(a, b); }
RK_INLINE rk_bytes b_zip8_high(rk_bytes a, rk_bytes b) { return vzip2q_u8(a, b); }
RK_INLINE rk_bytes b_zip16_low(rk_bytes a, rk_bytes b) {
    return vreinterpretq_u8_u16(vzip1q_u16(vreinterpretq_u16_u8(a), vreinterpretq_u16_u8(b)));
}
RK_INLINE rk_bytes b_zip16_high(rk_bytes a, rk_bytes b) {
    return vreinterpretq_u8_u16(vzip2q_u16(vreinterpretq_u16_u8(a), vreinterpretq_u16_u8(b)));
}

RK_INLINE rk_floats f_all(float value) { return vdupq_n_f32(value); }
RK_INLINE rk_floats f_of(rk_sums v) { return vcvtq_f32_s32(v); }
RK_INLINE rk_floats f_load_packed(const int8_t *p) { return vreinterpretq_f32_s8(vld1q_s8(p)); }
RK_INLINE rk_floats f_mul(rk_floats a, rk_floats b) { return vmulq_f32(a, b); }
RK_INLINE rk_floats f_fma(rk_floats a, rk_floats b, rk_floats sum) { return vfmaq_f32(sum, a, b); }
RK_INLINE rk_sums f_round(rk_floats v) { return vcvtnq_s32_f32(v); }

typedef struct rk_limits {
    int16x8_t zero;
    uint8x16_t minimum, maximum;
} rk_limits;
RK_INLINE rk_limits q_limits(int32_t zero, int32_t minimum, int32_t maximum) {
    return (rk_limits){vdupq_n_s16((int16_t)zero), vdupq_n_u8((uint8_t)minimum), vdupq_n_u8((uint8_t)maximum)};
}
typedef int16x8_t rk_shorts;
RK_INLINE rk_shorts q_narrow(rk_sums a, rk_sums b) { return vqmovn_high_s32(vqmovn_s32(a), b); }
RK_INLINE rk_bytes q_finish(rk_shorts a, rk_shorts b, rk_limits limits) {
    const uint8x16_t bytes = vqmovun_high_s16(vqmovun_s16(vqaddq_s16(a, limits.zero)), vqaddq_s16(b, limits.zero));
    return vminq_u8(vmaxq_u8(bytes, limits.minimum), limits.maximum);
}
RK_INLINE rk_bytes b_untangle(rk_bytes v, size_t vectors) {
    (void)vectors;
    return v;
}
RK_INLINE rk_sums q_widened(const uint8_t *p, size_t width, size_t vectors, size_t v) {
    (void)vectors;
    const uint8x8_t bytes = vreinterpret_u8_s32(vdup_n_s32(quad_of(p, width, v)));
    return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(vmovl_u8(bytes))));
}
RK_INLINE void f_store_block(float *p, rk_floats v, size_t b) {
    (void)b;
    vst1q_f32(p, v);
}
