// The matrix product with what follows it.
#include <math.h>

#include "CKernels.h"
#include "case.h"

static size_t row_count(size_t rows, size_t columns, size_t stride) {
    return rows == 0 || columns == 0 ? 0 : (rows - 1) * stride + columns;
}

static size_t stride_of(kc_case *c, size_t columns) { return columns + (kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0); }

void kc_check_f32_f32_product(kc_case *c, rk_f32_f32_product_fn *variant) {
    const size_t rows = kc_note(c, "rows", kc_once_in(c, 4) ? 1 : kc_number(c, 0, 60));
    size_t columns = kc_note(c, "columns", kc_once_in(c, 20) ? 0 : kc_channels(c));
    if (rows == 1 && kc_once_in(c, 2)) columns = kc_note(c, "columns", kc_number(c, 1, 400));  // as a dense layer has
    const size_t depth = kc_note(c, "depth", kc_once_in(c, 8) ? kc_number(c, 0, 1) : kc_number(c, 1, 90));
    rk_product shape = {
        .depth = depth,
        .columns = columns,
        .src_stride = stride_of(c, depth),
        .dst_stride = stride_of(c, columns),
        .residual_stride = stride_of(c, columns),
        .minimum = kc_once_in(c, 2) ? 0 : -INFINITY,
        .maximum = kc_once_in(c, 2) ? 1.5f : INFINITY,
    };
    const size_t src_count = row_count(rows, depth, shape.src_stride);
    const size_t count = row_count(rows, columns, shape.dst_stride);
    const float *src = kc_random_floats(c, src_count, -2, 2);
    const float *weights = kc_random_floats(c, depth * columns, -2, 2);
    const float *bias = kc_note(c, "bias", !kc_once_in(c, 3)) ? kc_random_floats(c, columns, -2, 2) : NULL;
    const float *residual = NULL;
    if (kc_note(c, "residual", kc_once_in(c, 2))) {
        residual = kc_random_floats(c, row_count(rows, columns, shape.residual_stride), -2, 2);
    }
    float *expected = kc_floats(c, count), *dst = kc_floats(c, count), *magnitude = kc_floats(c, count);
    rk_f32_f32_product__scalar(&shape, rows, src, weights, bias, residual, expected);

    // Some cases in two calls, cut between rows or at a panel: the same bits as in one, so one comparison serves both.
    const size_t cut = kc_note(c, "cut", kc_once_in(c, 2) && rows > 1 ? kc_number(c, 1, rows - 1) : rows);
    const size_t panels = columns / rk_product_panel;
    const size_t first = kc_note(c, "first", kc_once_in(c, 2) ? kc_number(c, 0, panels) * rk_product_panel : columns);
    for (size_t part = 0; part < 2; part++) {
        const size_t start = part == 0 ? 0 : first;
        rk_product strip = shape;
        strip.columns = part == 0 ? (first < columns ? first : columns) : (first < columns ? columns - first : 0);
        if (strip.columns == 0) continue;
        const float *panel = weights + start * depth, *own_bias = bias ? bias + start : NULL;
        variant(&strip, cut, src, panel, own_bias, residual ? residual + start : NULL, dst + start);
        if (cut == rows) continue;
        variant(
            &strip, rows - cut, src + cut * shape.src_stride, panel, own_bias,
            residual ? residual + cut * shape.residual_stride + start : NULL, dst + cut * shape.dst_stride + start);
    }

    shape.minimum = -INFINITY;
    shape.maximum = INFINITY;
    rk_f32_f32_product__scalar(
        &shape, rows, kc_magnitudes(c, src, src_count), kc_magnitudes(c, weights, depth * columns),
        bias ? kc_magnitudes(c, bias, columns) : NULL,
        residual ? kc_magnitudes(c, residual, row_count(rows, columns, shape.residual_stride)) : NULL, magnitude);
    kc_compare(c, dst, expected, count, (kc_tolerance){magnitude, 2.0 * (double)(depth + 2) * 0x1p-24, 0, 0});
}
