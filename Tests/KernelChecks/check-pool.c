#include <string.h>

#include "window-case.h"

typedef void pool_function(const rk_pool *shape, const float *src, float *dst, size_t first_row, size_t rows);

static void check_pool(kc_case *c, pool_function *variant, pool_function *scalar, kc_tolerance tolerance) {
    const kc_image image = kc_random_image(c);
    const size_t channels = kc_note(c, "channels", kc_channels(c));
    rk_pool shape = {
        .window = image.window, .channels = channels, .src_height = image.src_height, .src_width = image.src_width,
        .dst_width = image.dst_width};
    shape.src_pixel = channels + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    shape.dst_pixel = channels + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    shape.src_row = shape.src_width * shape.src_pixel;
    shape.dst_row = shape.dst_width * shape.dst_pixel + (kc_once_in(c, 3) ? 5 : 0);
    shape.pad_bottom = kc_number(c, 0, 3);
    shape.pad_right = kc_number(c, 0, 3);
    shape.count_pads = (int)kc_note(c, "count_pads", kc_number(c, 0, 1));

    const size_t src_count =
        (shape.src_height - 1) * shape.src_row + (shape.src_width - 1) * shape.src_pixel + channels;
    const size_t dst_count =
        image.rows == 0 ? 0 : (image.rows - 1) * shape.dst_row + (shape.dst_width - 1) * shape.dst_pixel + channels;
    const float *src = kc_random_floats(c, src_count, -2, 2);
    float *expected = kc_floats(c, dst_count), *dst = kc_floats(c, dst_count);
    scalar(&shape, src, expected, image.first_row, image.rows);
    variant(&shape, src, dst, image.first_row, image.rows);
    kc_compare(c, dst, expected, dst_count, tolerance);
}

void kc_check_f32_f32_max_pool(kc_case *c, rk_f32_f32_max_pool_fn *variant) {
    check_pool(c, variant, rk_f32_f32_max_pool__scalar, kc_exact);
}

void kc_check_f32_f32_average_pool(kc_case *c, rk_f32_f32_average_pool_fn *variant) {
    check_pool(c, variant, rk_f32_f32_average_pool__scalar, kc_exact);
}

void kc_check_f32_f32_global_average_pool(kc_case *c, rk_f32_f32_global_average_pool_fn *variant) {
    const size_t rows = kc_note(c, "rows", kc_number(c, kc_once_in(c, 10) ? 0 : 1, 60));
    const size_t channels = kc_note(c, "channels", kc_once_in(c, 20) ? 0 : kc_channels(c));
    const size_t stride = channels + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    const float *src = kc_random_floats(c, rows == 0 ? 0 : (rows - 1) * stride + channels, -2, 2);
    float *expected = kc_floats(c, channels), *dst = kc_floats(c, channels);
    rk_f32_f32_global_average_pool__scalar(rows, channels, src, stride, expected);
    variant(rows, channels, src, stride, dst);
    kc_compare(c, dst, expected, channels, kc_exact);
}
