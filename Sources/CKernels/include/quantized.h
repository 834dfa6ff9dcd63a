// What the integer kernels share: the arithmetic, and how weights are packed for an instruction set.
//
// Activations are u8, NHWC, the channels of a pixel next to each other; weights are s8, per output channel symmetric;
// sums are s32 and exact. docs/decisions/int8-arithmetic.md is the contract of what follows a sum:
//
//     u = (float)sum * scale[c]                                  int to float to the nearest even; one product, rounded
//     u = fma((float)(residual - residual_zero), residual_scale, u)     where there is a residual; a true fused fma
//     dst = min(max(saturate(nearest_even(u) + zero), minimum), maximum)   saturate: to 0 ... 255
//
// The sum holds the bias and, folded into it when the weights are packed, what the zero point of src contributes.
// Every variant writes the bytes that scalar writes. |u| < 2^31 - 256 and |sum| < 2^31: whoever packs sees to it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cpu.h"

#pragma clang assume_nonnull begin

typedef struct rk_requantization {
    int32_t zero;                // of dst, 0 ... 255
    int32_t minimum, maximum;    // 0 ... 255
    int32_t residual_zero;       // 0 ... 255
    float residual_scale;        // the residual's scale by that of dst
} rk_requantization;

// Weights, bias and scale of one layer as the kernels of an instruction set read them, in one block. Output channels
// stand in panels; each panel is contiguous, and a range of channels that begins with a multiple of rk_quantized_panel
// is computed by moving the pointer to rk_packed_bytes of the channels before it.
enum { rk_quantized_panel = 64 };

// What is packed: weight (channel, tap, k) at weights[channel * channel_stride + tap * tap_stride + k * depth_stride].
typedef struct rk_unpacked {
    size_t channels, taps, depth;
    size_t channel_stride, tap_stride, depth_stride;
    const int8_t *weights;
    const int32_t *bias;   // channels values
    const float *scale;    // channels values
    int32_t zero;          // of src
} rk_unpacked;

// Bytes of the packed block, a multiple of 64, for the kernels that rk_picked_... names. pack writes all of them; dst is
// aligned to 64 bytes.
size_t rk_packed_convolution_bytes(rk_isa isa, size_t channels, size_t taps, size_t depth);
void rk_pack_convolution(rk_isa isa, const rk_unpacked *unpacked, void *dst);

// The same for depthwise: taps are height x width, row by row; depth is 1.
size_t rk_packed_depthwise_bytes(rk_isa isa, size_t channels, size_t height, size_t width);
void rk_pack_depthwise(rk_isa isa, const rk_unpacked *unpacked, size_t height, size_t width, void *dst);

#pragma clang assume_nonnull end
