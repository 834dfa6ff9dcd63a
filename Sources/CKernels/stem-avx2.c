#if defined(__x86_64__)
#include "simd-avx2.h"

// 8 sums, 2 weights, 1 value of 16 registers; 6 columns would spill and are no faster, and 4 divides the common widths.
#define RK_STEM_COLUMNS 4
#define RK_STEM_VECTORS 2

#include "stem-body.h"
#pragma clang attribute pop
#endif
