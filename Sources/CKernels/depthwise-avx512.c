#if defined(__x86_64__)
#include "simd-avx512.h"

// 14 sums, 5 weights, 1 value of 32 registers: enough sums for two units of latency 4.
#define RK_DEPTHWISE_COLUMNS 14

#include "depthwise-body.h"
#pragma clang attribute pop
#endif
