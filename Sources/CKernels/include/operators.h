// The one list of operators and their variants. Declarations, the registry, the choice at run time and the tests come
// from it: a new variant is one word here and one file.
#pragma once

#include "activation.h"
#include "depthwise.h"
#include "elementwise.h"
#include "epilogue.h"
#include "im2col.h"
#include "pool.h"
#include "product.h"
#include "quantize.h"
#include "quantized-convolution.h"
#include "quantized-depthwise.h"
#include "resize.h"
#include "scale.h"
#include "softmax.h"
#include "stem.h"
#include "transpose.h"

// Sets of variants, best first, each ending in scalar.
#if defined(__x86_64__)
#define RK_ALL(VARIANT, op) VARIANT(op, avx512) VARIANT(op, avx2) VARIANT(op, scalar)
#define RK_AVX2_NEON(VARIANT, op) VARIANT(op, avx2) VARIANT(op, scalar)
#define RK_QUADS(VARIANT, op) VARIANT(op, avx512vnni) VARIANT(op, avxvnni) VARIANT(op, avx2) VARIANT(op, scalar)
#elif defined(__aarch64__)
#define RK_ALL(VARIANT, op) VARIANT(op, neon) VARIANT(op, scalar)
#define RK_AVX2_NEON(VARIANT, op) VARIANT(op, neon) VARIANT(op, scalar)
#define RK_QUADS(VARIANT, op) VARIANT(op, dotprod) VARIANT(op, neon) VARIANT(op, scalar)
#else
#define RK_ALL(VARIANT, op) VARIANT(op, scalar)
#define RK_AVX2_NEON(VARIANT, op) VARIANT(op, scalar)
#define RK_QUADS(VARIANT, op) VARIANT(op, scalar)
#endif
#define RK_SCALAR_ONLY(VARIANT, op) VARIANT(op, scalar)

// OPERATOR(<in>_<out>_<name>, set of variants)
#define RK_OPERATORS(OPERATOR)                           \
    OPERATOR(f32_f32_depthwise, RK_ALL)                  \
    OPERATOR(f32_f32_stem, RK_ALL)                       \
    OPERATOR(f32_f32_im2col, RK_SCALAR_ONLY)             \
    OPERATOR(f32_f32_product, RK_ALL)                    \
    OPERATOR(f32_f32_epilogue, RK_ALL)                   \
    OPERATOR(f32_f32_scale, RK_ALL)                      \
    OPERATOR(f32_f32_clamp, RK_ALL)                      \
    OPERATOR(f32_f32_hard_sigmoid, RK_ALL)               \
    OPERATOR(f32_f32_hard_swish, RK_ALL)                 \
    OPERATOR(f32_f32_sigmoid, RK_ALL)                    \
    OPERATOR(f32_f32_add, RK_ALL)                        \
    OPERATOR(f32_f32_mul, RK_ALL)                        \
    OPERATOR(f32_f32_max_pool, RK_ALL)                   \
    OPERATOR(f32_f32_average_pool, RK_ALL)               \
    OPERATOR(f32_f32_global_average_pool, RK_ALL)        \
    OPERATOR(f32_f32_softmax, RK_ALL)                    \
    OPERATOR(f32_f32_transpose, RK_AVX2_NEON)            \
    OPERATOR(u8_f32_resize_row, RK_AVX2_NEON)            \
    OPERATOR(f32_f32_resize_column, RK_AVX2_NEON)        \
    OPERATOR(u8_u8_convolution, RK_QUADS)                \
    OPERATOR(u8_f32_convolution, RK_QUADS)               \
    OPERATOR(u8_u8_depthwise, RK_QUADS)                  \
    OPERATOR(u8_u8_add, RK_ALL)                          \
    OPERATOR(f32_u8_quantize, RK_ALL)                    \
    OPERATOR(u8_f32_dequantize, RK_ALL)                  \
    OPERATOR(u8_f32_global_average_pool, RK_ALL)         \
    OPERATOR(f32_f32_leaky_relu, RK_ALL)                 \
    OPERATOR(f32_f32_elu, RK_ALL)                        \
    OPERATOR(f32_f32_tanh, RK_ALL)                       \
    OPERATOR(f32_f32_erf, RK_ALL)                        \
    OPERATOR(f32_f32_gelu, RK_ALL)                       \
    OPERATOR(f32_f32_mish, RK_ALL)                       \
    OPERATOR(f32_f32_swish, RK_ALL)

// rk_<op>__<isa>, each a rk_<op>_fn; they run only where rk_cpu() has the instruction set.
#define RK_DECLARE_VARIANT(op, isa) rk_##op##_fn rk_##op##__##isa;
#define RK_DECLARE_OPERATOR(op, variants) variants(RK_DECLARE_VARIANT, op)
RK_OPERATORS(RK_DECLARE_OPERATOR)
