// The element-wise operators (contracts: elementwise.h), in the words of simd-<isa>.h.
#include "operators.h"
#include "simd-common.h"

// STEP is done for i = 0, lanes, ... with n = lanes, and once with n < lanes for what is left.
#define FOR_EACH_VECTOR(size, STEP)                                          \
    do {                                                                     \
        size_t i = 0;                                                        \
        for (; (size) - i >= rk_lanes; i += rk_lanes) STEP(i, rk_lanes);     \
        if (i < (size)) STEP(i, (size) - i);                                 \
    } while (0)

void RK_VARIANT(f32_f32_clamp)(size_t n, const float *src, float *dst, float minimum, float maximum) {
    const rk_bounds bounds = v_bounds(minimum, maximum);
#define STEP(i, count) v_store_up_to(dst + i, count, v_clamp(v_load_up_to(src + i, count), bounds))
    FOR_EACH_VECTOR(n, STEP);
#undef STEP
}

RK_INLINE rk_v hard_sigmoid(rk_v v, rk_v alpha, rk_v beta, rk_bounds unit) {
    return v_clamp(v_fma(alpha, v, beta), unit);
}

void RK_VARIANT(f32_f32_hard_sigmoid)(size_t n, const float *src, float *dst, float alpha, float beta) {
    const rk_bounds unit = v_bounds(0, 1);
    const rk_v a = v_all(alpha), b = v_all(beta);
#define STEP(i, count) v_store_up_to(dst + i, count, hard_sigmoid(v_load_up_to(src + i, count), a, b, unit))
    FOR_EACH_VECTOR(n, STEP);
#undef STEP
}

void RK_VARIANT(f32_f32_hard_swish)(size_t n, const float *src, float *dst, float alpha, float beta) {
    const rk_bounds unit = v_bounds(0, 1);
    const rk_v a = v_all(alpha), b = v_all(beta);
#define STEP(i, count)                                                         \
    do {                                                                       \
        rk_v v = v_load_up_to(src + i, count);                                 \
        v_store_up_to(dst + i, count, v_mul(v, hard_sigmoid(v, a, b, unit)));  \
    } while (0)
    FOR_EACH_VECTOR(n, STEP);
#undef STEP
}

RK_INLINE rk_v sigmoid(rk_v v) { return v_div(v_all(1), v_add(v_all(1), v_exp(v_sub(v_zero(), v)))); }

void RK_VARIANT(f32_f32_sigmoid)(size_t n, const float *src, float *dst) {
#define STEP(i, count) v_store_up_to(dst + i, count, sigmoid(v_load_up_to(src + i, count)))
    FOR_EACH_VECTOR(n, STEP);
#undef STEP
}

void RK_VARIANT(f32_f32_add)(size_t n, const float *a, const float *b, float *dst, float minimum, float maximum) {
    const rk_bounds bounds = v_bounds(minimum, maximum);
#define STEP(i, count)      \
    v_store_up_to(dst + i, count, v_clamp(v_add(v_load_up_to(a + i, count), v_load_up_to(b + i, count)), bounds))
    FOR_EACH_VECTOR(n, STEP);
#undef STEP
}

void RK_VARIANT(f32_f32_mul)(size_t n, const float *a, const float *b, float *dst) {
#define STEP(i, count) v_store_up_to(dst + i, count, v_mul(v_load_up_to(a + i, count), v_load_up_to(b + i, count)))
    FOR_EACH_VECTOR(n, STEP);
#undef STEP
}
