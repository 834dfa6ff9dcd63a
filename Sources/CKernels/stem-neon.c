#if defined(__aarch64__)
#include "simd-neon.h"

// 16 sums, 4 weights, 1 value of 32 registers; 6 columns would spill, and 4 divides the common widths.
#define RK_STEM_COLUMNS 4
#define RK_STEM_VECTORS 4

#include "stem-body.h"
#pragma clang attribute pop
#endif
