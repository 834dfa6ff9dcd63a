#if defined(__x86_64__)
#include "quad-avx2.h"

// 12 sums of 16 registers; the weights stay in memory, as they come in pairs.
#define QUAD_PIXELS_4 3
#define QUAD_PIXELS_2 6
#define QUAD_PIXELS_1 8
// 8 sums of one pixel.
#define QUAD_STREAMS 2

#include "quad-convolution-body.h"
#pragma clang attribute pop
#endif
