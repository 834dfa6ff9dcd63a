#include "clamp.h"
#include "depthwise.h"
#include "operators.h"
#include "taps.h"

void rk_f32_f32_depthwise__scalar(
    const rk_depthwise *shape, const float *src, const float *weights, const float *bias, float *dst, size_t first_row,
    size_t rows) {
    const rk_window w = shape->window;
    for (size_t row = 0; row < rows; row++) {
        rk_taps y = rk_taps_inside(first_row + row, w.height, w.stride_y, w.dilation_y, w.pad_top, shape->src_height);
        for (size_t ox = 0; ox < shape->dst_width; ox++) {
            rk_taps x = rk_taps_inside(ox, w.width, w.stride_x, w.dilation_x, w.pad_left, shape->src_width);
            float *out = dst + row * shape->dst_row + ox * shape->dst_pixel;
            for (size_t c = 0; c < shape->channels; c++) out[c] = bias ? bias[c] : 0;
            for (size_t ky = y.first; ky < y.last; ky++) {
                size_t iy = (size_t)(y.start + (ptrdiff_t)(ky * w.dilation_y));
                const float *line = src + (iy % shape->src_rows) * shape->src_row;
                for (size_t kx = x.first; kx < x.last; kx++) {
                    size_t ix = (size_t)(x.start + (ptrdiff_t)(kx * w.dilation_x));
                    const float *in = line + ix * shape->src_pixel;
                    const float *tap = weights + (ky * w.width + kx) * shape->weights_tap;
                    for (size_t c = 0; c < shape->channels; c++) out[c] += in[c] * tap[c];
                }
            }
            for (size_t c = 0; c < shape->channels; c++) out[c] = rk_clamp(out[c], shape->minimum, shape->maximum);
        }
    }
}
