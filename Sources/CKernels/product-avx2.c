#if defined(__x86_64__)
#include "simd-avx2.h"

// 12 sums, 2 weights, 1 value of 16 registers.
#define RK_PRODUCT_ROWS 6
#define RK_PRODUCT_VECTORS 2
#define RK_PRODUCT_NARROW_ROWS 12
// 8 sums of one row.
#define RK_PRODUCT_STREAMS 2

#include "product-body.h"
#pragma clang attribute pop
#endif
