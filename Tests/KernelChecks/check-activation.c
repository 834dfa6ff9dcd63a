#include <math.h>

#include "CKernels.h"
#include "case.h"

// expected is written from src, dst from src or, in place, from a copy of it. Now and then the values are as large as they
// can be.
typedef struct values {
    size_t n;
    const float *src, *in;
    float *expected, *dst;
} values;

static values random_values(kc_case *c) {
    values v = {.n = kc_note(c, "n", kc_once_in(c, 2) ? kc_channels(c) : kc_number(c, 0, 2500))};
    const float reach = kc_once_in(c, 4) ? 1e38f : kc_once_in(c, 2) ? 60 : 3;
    v.src = kc_random_floats(c, v.n, -reach, reach);
    v.expected = kc_floats(c, v.n);
    const size_t in_place = kc_note(c, "in_place", kc_once_in(c, 2));
    v.dst = in_place ? kc_copy(c, v.src, v.n) : kc_floats(c, v.n);
    v.in = in_place ? v.dst : v.src;
    return v;
}

void kc_check_f32_f32_leaky_relu(kc_case *c, rk_f32_f32_leaky_relu_fn *variant) {
    const values v = random_values(c);
    rk_f32_f32_leaky_relu__scalar(v.n, v.src, v.expected, 0.01f);
    variant(v.n, v.in, v.dst, 0.01f);
    kc_compare(c, v.dst, v.expected, v.n, kc_exact);
}

void kc_check_f32_f32_elu(kc_case *c, rk_f32_f32_elu_fn *variant) {
    const values v = random_values(c);
    const float positive = kc_once_in(c, 2) ? 1 : 1.05f, negative = 1.75f, steepness = kc_once_in(c, 2) ? 1 : 0.5f;
    for (size_t i = 0; i < v.n; i++) {
        const double x = v.src[i];
        v.expected[i] = (float)(x < 0 ? negative * expm1(steepness * x) : positive * x);
    }
    variant(v.n, v.in, v.dst, positive, negative, steepness);
    kc_compare(c, v.dst, v.expected, v.n, (kc_tolerance){NULL, 0, 4 * 0x1p-24, 4 * 0x1p-24 * negative});
}

static void check(kc_case *c, void variant(size_t, const float *, float *), double formula(double), int per_value) {
    const values v = random_values(c);
    for (size_t i = 0; i < v.n; i++) v.expected[i] = (float)formula(v.src[i]);
    const float *magnitudes = per_value ? kc_magnitudes(c, v.src, v.n) : NULL;
    variant(v.n, v.in, v.dst);
    kc_compare(c, v.dst, v.expected, v.n, (kc_tolerance){magnitudes, 8 * 0x1p-24, 0, per_value ? 1e-30 : 8 * 0x1p-24});
}

static double gelu(double x) { return x / 2 * erfc(-x * sqrt(0.5)); }
static double mish(double x) { return x * tanh(fmax(x, 0) + log1p(exp(-fabs(x)))); }
static double swish(double x) { return x < 0 ? x * exp(x) / (1 + exp(x)) : x / (1 + exp(-x)); }

void kc_check_f32_f32_tanh(kc_case *c, rk_f32_f32_tanh_fn *variant) { check(c, variant, tanh, 0); }
void kc_check_f32_f32_erf(kc_case *c, rk_f32_f32_erf_fn *variant) { check(c, variant, erf, 0); }
void kc_check_f32_f32_gelu(kc_case *c, rk_f32_f32_gelu_fn *variant) { check(c, variant, gelu, 1); }
void kc_check_f32_f32_mish(kc_case *c, rk_f32_f32_mish_fn *variant) { check(c, variant, mish, 1); }
void kc_check_f32_f32_swish(kc_case *c, rk_f32_f32_swish_fn *variant) { check(c, variant, swish, 1); }
