// The integer kernels' words for AArch64 with dot products (Cortex-A76: Raspberry Pi 5).
#pragma once

#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("arch=armv8.2-a+dotprod"))), apply_to = function)

#include "quad-neon-common.h"

#define RK_VARIANT(op) rk_##op##__dotprod

typedef int8x16_t rk_quads;
typedef int8x16_t rk_weights;
RK_INLINE rk_quads q_ready(rk_bytes v) { return vreinterpretq_s8_u8(veorq_u8(v, vdupq_n_u8(128))); }
RK_INLINE rk_quads q_all(int32_t quad) { return q_ready(vreinterpretq_u8_s32(vdupq_n_s32(quad))); }
RK_INLINE rk_weights q_weights(const int8_t *p) { return vld1q_s8(p); }
RK_INLINE rk_sums q_dot(rk_sums sum, rk_quads quads, rk_weights weights) { return vdotq_s32(sum, quads, weights); }
