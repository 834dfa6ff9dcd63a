#include "clamp.h"
#include "operators.h"
#include "stem.h"
#include "taps.h"

void rk_f32_f32_stem__scalar(
    const rk_stem *shape, const float *src, const float *weights, const float *bias, float *dst, size_t first_row,
    size_t rows) {
    const rk_window w = shape->window;
    const size_t outputs = shape->dst_channels;
    for (size_t row = 0; row < rows; row++) {
        rk_taps y = rk_taps_inside(first_row + row, w.height, w.stride_y, w.dilation_y, w.pad_top, shape->src_height);
        for (size_t ox = 0; ox < shape->dst_width; ox++) {
            rk_taps x = rk_taps_inside(ox, w.width, w.stride_x, w.dilation_x, w.pad_left, shape->src_width);
            float *out = dst + row * shape->dst_row + ox * shape->dst_pixel;
            for (size_t o = 0; o < outputs; o++) out[o] = bias ? bias[o] : 0;
            for (size_t i = 0; i < shape->src_channels; i++) {
                for (size_t ky = y.first; ky < y.last; ky++) {
                    size_t iy = (size_t)(y.start + (ptrdiff_t)(ky * w.dilation_y));
                    const float *line = src + i * shape->src_plane + iy * shape->src_row;
                    for (size_t kx = x.first; kx < x.last; kx++) {
                        float value = line[(size_t)(x.start + (ptrdiff_t)(kx * w.dilation_x))];
                        const float *tap = weights + ((i * w.height + ky) * w.width + kx) * outputs;
                        for (size_t o = 0; o < outputs; o++) out[o] += value * tap[o];
                    }
                }
            }
            for (size_t o = 0; o < outputs; o++) out[o] = rk_clamp(out[o], shape->minimum, shape->maximum);
        }
    }
}
