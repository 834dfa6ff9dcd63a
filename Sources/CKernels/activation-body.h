// The activations (contracts: activation.h), in the words of simd-<isa>.h.
#include "operators.h"
#include "simd-common.h"

// FORMULA(v) for i = 0, lanes, ..., and for the lanes that are left.
#define FOR_EACH(FORMULA)                                                                       \
    do {                                                                                        \
        size_t i = 0;                                                                           \
        for (; n - i >= rk_lanes; i += rk_lanes) v_store(dst + i, FORMULA(v_load(src + i)));    \
        if (i < n) v_store_first(dst + i, n - i, FORMULA(v_load_first(src + i, n - i)));        \
    } while (0)

// Below it exp() is as good as 0 and a product with it is, however small the value.
static const float rk_lowest = -87;

RK_INLINE rk_v v_polynomial(rk_v x, const float *coefficients, size_t count) {
    rk_v sum = v_all(coefficients[0]);
    for (size_t i = 1; i < count; i++) sum = v_fma(sum, x, v_all(coefficients[i]));
    return sum;
}

// Quotients of two polynomials in x^2, fitted for the least error; beyond the ends the value is 1 to the last bit.
RK_INLINE rk_v v_tanh(rk_v x) {
    static const float above[] = {
        -2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f, 5.12229709037114e-08f,
        1.48572235717979e-05f, 6.37261928875436e-04f, 4.89352455891786e-03f};
    static const float below[] = {
        1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f};
    x = v_clamp(x, v_bounds(-7.9f, 7.9f));
    rk_v square = v_mul(x, x);
    return v_div(v_mul(x, v_polynomial(square, above, 7)), v_polynomial(square, below, 4));
}

RK_INLINE rk_v v_erf(rk_v x) {
    static const float above[] = {
        -2.72614225801306e-10f, 2.77068142495902e-08f, -2.10102402082508e-06f, -5.69250639462346e-05f,
        -7.34990630326855e-04f, -2.95459980854025e-03f, -1.60960333262415e-02f};
    static const float below[] = {
        -1.45660718464996e-05f, -2.13374055278905e-04f, -1.68282697438203e-03f, -7.37332916720468e-03f,
        -1.42647390514189e-02f};
    x = v_clamp(x, v_bounds(-4, 4));
    rk_v square = v_mul(x, x);
    return v_div(v_mul(x, v_polynomial(square, above, 7)), v_polynomial(square, below, 5));
}

RK_INLINE rk_v v_gelu(rk_v x) {
    rk_v share = v_add(v_all(1), v_erf(v_mul(x, v_all(0.707106781f))));
    return v_mul(v_mul(x, v_all(0.5f)), share);
}

// tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2); from 20 on it is 1 to the last bit.
RK_INLINE rk_v v_mish(rk_v x) {
    rk_v e = v_exp(v_min(x, v_all(20)));
    rk_v product = v_mul(e, v_add(e, v_all(2)));
    return v_mul(v_max(x, v_all(rk_lowest)), v_div(product, v_add(product, v_all(2))));
}

RK_INLINE rk_v v_swish(rk_v x) {
    return v_div(v_max(x, v_all(rk_lowest)), v_add(v_all(1), v_exp(v_sub(v_zero(), x))));
}

void RK_VARIANT(f32_f32_leaky_relu)(size_t n, const float *src, float *dst, float slope) {
#define LEAKY_RELU(v) v_fma(v_all(slope), v_min(v, v_zero()), v_max(v, v_zero()))
    FOR_EACH(LEAKY_RELU);
#undef LEAKY_RELU
}

RK_INLINE rk_v v_elu(rk_v x, rk_v positive, rk_v negative, rk_v steepness) {
    rk_v power = v_sub(v_exp(v_mul(steepness, v_min(x, v_zero()))), v_all(1));
    return v_fma(negative, power, v_mul(positive, v_max(x, v_zero())));
}

void RK_VARIANT(f32_f32_elu)(size_t n, const float *src, float *dst, float positive, float negative, float steepness) {
    const rk_v p = v_all(positive), q = v_all(negative), s = v_all(steepness);
#define ELU(v) v_elu(v, p, q, s)
    FOR_EACH(ELU);
#undef ELU
}

void RK_VARIANT(f32_f32_tanh)(size_t n, const float *src, float *dst) { FOR_EACH(v_tanh); }
void RK_VARIANT(f32_f32_erf)(size_t n, const float *src, float *dst) { FOR_EACH(v_erf); }
void RK_VARIANT(f32_f32_gelu)(size_t n, const float *src, float *dst) { FOR_EACH(v_gelu); }
void RK_VARIANT(f32_f32_mish)(size_t n, const float *src, float *dst) { FOR_EACH(v_mish); }
void RK_VARIANT(f32_f32_swish)(size_t n, const float *src, float *dst) { FOR_EACH(v_swish); }
