#if defined(__x86_64__)
#include "simd-avx512.h"

// 28 sums, 2 weights, 1 value of 32 registers.
#define RK_PRODUCT_ROWS 14
#define RK_PRODUCT_VECTORS 2
#define RK_PRODUCT_NARROW_ROWS 14
// 8 sums of one row.
#define RK_PRODUCT_STREAMS 4

#include "product-body.h"
#pragma clang attribute pop
#endif
