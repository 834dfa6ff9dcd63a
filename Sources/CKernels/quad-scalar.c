// The integer kernels as their contracts say it. Weights are packed channel by channel (quad-packing.c).
#include <stdbool.h>
#include <string.h>

#include "operators.h"
#include "quad-packing.h"
#include "requantize.h"

typedef struct channel {
    int32_t bias;
    float scale;
    const int8_t *weights;
} channel;

static channel channel_at(const void *packed, size_t index, size_t quads) {
    const int8_t *block = (const int8_t *)packed + index * (8 + 4 * quads);
    channel found = {.weights = block + 8};
    memcpy(&found.bias, block, 4);
    memcpy(&found.scale, block + 4, 4);
    return found;
}

// The pixel that a tap looks at, or `border`.
static const uint8_t *pixel_at(
    const rk_window *w, size_t height, size_t width, size_t row, size_t pixel, size_t rows, const uint8_t *src,
    const uint8_t *border, size_t oy, size_t ox, size_t ky, size_t kx) {
    const ptrdiff_t y = (ptrdiff_t)(oy * w->stride_y + ky * w->dilation_y) - (ptrdiff_t)w->pad_top;
    const ptrdiff_t x = (ptrdiff_t)(ox * w->stride_x + kx * w->dilation_x) - (ptrdiff_t)w->pad_left;
    if (y < 0 || x < 0 || (size_t)y >= height || (size_t)x >= width) return border;
    return src + (size_t)y % rows * row + (size_t)x * pixel;
}

static int32_t sum_of(
    const rk_quantized_convolution *shape, const uint8_t *src, const uint8_t *border, channel channel, size_t oy,
    size_t ox) {
    const rk_window *w = &shape->window;
    const int8_t *weight = channel.weights;
    int32_t sum = channel.bias;
    for (size_t ky = 0; ky < w->height; ky++) {
        for (size_t kx = 0; kx < w->width; kx++, weight += quad_count(shape->depth) * 4) {
            const uint8_t *pixel = pixel_at(
                w, shape->src_height, shape->src_width, shape->src_row, shape->src_pixel, shape->src_height, src,
                border, oy, ox, ky, kx);
            for (size_t k = 0; k < shape->depth; k++) sum += pixel[k] * weight[k];
        }
    }
    return sum;
}

void rk_u8_u8_convolution__scalar(
    const rk_quantized_convolution *shape, const uint8_t *src, const uint8_t *border, const void *weights,
    const uint8_t *residual, uint8_t *dst, size_t first_row, size_t rows) {
    const rk_requantization *how = &shape->requantization;
    const size_t quads = shape->window.height * shape->window.width * quad_count(shape->depth);
    for (size_t i = 0; i < rows; i++) {
        for (size_t x = 0; x < shape->dst_width; x++) {
            for (size_t c = 0; c < shape->channels; c++) {
                const channel channel = channel_at(weights, c, quads);
                float value = (float)sum_of(shape, src, border, channel, first_row + i, x) * channel.scale;
                if (residual) {
                    const int32_t other = residual[i * shape->residual_row + x * shape->residual_pixel + c];
                    value = fmaf((float)(other - how->residual_zero), how->residual_scale, value);
                }
                dst[i * shape->dst_row + x * shape->dst_pixel + c] =
                    quantized(value, how->zero, how->minimum, how->maximum);
            }
        }
    }
}

void rk_u8_f32_convolution__scalar(
    const rk_quantized_convolution *shape, const uint8_t *src, const uint8_t *border, const void *weights, float *dst,
    size_t first_row, size_t rows) {
    const size_t quads = shape->window.height * shape->window.width * quad_count(shape->depth);
    for (size_t i = 0; i < rows; i++) {
        for (size_t x = 0; x < shape->dst_width; x++) {
            for (size_t c = 0; c < shape->channels; c++) {
                const channel channel = channel_at(weights, c, quads);
                dst[i * shape->dst_row + x * shape->dst_pixel + c] =
                    (float)sum_of(shape, src, border, channel, first_row + i, x) * channel.scale;
            }
        }
    }
}

void rk_u8_u8_depthwise__scalar(
    const rk_quantized_depthwise *shape, const uint8_t *src, const uint8_t *border, const void *weights, uint8_t *dst,
    size_t first_row, size_t rows) {
    const rk_window *w = &shape->window;
    const rk_requantization *how = &shape->requantization;
    for (size_t i = 0; i < rows; i++) {
        for (size_t x = 0; x < shape->dst_width; x++) {
            for (size_t c = 0; c < shape->channels; c++) {
                const channel channel = channel_at(weights, c, quad_count(w->height) * w->width);
                int32_t sum = channel.bias;
                for (size_t ky = 0; ky < w->height; ky++) {
                    for (size_t kx = 0; kx < w->width; kx++) {
                        const uint8_t *pixel = pixel_at(
                            w, shape->src_height, shape->src_width, shape->src_row, shape->src_pixel, shape->src_rows,
                            src, border, first_row + i, x, ky, kx);
                        sum += pixel[c] * channel.weights[(ky / 4 * w->width + kx) * 4 + ky % 4];
                    }
                }
                dst[i * shape->dst_row + x * shape->dst_pixel + c] =
                    quantized((float)sum * channel.scale, how->zero, how->minimum, how->maximum);
            }
        }
    }
}
