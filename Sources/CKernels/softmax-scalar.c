#include <math.h>

#include "operators.h"

void rk_f32_f32_softmax__scalar(size_t n, const float *src, float *dst) {
    float largest = -INFINITY;
    for (size_t i = 0; i < n; i++) largest = src[i] > largest ? src[i] : largest;
    double sum = 0;  // double: a thousand small shares must not be lost beside one large
    for (size_t i = 0; i < n; i++) {
        dst[i] = expf(src[i] - largest);
        sum += dst[i];
    }
    float share = (float)(1 / sum);
    for (size_t i = 0; i < n; i++) dst[i] *= share;
}
