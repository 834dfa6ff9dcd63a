// product: a matrix product and what follows it, in one pass over the result.
//
//     dst[r][c] = clamp(bias[c] + sum over k of src[r][k] * weights[k][c] + residual[r][c], minimum, maximum)
//
// shape      depth is the number of k; rows of src, dst and residual lie src_stride >= depth, dst_stride >= columns and
//            residual_stride >= columns apart
// lead       columns from the last panel of a call to the one whose weights the thread will need next, which may lie before
//            it (then what the subtraction of unsigned numbers gives); 0 where none is
//            known: they are fetched ahead into the second-level cache, nothing is read of them
// weights    panels of rk_product_panel columns one behind the other, the last as narrow as what is left; each panel is
//            depth x its width, contiguous. So panel p begins at p * rk_product_panel * depth, and a range of columns
//            that begins with a panel is computed by moving the pointers
// bias       columns values, or null for 0
// residual   or null for 0
// dst        must not overlap what is read
// Any split of rows and panels into calls gives the same bits. Panel after panel runs over all rows of a call: few enough
// rows that src and dst stay in the second-level cache are best.
#pragma once

#include <stddef.h>

enum { rk_product_panel = 32 };

typedef struct rk_product {
    size_t depth, columns;
    size_t src_stride, dst_stride, residual_stride;
    size_t lead;
    float minimum, maximum;
} rk_product;

typedef void rk_f32_f32_product_fn(
    const rk_product *shape, size_t rows, const float *src, const float *weights, const float *bias,
    const float *residual, float *dst);
