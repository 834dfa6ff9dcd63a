#if defined(__x86_64__)
#include "simd-avx512.h"

// 16 sums, 2 weights, 1 value of 32 registers; 14 columns would spill, and 8 divides the common widths.
#define RK_STEM_COLUMNS 8
#define RK_STEM_VECTORS 2

#include "stem-body.h"
#pragma clang attribute pop
#endif
