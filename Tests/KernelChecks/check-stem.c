#include <math.h>

#include "window-case.h"

void kc_check_f32_f32_stem(kc_case *c, rk_f32_f32_stem_fn *variant) {
    const kc_image image = kc_random_image(c);
    const size_t inputs = kc_note(c, "inputs", kc_once_in(c, 2) ? 3 : kc_number(c, 1, 4));
    const size_t outputs = kc_note(c, "outputs", kc_channels(c));
    rk_stem shape = {
        .window = image.window, .src_channels = inputs, .src_height = image.src_height, .src_width = image.src_width,
        .dst_channels = outputs, .dst_width = image.dst_width, .minimum = -INFINITY, .maximum = INFINITY};
    shape.src_row = shape.src_width + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    shape.src_plane = shape.src_row * shape.src_height + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    shape.dst_pixel = outputs + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    shape.dst_row = shape.dst_width * shape.dst_pixel + (kc_once_in(c, 3) ? 5 : 0);

    const size_t taps = inputs * image.window.height * image.window.width;
    const size_t src_count = (inputs - 1) * shape.src_plane + (shape.src_height - 1) * shape.src_row + shape.src_width;
    const size_t dst_count =
        image.rows == 0 ? 0 : (image.rows - 1) * shape.dst_row + (shape.dst_width - 1) * shape.dst_pixel + outputs;
    float *src = kc_floats(c, src_count);
    for (size_t i = 0; i < inputs; i++) {
        for (size_t y = 0; y < shape.src_height; y++) {
            for (size_t x = 0; x < shape.src_width; x++) {
                src[i * shape.src_plane + y * shape.src_row + x] = kc_value(c, -1, 1);
            }
        }
    }
    const float *weights = kc_random_floats(c, taps * outputs, -1, 1);
    const float *bias = kc_once_in(c, 4) ? NULL : kc_random_floats(c, outputs, -1, 1);

    float *magnitude = kc_floats(c, dst_count);
    rk_f32_f32_stem__scalar(
        &shape, kc_magnitudes(c, src, src_count), kc_magnitudes(c, weights, taps * outputs),
        bias ? kc_magnitudes(c, bias, outputs) : NULL, magnitude, image.first_row, image.rows);
    if (kc_once_in(c, 2)) {
        shape.minimum = 0;
        shape.maximum = kc_once_in(c, 2) ? 1.5f : INFINITY;
    }
    float *expected = kc_floats(c, dst_count), *dst = kc_floats(c, dst_count);
    rk_f32_f32_stem__scalar(&shape, src, weights, bias, expected, image.first_row, image.rows);
    variant(&shape, src, weights, bias, dst, image.first_row, image.rows);
    kc_compare(c, dst, expected, dst_count, (kc_tolerance){magnitude, 2.0 * (double)(taps + 1) * 0x1p-24, 0, 0});

    float *by_rows = kc_floats(c, dst_count);
    for (size_t i = 0; i < image.rows; i++) {
        variant(&shape, src, weights, bias, by_rows + i * shape.dst_row, image.first_row + i, 1);
    }
    kc_compare(c, by_rows, dst, dst_count, kc_exact);
}
