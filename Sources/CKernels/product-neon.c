#if defined(__aarch64__)
#include "simd-neon.h"

// 24 sums, 4 weights, 1 value of 32 registers.
#define RK_PRODUCT_ROWS 6
#define RK_PRODUCT_VECTORS 4
#define RK_PRODUCT_NARROW_ROWS 12
// 16 sums of one row.
#define RK_PRODUCT_STREAMS 2

#include "product-body.h"
#pragma clang attribute pop
#endif
