#include "clamp.h"
#include "operators.h"

void rk_f32_f32_product__scalar(
    const rk_product *shape, size_t rows, const float *src, const float *weights, const float *bias,
    const float *residual, float *dst) {
    for (size_t first = 0; first < shape->columns; first += rk_product_panel) {
        const size_t rest = shape->columns - first;
        const size_t width = rest < rk_product_panel ? rest : rk_product_panel;
        for (size_t r = 0; r < rows; r++) {
            for (size_t c = 0; c < width; c++) {
                float sum = bias ? bias[first + c] : 0;
                for (size_t k = 0; k < shape->depth; k++) {
                    sum += src[r * shape->src_stride + k] * weights[k * width + c];
                }
                if (residual) sum += residual[r * shape->residual_stride + first + c];
                dst[r * shape->dst_stride + first + c] = rk_clamp(sum, shape->minimum, shape->maximum);
            }
        }
        weights += shape->depth * width;
    }
}
