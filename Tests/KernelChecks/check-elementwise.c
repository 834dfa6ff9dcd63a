#include <math.h>

#include "CKernels.h"
#include "case.h"

static size_t random_count(kc_case *c) {
    if (kc_once_in(c, 10)) return kc_note(c, "n", 0);
    return kc_note(c, "n", kc_once_in(c, 2) ? kc_channels(c) : kc_number(c, 1, 2500));
}

// Of each operator: expected is written from src, dst from src or, in place, from a copy of it.
typedef struct pair {
    size_t n;
    const float *src, *other, *in;
    float *expected, *dst;
} pair;

static pair random_pair(kc_case *c, float low, float high) {
    pair p = {.n = random_count(c)};
    p.src = kc_random_floats(c, p.n, low, high);
    p.other = kc_random_floats(c, p.n, low, high);
    p.expected = kc_floats(c, p.n);
    const size_t in_place = kc_note(c, "in_place", kc_once_in(c, 2));
    p.dst = in_place ? kc_copy(c, p.src, p.n) : kc_floats(c, p.n);
    p.in = in_place ? p.dst : p.src;
    return p;
}

static float random_minimum(kc_case *c) { return kc_once_in(c, 2) ? 0 : -INFINITY; }
static float random_maximum(kc_case *c) { return kc_once_in(c, 2) ? 6 : INFINITY; }

void kc_check_f32_f32_clamp(kc_case *c, rk_f32_f32_clamp_fn *variant) {
    const pair p = random_pair(c, -10, 10);
    const float minimum = random_minimum(c), maximum = random_maximum(c);
    rk_f32_f32_clamp__scalar(p.n, p.src, p.expected, minimum, maximum);
    variant(p.n, p.in, p.dst, minimum, maximum);
    kc_compare(c, p.dst, p.expected, p.n, kc_exact);
}

void kc_check_f32_f32_hard_sigmoid(kc_case *c, rk_f32_f32_hard_sigmoid_fn *variant) {
    const pair p = random_pair(c, -5, 5);
    const float alpha = kc_once_in(c, 2) ? 0.2f : 1.0f / 6;
    rk_f32_f32_hard_sigmoid__scalar(p.n, p.src, p.expected, alpha, 0.5f);
    variant(p.n, p.in, p.dst, alpha, 0.5f);
    kc_compare(c, p.dst, p.expected, p.n, (kc_tolerance){NULL, 0, 0, 2.0 * 2 * 0x1p-24 * 1.5});
}

void kc_check_f32_f32_hard_swish(kc_case *c, rk_f32_f32_hard_swish_fn *variant) {
    const pair p = random_pair(c, -5, 5);
    rk_f32_f32_hard_swish__scalar(p.n, p.src, p.expected, 1.0f / 6, 0.5f);
    variant(p.n, p.in, p.dst, 1.0f / 6, 0.5f);
    kc_compare(c, p.dst, p.expected, p.n, (kc_tolerance){NULL, 0, 0x1p-23, 5 * 2.0 * 2 * 0x1p-24 * 1.5});
}

void kc_check_f32_f32_sigmoid(kc_case *c, rk_f32_f32_sigmoid_fn *variant) {
    const float reach = kc_once_in(c, 4) ? 3e38f : kc_once_in(c, 2) ? 120 : 6;
    const pair p = random_pair(c, -reach / 2, reach / 2);
    for (size_t i = 0; i < p.n; i++) p.expected[i] = (float)(1 / (1 + exp(-(double)p.src[i])));
    variant(p.n, p.in, p.dst);
    kc_compare(c, p.dst, p.expected, p.n, (kc_tolerance){NULL, 0, 0, 4 * 0x1p-24});
}

void kc_check_f32_f32_add(kc_case *c, rk_f32_f32_add_fn *variant) {
    const pair p = random_pair(c, -10, 10);
    const float minimum = random_minimum(c), maximum = random_maximum(c);
    rk_f32_f32_add__scalar(p.n, p.src, p.other, p.expected, minimum, maximum);
    variant(p.n, p.in, p.other, p.dst, minimum, maximum);
    kc_compare(c, p.dst, p.expected, p.n, kc_exact);
}

void kc_check_f32_f32_mul(kc_case *c, rk_f32_f32_mul_fn *variant) {
    const pair p = random_pair(c, -10, 10);
    rk_f32_f32_mul__scalar(p.n, p.src, p.other, p.expected);
    variant(p.n, p.in, p.other, p.dst);
    kc_compare(c, p.dst, p.expected, p.n, kc_exact);
}

void kc_check_f32_f32_softmax(kc_case *c, rk_f32_f32_softmax_fn *variant) {
    const float reach = kc_once_in(c, 3) ? 200 : 12;
    const pair p = random_pair(c, -reach / 2, reach / 2);
    double largest = -INFINITY, sum = 0;
    for (size_t i = 0; i < p.n; i++) largest = fmax(largest, p.src[i]);
    for (size_t i = 0; i < p.n; i++) sum += exp(p.src[i] - largest);
    for (size_t i = 0; i < p.n; i++) p.expected[i] = (float)(exp(p.src[i] - largest) / sum);
    variant(p.n, p.in, p.dst);
    kc_compare(c, p.dst, p.expected, p.n, (kc_tolerance){NULL, 0, 2e-5, 1e-30});
}
