// The integer kernels: every variant writes the bytes that scalar writes, whatever is drawn.
#include <string.h>

#include "CKernels.h"
#include "case.h"
#include "window-case.h"

// Bytes at the end or the beginning of a page, random.
static uint8_t *random_bytes(kc_case *c, size_t count) {
    const size_t floats = (count + 3) / 4;
    uint8_t *bytes = (uint8_t *)kc_floats(c, floats) + (4 * floats - count);
    for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)kc_number(c, 0, 255);
    return bytes;
}

static int8_t *random_weights(kc_case *c, size_t count) {
    int8_t *weights = (int8_t *)kc_floats(c, (count + 3) / 4);
    const bool extreme = kc_once_in(c, 3);
    for (size_t i = 0; i < count; i++) {
        const int value = (int)kc_number(c, 0, 254) - 127;
        weights[i] = (int8_t)(!extreme ? value : value < 0 ? -127 : 127);
    }
    return weights;
}

// Two results of the same bytes before, byte for byte, as floats so that the message names a place.
static void compare_bytes(kc_case *c, const uint8_t *dst, const uint8_t *expected, size_t count) {
    float *found = kc_floats(c, count), *wanted = kc_floats(c, count);
    for (size_t i = 0; i < count; i++) found[i] = dst[i];
    for (size_t i = 0; i < count; i++) wanted[i] = expected[i];
    kc_compare(c, found, wanted, count, kc_exact);
}

static uint8_t *same_bytes(kc_case *c, const uint8_t *bytes, size_t count) {
    uint8_t *copy = random_bytes(c, count);
    if (count) memcpy(copy, bytes, count);
    return copy;
}

// The instruction set of a variant: its weights are packed for that.
static rk_isa isa_of(rk_function *function) {
    size_t index = 0;
    while (rk_variant_at(index).function != function) index++;
    return rk_variant_at(index).isa;
}

static void *aligned(kc_case *c, size_t bytes) {
    char *start = (char *)kc_floats(c, bytes / 4 + 16);
    return start + (64 - (uintptr_t)start % 64) % 64;
}

static rk_requantization random_requantization(kc_case *c) {
    rk_requantization how = {.zero = 0, .minimum = 0, .maximum = 255};
    how.zero = (int32_t)(kc_once_in(c, 2) ? 0 : kc_once_in(c, 3) ? 255 : kc_number(c, 0, 255));
    if (kc_once_in(c, 4)) how.minimum = (int32_t)kc_number(c, 0, 255);
    if (kc_once_in(c, 4)) how.maximum = (int32_t)kc_number(c, (size_t)how.minimum, 255);
    how.residual_zero = (int32_t)kc_number(c, 0, 255);
    how.residual_scale = kc_value(c, 0.01f, 3);
    return how;
}

static rk_unpacked random_filters(kc_case *c, size_t channels, size_t taps, size_t depth) {
    int32_t *bias = (int32_t *)kc_floats(c, channels);
    float *scale = kc_floats(c, channels);
    for (size_t i = 0; i < channels; i++) bias[i] = (int32_t)kc_number(c, 0, 200000) - 100000;
    // About the spread of the sums by what is left of it: some saturate on either side.
    const float spread = 255.0f * 60 * (float)(taps * depth);
    for (size_t i = 0; i < channels; i++) scale[i] = kc_value(c, 100, 900) / spread;
    return (rk_unpacked){
        .channels = channels,
        .taps = taps,
        .depth = depth,
        .channel_stride = taps * depth,
        .tap_stride = 1,
        .depth_stride = taps,
        .weights = random_weights(c, channels * taps * depth),
        .bias = bias,
        .scale = scale,
        .zero = (int32_t)(kc_once_in(c, 2) ? 0 : kc_number(c, 0, 255)),
    };
}

typedef struct convolution_case {
    rk_quantized_convolution shape;
    rk_unpacked filters;
    kc_image image;
    size_t src_count, dst_count, residual_count;
    const uint8_t *src, *border, *residual;
    void *scalar_weights, *weights;
} convolution_case;

static size_t gap(kc_case *c) { return kc_once_in(c, 3) ? kc_number(c, 1, 9) : 0; }

static convolution_case random_convolution(kc_case *c, rk_isa isa, bool floats) {
    convolution_case drawn = {.image = kc_random_image(c)};
    kc_image *image = &drawn.image;
    if (kc_once_in(c, 2)) {  // a product of matrices
        image->window = (rk_window){1, 1, 1, 1, 1, 1, 0, 0};
        image->dst_height = image->src_height;
        image->dst_width = image->src_width;
        image->first_row = 0;
        image->rows = image->dst_height;
    }
    const bool is_dense = floats && kc_once_in(c, 3);
    if (is_dense) {  // one pixel by many channels
        *image = (kc_image){{1, 1, 1, 1, 1, 1, 0, 0}, 1, 1, 1, 1, 0, 1};
    }
    if (image->rows > 3) image->rows = 3;
    rk_quantized_convolution *shape = &drawn.shape;
    shape->window = image->window;
    shape->depth = kc_note(c, "depth", kc_once_in(c, 3) ? kc_number(c, 1, 9) : kc_number(c, 1, 70));
    if (is_dense && kc_once_in(c, 2)) shape->depth = kc_note(c, "depth", kc_number(c, 1, 20) * 4);
    shape->channels = kc_note(c, "channels", kc_once_in(c, 4) ? kc_number(c, 1, 200) : kc_channels(c));
    if (is_dense) shape->channels = kc_note(c, "channels", kc_number(c, 1, 600));
    shape->src_height = image->src_height;
    shape->src_width = image->src_width;
    shape->src_pixel = shape->depth + gap(c);
    shape->src_row = image->src_width * shape->src_pixel + gap(c);
    shape->dst_width = image->dst_width;
    shape->dst_pixel = shape->channels + gap(c);
    shape->dst_row = image->dst_width * shape->dst_pixel + gap(c);
    shape->residual_pixel = shape->channels + gap(c);
    shape->residual_row = image->dst_width * shape->residual_pixel + gap(c);
    shape->requantization = random_requantization(c);
    drawn.filters = random_filters(c, shape->channels, image->window.height * image->window.width, shape->depth);
    drawn.src_count = image->src_height * shape->src_row;
    drawn.dst_count = image->rows * shape->dst_row;
    drawn.src = random_bytes(c, drawn.src_count);
    uint8_t *border = random_bytes(c, shape->depth);
    memset(border, drawn.filters.zero, shape->depth);
    drawn.border = border;
    if (!floats && kc_note(c, "residual", kc_once_in(c, 2))) {
        drawn.residual = random_bytes(c, image->rows * shape->residual_row);
    }
    const rk_unpacked *filters = &drawn.filters;
    drawn.scalar_weights =
        aligned(c, rk_packed_convolution_bytes(rk_isa_scalar, filters->channels, filters->taps, filters->depth));
    drawn.weights = aligned(c, rk_packed_convolution_bytes(isa, filters->channels, filters->taps, filters->depth));
    rk_pack_convolution(rk_isa_scalar, filters, drawn.scalar_weights);
    rk_pack_convolution(isa, filters, drawn.weights);
    return drawn;
}

void kc_check_u8_u8_convolution(kc_case *c, rk_u8_u8_convolution_fn *variant) {
    const rk_isa isa = isa_of((rk_function *)variant);
    convolution_case drawn = random_convolution(c, isa, false);
    const rk_quantized_convolution *shape = &drawn.shape;
    const kc_image *image = &drawn.image;
    uint8_t *expected = random_bytes(c, drawn.dst_count), *dst = same_bytes(c, expected, drawn.dst_count);
    rk_u8_u8_convolution__scalar(
        shape, drawn.src, drawn.border, drawn.scalar_weights, drawn.residual, expected, image->first_row, image->rows);
    const size_t cut = kc_once_in(c, 2) && image->rows ? kc_number(c, 0, image->rows) : image->rows;
    const size_t part = kc_once_in(c, 2) ? kc_number(c, 0, shape->channels / rk_quantized_panel) * rk_quantized_panel
                                         : shape->channels;
    for (size_t side = 0; side < 2; side++) {
        const size_t start = side ? part : 0;
        rk_quantized_convolution strip = *shape;
        strip.channels = side ? shape->channels - part : part;
        if (strip.channels == 0) continue;
        const char *weights = (const char *)drawn.weights;
        if (start) weights += rk_packed_convolution_bytes(isa, start, drawn.filters.taps, drawn.filters.depth);
        variant(
            &strip, drawn.src, drawn.border, weights, drawn.residual ? drawn.residual + start : NULL, dst + start,
            image->first_row, cut);
        variant(
            &strip, drawn.src, drawn.border, weights,
            drawn.residual ? drawn.residual + cut * shape->residual_row + start : NULL,
            dst + cut * shape->dst_row + start, image->first_row + cut, image->rows - cut);
    }
    compare_bytes(c, dst, expected, drawn.dst_count);
}

void kc_check_u8_f32_convolution(kc_case *c, rk_u8_f32_convolution_fn *variant) {
    convolution_case drawn = random_convolution(c, isa_of((rk_function *)variant), true);
    float *expected = kc_floats(c, drawn.dst_count), *dst = kc_floats(c, drawn.dst_count);
    const kc_image *image = &drawn.image;
    rk_u8_f32_convolution__scalar(
        &drawn.shape, drawn.src, drawn.border, drawn.scalar_weights, expected, image->first_row, image->rows);
    variant(&drawn.shape, drawn.src, drawn.border, drawn.weights, dst, image->first_row, image->rows);
    kc_compare(c, dst, expected, drawn.dst_count, kc_exact);
}

void kc_check_u8_u8_depthwise(kc_case *c, rk_u8_u8_depthwise_fn *variant) {
    const rk_isa isa = isa_of((rk_function *)variant);
    kc_image image = kc_random_image(c);
    const rk_window *w = &image.window;
    rk_quantized_depthwise shape = {.window = *w, .requantization = random_requantization(c)};
    shape.channels = kc_note(c, "channels", kc_once_in(c, 4) ? kc_number(c, 1, 200) : kc_channels(c));
    shape.src_height = image.src_height;
    shape.src_width = image.src_width;
    shape.src_rows = image.src_height;
    shape.src_pixel = shape.channels + gap(c);
    shape.src_row = image.src_width * shape.src_pixel + gap(c);
    shape.dst_width = image.dst_width;
    shape.dst_pixel = shape.channels + gap(c);
    shape.dst_row = image.dst_width * shape.dst_pixel + gap(c);
    const rk_unpacked filters = random_filters(c, shape.channels, w->height * w->width, 1);
    const uint8_t *src = random_bytes(c, image.src_height * shape.src_row);
    uint8_t *border = random_bytes(c, shape.channels);
    memset(border, filters.zero, shape.channels);
    void *scalar_weights = aligned(c, rk_packed_depthwise_bytes(rk_isa_scalar, shape.channels, w->height, w->width));
    void *weights = aligned(c, rk_packed_depthwise_bytes(isa, shape.channels, w->height, w->width));
    rk_pack_depthwise(rk_isa_scalar, &filters, w->height, w->width, scalar_weights);
    rk_pack_depthwise(isa, &filters, w->height, w->width, weights);

    const size_t count = image.rows * shape.dst_row;
    uint8_t *expected = random_bytes(c, count), *dst = same_bytes(c, expected, count);
    rk_u8_u8_depthwise__scalar(&shape, src, border, scalar_weights, expected, image.first_row, image.rows);
    const size_t part = kc_once_in(c, 2) ? kc_number(c, 0, shape.channels / rk_quantized_panel) * rk_quantized_panel
                                         : shape.channels;
    for (size_t side = 0; side < 2; side++) {
        const size_t start = side ? part : 0;
        rk_quantized_depthwise strip = shape;
        strip.channels = side ? shape.channels - part : part;
        if (strip.channels == 0) continue;
        const char *own = (const char *)weights;
        if (start) own += rk_packed_depthwise_bytes(isa, start, w->height, w->width);
        for (size_t i = 0; i < image.rows; i++) {
            variant(
                &strip, src + start, border + start, own, dst + start + i * shape.dst_row, image.first_row + i, 1);
        }
    }
    compare_bytes(c, dst, expected, count);
}

void kc_check_u8_u8_add(kc_case *c, rk_u8_u8_add_fn *variant) {
    const size_t n = kc_note(c, "n", kc_number(c, 0, 300));
    rk_quantized_add shape = {
        .a_factor = kc_value(c, 0.01f, 3),
        .b_factor = kc_value(c, 0.01f, 3),
        .a_zero = (int32_t)kc_number(c, 0, 255),
        .b_zero = (int32_t)kc_number(c, 0, 255),
        .zero = (int32_t)kc_number(c, 0, 255),
        .minimum = (int32_t)kc_number(c, 0, 90),
        .maximum = (int32_t)kc_number(c, 90, 255),
    };
    const uint8_t *a = random_bytes(c, n), *b = random_bytes(c, n);
    uint8_t *expected = random_bytes(c, n), *dst = same_bytes(c, expected, n);
    rk_u8_u8_add__scalar(&shape, n, a, b, expected);
    variant(&shape, n, a, b, dst);
    compare_bytes(c, dst, expected, n);
}

void kc_check_f32_u8_quantize(kc_case *c, rk_f32_u8_quantize_fn *variant) {
    const size_t pixels = kc_note(c, "pixels", kc_number(c, 0, 100));
    const size_t channels = kc_note(c, "channels", kc_once_in(c, 2) ? 3 : kc_number(c, 1, 6));
    const size_t src_stride = pixels + gap(c), dst_stride = channels == 3 ? 4 : channels + gap(c);
    const float scale = kc_once_in(c, 2) ? 1.0f / 128 : kc_value(c, 0.001f, 2);
    const int32_t zero = (int32_t)kc_number(c, 0, 255);
    const float *src = kc_random_floats(c, channels * src_stride, -300 * scale, 300 * scale);
    uint8_t *expected = random_bytes(c, pixels * dst_stride), *dst = same_bytes(c, expected, pixels * dst_stride);
    rk_f32_u8_quantize__scalar(pixels, channels, src, src_stride, expected, dst_stride, scale, zero);
    variant(pixels, channels, src, src_stride, dst, dst_stride, scale, zero);
    compare_bytes(c, dst, expected, pixels * dst_stride);
}

void kc_check_u8_f32_dequantize(kc_case *c, rk_u8_f32_dequantize_fn *variant) {
    const size_t n = kc_note(c, "n", kc_number(c, 0, 300));
    const uint8_t *src = random_bytes(c, n);
    float *expected = kc_floats(c, n), *dst = kc_floats(c, n);
    const float scale = kc_value(c, 0.001f, 2);
    const int32_t zero = (int32_t)kc_number(c, 0, 255);
    rk_u8_f32_dequantize__scalar(n, src, expected, scale, zero);
    variant(n, src, dst, scale, zero);
    kc_compare(c, dst, expected, n, kc_exact);
}

void kc_check_u8_f32_global_average_pool(kc_case *c, rk_u8_f32_global_average_pool_fn *variant) {
    const size_t pixels = kc_note(c, "pixels", kc_number(c, 1, 60)), channels = kc_note(c, "channels", kc_channels(c));
    const size_t stride = channels + gap(c);
    const uint8_t *src = random_bytes(c, pixels * stride);
    float *expected = kc_floats(c, channels), *dst = kc_floats(c, channels);
    const float factor = kc_value(c, 0.001f, 2);
    const int32_t zero = (int32_t)kc_number(c, 0, 255);
    rk_u8_f32_global_average_pool__scalar(pixels, channels, src, stride, expected, factor, zero);
    variant(pixels, channels, src, stride, dst, factor, zero);
    kc_compare(c, dst, expected, channels, kc_exact);
}
