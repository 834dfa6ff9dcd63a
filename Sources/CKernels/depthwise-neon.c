#if defined(__aarch64__)
#include "simd-neon.h"

// 14 sums, 5 weights, 1 value of 32 registers.
#define RK_DEPTHWISE_COLUMNS 14

#include "depthwise-body.h"
#pragma clang attribute pop
#endif
