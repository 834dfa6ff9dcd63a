// Only scalar: memcpy and memset of the C library are SIMD code already.
#include <string.h>

#include "operators.h"
#include "taps.h"

void rk_f32_f32_im2col__scalar(const rk_im2col *shape, const float *src, float *dst, size_t first_row, size_t rows) {
    const rk_window w = shape->window;
    const size_t channels = shape->channels;
    if (channels == 0) return;
    // Neighbouring taps are neighbours in memory too: a row of the window is one copy.
    const int joined = w.dilation_x == 1 && shape->src_pixel == channels;
    for (size_t row = 0; row < rows; row++) {
        rk_taps y = rk_taps_inside(first_row + row, w.height, w.stride_y, w.dilation_y, w.pad_top, shape->src_height);
        for (size_t ox = 0; ox < shape->dst_width; ox++) {
            rk_taps x = rk_taps_inside(ox, w.width, w.stride_x, w.dilation_x, w.pad_left, shape->src_width);
            float *out = dst + (row * shape->dst_width + ox) * shape->dst_stride;
            for (size_t ky = 0; ky < w.height; ky++, out += w.width * channels) {
                if (ky < y.first || ky >= y.last || x.first == x.last) {
                    memset(out, 0, w.width * channels * sizeof(float));
                    continue;
                }
                memset(out, 0, x.first * channels * sizeof(float));
                memset(out + x.last * channels, 0, (w.width - x.last) * channels * sizeof(float));
                const float *line = src + (size_t)(y.start + (ptrdiff_t)(ky * w.dilation_y)) * shape->src_row;
                const size_t run = joined ? x.last - x.first : 1;
                for (size_t kx = x.first; kx < x.last; kx += run) {
                    size_t ix = (size_t)(x.start + (ptrdiff_t)(kx * w.dilation_x));
                    memcpy(out + kx * channels, line + ix * shape->src_pixel, run * channels * sizeof(float));
                }
            }
        }
    }
}
