#if defined(__x86_64__)
#include "simd-avx2.h"

// 7 sums, 5 weights, 1 value of 16 registers; 7 divides the widths of all common networks.
#define RK_DEPTHWISE_COLUMNS 7

#include "depthwise-body.h"
#pragma clang attribute pop
#endif
