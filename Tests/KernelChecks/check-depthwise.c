#include <math.h>

#include "window-case.h"

// The rows the band needs, put into a ring just long enough, each at (row % ring) as the contract says.
static size_t ring_rows(const kc_image *image, size_t *first, size_t *last) {
    const rk_window *w = &image->window;
    const size_t top = image->first_row * w->stride_y, reach = (w->height - 1) * w->dilation_y;
    const size_t end = (image->first_row + image->rows - 1) * w->stride_y + reach + 1;
    *first = top > w->pad_top ? top - w->pad_top : 0;
    *last = end > w->pad_top ? end - w->pad_top : 0;
    if (*last > image->src_height) *last = image->src_height;
    if (*first > *last) *first = *last;
    return *last - *first > 0 ? *last - *first : 1;
}

void kc_check_f32_f32_depthwise(kc_case *c, rk_f32_f32_depthwise_fn *variant) {
    const kc_image image = kc_random_image(c);
    const size_t channels = kc_note(c, "channels", kc_channels(c));
    rk_depthwise shape = {
        .window = image.window, .channels = channels, .src_height = image.src_height, .src_width = image.src_width,
        .src_rows = image.src_height, .dst_width = image.dst_width, .minimum = -INFINITY, .maximum = INFINITY};
    shape.src_pixel = channels + kc_note(c, "src_gap", kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    shape.dst_pixel = channels + kc_note(c, "dst_gap", kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    shape.weights_tap = channels + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    shape.src_row = shape.src_width * shape.src_pixel + (kc_once_in(c, 3) ? 5 : 0);
    shape.dst_row = shape.dst_width * shape.dst_pixel + (kc_once_in(c, 3) ? 5 : 0);

    const size_t taps = image.window.height * image.window.width;
    size_t first = 0, last = image.src_height;
    if (image.rows > 0 && kc_note(c, "ring", kc_once_in(c, 3))) shape.src_rows = ring_rows(&image, &first, &last);

    // Every buffer ends with its last element: the gap behind the last pixel is not there.
    const size_t src_count =
        (shape.src_rows - 1) * shape.src_row + (shape.src_width - 1) * shape.src_pixel + channels;
    const size_t dst_count =
        image.rows == 0 ? 0 : (image.rows - 1) * shape.dst_row + (shape.dst_width - 1) * shape.dst_pixel + channels;
    float *src = kc_floats(c, src_count);
    for (size_t y = first; y < last; y++) {
        for (size_t x = 0; x < shape.src_width; x++) {
            float *pixel = src + (y % shape.src_rows) * shape.src_row + x * shape.src_pixel;
            for (size_t i = 0; i < channels; i++) pixel[i] = kc_value(c, -2, 2);
        }
    }
    const size_t weight_count = (taps - 1) * shape.weights_tap + channels;
    const float *weights = kc_random_floats(c, weight_count, -1, 1);
    const float *bias = kc_once_in(c, 4) ? NULL : kc_random_floats(c, channels, -1, 1);

    float *magnitude = kc_floats(c, dst_count);
    rk_f32_f32_depthwise__scalar(
        &shape, kc_magnitudes(c, src, src_count), kc_magnitudes(c, weights, weight_count),
        bias ? kc_magnitudes(c, bias, channels) : NULL, magnitude, image.first_row, image.rows);
    if (kc_once_in(c, 2)) {
        shape.minimum = 0;
        shape.maximum = kc_once_in(c, 2) ? 1.5f : INFINITY;
    }
    float *expected = kc_floats(c, dst_count), *dst = kc_floats(c, dst_count);
    rk_f32_f32_depthwise__scalar(&shape, src, weights, bias, expected, image.first_row, image.rows);
    variant(&shape, src, weights, bias, dst, image.first_row, image.rows);
    kc_compare(c, dst, expected, dst_count, (kc_tolerance){magnitude, 2.0 * (double)(taps + 1) * 0x1p-24, 0, 0});

    float *by_rows = kc_floats(c, dst_count);
    for (size_t i = 0; i < image.rows; i++) {
        variant(&shape, src, weights, bias, by_rows + i * shape.dst_row, image.first_row + i, 1);
    }
    kc_compare(c, by_rows, dst, dst_count, kc_exact);
}
