// The integer kernels' words for AArch64 without dot products (Cortex-A53, A72: Raspberry Pi 3 and 4): two products of
// bytes fit into 16 bits, as |a| <= 128 and |w| <= 127, and are then added in pairs.
#pragma once

#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("arch=armv8-a"))), apply_to = function)

#include "quad-neon-common.h"

#define RK_VARIANT(op) rk_##op##__neon

// Bytes 0 and 1 of the quads, and bytes 2 and 3.
typedef struct rk_quads {
    int8x8_t first, second;
} rk_quads;
RK_INLINE rk_quads q_ready(rk_bytes v) {
    const int16x8_t pairs = vreinterpretq_s16_u8(veorq_u8(v, vdupq_n_u8(128)));
    return (rk_quads){
        vreinterpret_s8_s16(vget_low_s16(vuzp1q_s16(pairs, pairs))),
        vreinterpret_s8_s16(vget_low_s16(vuzp2q_s16(pairs, pairs)))};
}
RK_INLINE rk_quads q_all(int32_t quad) {
    const int16x4_t pairs = vreinterpret_s16_s32(vdup_n_s32(quad ^ (int32_t)0x80808080));
    return (rk_quads){vreinterpret_s8_s16(vdup_lane_s16(pairs, 0)), vreinterpret_s8_s16(vdup_lane_s16(pairs, 1))};
}

typedef int8x16_t rk_weights;
RK_INLINE rk_weights q_weights(const int8_t *p) { return vld1q_s8(p); }
RK_INLINE rk_sums q_dot(rk_sums sum, rk_quads quads, rk_weights weights) {
    int16x8_t products = vmull_s8(quads.first, vget_low_s8(weights));
    products = vmlal_s8(products, quads.second, vget_high_s8(weights));
    return vpadalq_s16(sum, products);
}
