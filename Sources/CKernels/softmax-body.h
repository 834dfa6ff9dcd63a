// softmax (contract: softmax.h), in the words of simd-<isa>.h.
#include <math.h>

#include "operators.h"
#include "simd-common.h"

// So many values are added in float32 before the sum goes on in float64: a thousand labels keep their small shares.
enum { run = 1024 };

void RK_VARIANT(f32_f32_softmax)(size_t n, const float *src, float *dst) {
    float lanes[rk_lanes];
    rk_v tops = v_all(-INFINITY);
    size_t i = 0;
    for (; n - i >= rk_lanes; i += rk_lanes) tops = v_max(tops, v_load(src + i));
    v_to_array(tops, lanes);
    float largest = -INFINITY;
    for (size_t lane = 0; lane < rk_lanes; lane++) largest = lanes[lane] > largest ? lanes[lane] : largest;
    for (; i < n; i++) largest = src[i] > largest ? src[i] : largest;

    double sum = 0;
    for (size_t start = 0; start < n; start += run) {
        size_t end = n - start < run ? n : start + run;
        rk_v sums = v_zero();
        for (i = start; end - i >= rk_lanes; i += rk_lanes) {
            rk_v value = v_exp(v_sub(v_load(src + i), v_all(largest)));
            v_store(dst + i, value);
            sums = v_add(sums, value);
        }
        v_to_array(sums, lanes);
        for (size_t lane = 0; lane < rk_lanes; lane++) sum += lanes[lane];
        if (i < end) {
            v_store_first(dst + i, end - i, v_exp(v_sub(v_load_first(src + i, end - i), v_all(largest))));
            for (; i < end; i++) sum += dst[i];
        }
    }
    const rk_v share = v_all((float)(1 / sum));
    for (i = 0; n - i >= rk_lanes; i += rk_lanes) v_store(dst + i, v_mul(v_load(dst + i), share));
    if (i < n) v_store_first(dst + i, n - i, v_mul(v_load_first(dst + i, n - i), share));
}
