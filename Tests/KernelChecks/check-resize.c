#include <stdint.h>
#include <string.h>

#include "CKernels.h"
#include "case.h"

enum { most_taps = 24, most_pixels = 90 };

void kc_check_u8_f32_resize_row(kc_case *c, rk_u8_f32_resize_row_fn *variant) {
    const size_t taps = kc_note(c, "taps", kc_number(c, 1, most_taps));
    const size_t pixels = kc_note(c, "pixels", kc_number(c, taps, most_pixels));
    const size_t n = kc_note(c, "n", kc_number(c, 0, 70));
    const size_t plane = n + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    // A pixel and an index have the size of a float: the guarded buffers serve for them too.
    float *const src = kc_floats(c, pixels), *const first = kc_floats(c, n);
    for (size_t i = 0; i < pixels; i++) {
        const uint32_t pixel = (uint32_t)kc_number(c, 0, UINT32_MAX);
        memcpy(src + i, &pixel, sizeof pixel);
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t start = (uint32_t)kc_number(c, 0, pixels - taps);
        memcpy(first + i, &start, sizeof start);
    }
    const float *weights = kc_random_floats(c, n * taps, -0.5f, 1);
    const size_t count = n == 0 ? 0 : 2 * plane + n;
    float *expected = kc_floats(c, count), *dst = kc_floats(c, count);
    rk_u8_f32_resize_row__scalar(n, taps, (uint8_t *)src, (uint32_t *)first, weights, expected, plane);
    variant(n, taps, (uint8_t *)src, (uint32_t *)first, weights, dst, plane);
    kc_compare(c, dst, expected, count, kc_exact);
}

void kc_check_f32_f32_resize_column(kc_case *c, rk_f32_f32_resize_column_fn *variant) {
    const size_t taps = kc_note(c, "taps", kc_number(c, 1, 8));
    const size_t n = kc_note(c, "n", kc_once_in(c, 20) ? 0 : kc_channels(c));
    const size_t skip = kc_note(c, "skip", kc_number(c, 0, 40));
    const float *rows[most_taps];
    for (size_t k = 0; k < taps; k++) rows[k] = kc_random_floats(c, skip + n, -20, 300);
    const float *weights = kc_random_floats(c, taps, -0.5f, 1);
    float *expected = kc_floats(c, n), *dst = kc_floats(c, n);
    rk_f32_f32_resize_column__scalar(n, taps, rows, skip, weights, expected, 127, 1.0f / 128);
    variant(n, taps, rows, skip, weights, dst, 127, 1.0f / 128);
    kc_compare(c, dst, expected, n, kc_exact);
}
