#include "operators.h"

// A square of values that the first-level cache holds on both sides.
enum { block = 16 };

void rk_f32_f32_transpose__scalar(
    size_t rows, size_t columns, const float *src, size_t src_stride, float *dst, size_t dst_stride) {
    for (size_t top = 0; top < rows; top += block) {
        size_t bottom = rows - top < block ? rows : top + block;
        for (size_t left = 0; left < columns; left += block) {
            size_t right = columns - left < block ? columns : left + block;
            for (size_t c = left; c < right; c++) {
                for (size_t r = top; r < bottom; r++) dst[c * dst_stride + r] = src[r * src_stride + c];
            }
        }
    }
}
