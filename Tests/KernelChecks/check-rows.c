// The operators over rows of channels: epilogue and scale.
#include <math.h>
#include <string.h>

#include "CKernels.h"
#include "case.h"

static size_t row_count(size_t rows, size_t channels, size_t stride) {
    return rows == 0 || channels == 0 ? 0 : (rows - 1) * stride + channels;
}

void kc_check_f32_f32_epilogue(kc_case *c, rk_f32_f32_epilogue_fn *variant) {
    const size_t rows = kc_note(c, "rows", kc_number(c, 0, 20));
    const size_t channels = kc_note(c, "channels", kc_once_in(c, 20) ? 0 : kc_channels(c));
    const size_t stride = channels + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    const size_t residual_stride = channels + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    const float *bias = kc_note(c, "bias", !kc_once_in(c, 3)) ? kc_random_floats(c, channels, -2, 2) : NULL;
    const float *residual = NULL;
    if (kc_note(c, "residual", kc_once_in(c, 2))) {
        residual = kc_random_floats(c, row_count(rows, channels, residual_stride), -2, 2);
    }
    const float minimum = kc_once_in(c, 2) ? 0 : -INFINITY, maximum = kc_once_in(c, 2) ? 1.5f : INFINITY;
    const size_t count = row_count(rows, channels, stride);
    float *expected = kc_random_floats(c, count, -2, 2), *dst = kc_copy(c, expected, count);
    rk_f32_f32_epilogue__scalar(
        rows, channels, expected, stride, bias, residual, residual_stride, minimum, maximum);
    variant(rows, channels, dst, stride, bias, residual, residual_stride, minimum, maximum);
    kc_compare(c, dst, expected, count, kc_exact);
}

void kc_check_f32_f32_scale(kc_case *c, rk_f32_f32_scale_fn *variant) {
    const size_t rows = kc_note(c, "rows", kc_number(c, 0, 20));
    const size_t channels = kc_note(c, "channels", kc_once_in(c, 20) ? 0 : kc_channels(c));
    const size_t src_stride = channels + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    const int in_place = (int)kc_note(c, "in_place", kc_once_in(c, 2));
    const size_t dst_stride = in_place ? src_stride : channels + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    const float *factor = kc_random_floats(c, channels, -2, 2);
    const float *shift = kc_once_in(c, 2) ? kc_random_floats(c, channels, -2, 2) : NULL;
    const float minimum = kc_once_in(c, 2) ? 0 : -INFINITY, maximum = kc_once_in(c, 2) ? 1.5f : INFINITY;
    const size_t src_count = row_count(rows, channels, src_stride), count = row_count(rows, channels, dst_stride);
    const float *src = kc_random_floats(c, src_count, -2, 2);
    float *expected = in_place ? kc_copy(c, src, src_count) : kc_floats(c, count);
    float *dst = in_place ? kc_copy(c, src, src_count) : kc_floats(c, count);
    rk_f32_f32_scale__scalar(rows, channels, src, src_stride, factor, shift, expected, dst_stride, minimum, maximum);
    variant(rows, channels, in_place ? dst : src, src_stride, factor, shift, dst, dst_stride, minimum, maximum);
    kc_compare(c, dst, expected, count, (kc_tolerance){NULL, 0, 0, 2.0 * 2 * 0x1p-24 * (2 * 2 + 2)});
}
