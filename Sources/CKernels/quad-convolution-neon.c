#if defined(__aarch64__)
#include "quad-neon.h"

// 16 sums of 32 registers: the weights of a quad and the products beside.
#define QUAD_PIXELS_4 4
#define QUAD_PIXELS_2 8
#define QUAD_PIXELS_1 12
// 8 sums of one pixel.
#define QUAD_STREAMS 2

#include "quad-convolution-body.h"
#pragma clang attribute pop
#endif
