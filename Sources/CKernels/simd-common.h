// What the operator bodies share, in the words of simd-<isa>.h.
#pragma once

// n == rk_lanes: a whole vector. The branch goes away where n is a constant.
RK_INLINE rk_v v_load_up_to(const float *p, size_t n) { return n == rk_lanes ? v_load(p) : v_load_first(p, n); }
RK_INLINE void v_store_up_to(float *p, size_t n, rk_v v) {
    if (n == rk_lanes) {
        v_store(p, v);
    } else {
        v_store_first(p, n, v);
    }
}

typedef struct rk_bounds {
    rk_v minimum, maximum;
} rk_bounds;

RK_INLINE rk_bounds v_bounds(float minimum, float maximum) { return (rk_bounds){v_all(minimum), v_all(maximum)}; }
RK_INLINE rk_v v_clamp(rk_v v, rk_bounds bounds) { return v_min(v_max(v, bounds.minimum), bounds.maximum); }

// exp, within 2 * 2^-24, relative, for -87 <= x <= 88, and the value at the nearer end beyond.
//     x = n ln 2 + r, |r| <= ln 2 / 2;   exp(x) = 2^n (1 + r + r^2 / 2! + ... + r^7 / 7!); the rest is below 2^-27.
// ln 2 is taken off in two parts; the first has few enough bits that n times it is exact.
RK_INLINE rk_v v_exp(rk_v x) {
    x = v_clamp(x, v_bounds(-87, 88));
    rk_v n = v_round(v_mul(x, v_all(1.44269504f)));
    rk_v r = v_fma(n, v_all(-0.693359375f), x);
    r = v_fma(n, v_all(2.12194440e-4f), r);
    rk_v sum = v_all(1.0f / 5040);
    sum = v_fma(sum, r, v_all(1.0f / 720));
    sum = v_fma(sum, r, v_all(1.0f / 120));
    sum = v_fma(sum, r, v_all(1.0f / 24));
    sum = v_fma(sum, r, v_all(1.0f / 6));
    sum = v_fma(sum, r, v_all(0.5f));
    sum = v_fma(sum, r, v_all(1));
    sum = v_fma(sum, r, v_all(1));
    return v_mul(sum, v_power_of_two(n));
}
