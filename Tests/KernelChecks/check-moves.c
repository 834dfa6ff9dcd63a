// The operators that move values and compute nothing: im2col and transpose.
#include "window-case.h"

void kc_check_f32_f32_im2col(kc_case *c, rk_f32_f32_im2col_fn *variant) {
    const kc_image image = kc_random_image(c);
    const size_t channels = kc_note(c, "channels", kc_channels(c));
    rk_im2col shape = {
        .window = image.window, .channels = channels, .src_height = image.src_height, .src_width = image.src_width,
        .dst_width = image.dst_width};
    shape.src_pixel = channels + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    shape.src_row = shape.src_width * shape.src_pixel;
    const size_t patch = image.window.height * image.window.width * channels;
    shape.dst_stride = patch + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    const size_t src_count =
        (shape.src_height - 1) * shape.src_row + (shape.src_width - 1) * shape.src_pixel + channels;
    const size_t lines = image.rows * image.dst_width;
    const size_t dst_count = lines == 0 ? 0 : (lines - 1) * shape.dst_stride + patch;
    const float *src = kc_random_floats(c, src_count, -2, 2);
    float *expected = kc_floats(c, dst_count), *dst = kc_floats(c, dst_count);
    rk_f32_f32_im2col__scalar(&shape, src, expected, image.first_row, image.rows);
    variant(&shape, src, dst, image.first_row, image.rows);
    kc_compare(c, dst, expected, dst_count, kc_exact);
}

void kc_check_f32_f32_transpose(kc_case *c, rk_f32_f32_transpose_fn *variant) {
    const size_t rows = kc_note(c, "rows", kc_number(c, 0, 70)), columns = kc_note(c, "columns", kc_number(c, 0, 70));
    const size_t src_stride = columns + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    const size_t dst_stride = rows + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0);
    const size_t src_count = rows && columns ? (rows - 1) * src_stride + columns : 0;
    const size_t dst_count = rows && columns ? (columns - 1) * dst_stride + rows : 0;
    const float *src = kc_random_floats(c, src_count, -2, 2);
    float *expected = kc_floats(c, dst_count), *dst = kc_floats(c, dst_count);
    rk_f32_f32_transpose__scalar(rows, columns, src, src_stride, expected, dst_stride);
    variant(rows, columns, src, src_stride, dst, dst_stride);
    kc_compare(c, dst, expected, dst_count, kc_exact);
}
