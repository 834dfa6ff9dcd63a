#if defined(__aarch64__)
#include "simd-neon.h"

#include "operators.h"

enum { side = 4 };

RK_INLINE void transpose_square(const float *src, size_t src_stride, float *dst, size_t dst_stride) {
    float32x4_t a = v_load(src), b = v_load(src + src_stride);
    float32x4_t c = v_load(src + 2 * src_stride), d = v_load(src + 3 * src_stride);
    float64x2_t ab_even = vreinterpretq_f64_f32(vtrn1q_f32(a, b)), ab_odd = vreinterpretq_f64_f32(vtrn2q_f32(a, b));
    float64x2_t cd_even = vreinterpretq_f64_f32(vtrn1q_f32(c, d)), cd_odd = vreinterpretq_f64_f32(vtrn2q_f32(c, d));
    v_store(dst, vreinterpretq_f32_f64(vtrn1q_f64(ab_even, cd_even)));
    v_store(dst + dst_stride, vreinterpretq_f32_f64(vtrn1q_f64(ab_odd, cd_odd)));
    v_store(dst + 2 * dst_stride, vreinterpretq_f32_f64(vtrn2q_f64(ab_even, cd_even)));
    v_store(dst + 3 * dst_stride, vreinterpretq_f32_f64(vtrn2q_f64(ab_odd, cd_odd)));
}

#include "transpose-body.h"
#pragma clang attribute pop
#endif
