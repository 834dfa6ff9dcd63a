#if defined(__x86_64__)
#include "quad-avx512vnni.h"

// 24 sums, up to 4 weights, 1 quad of 32 registers.
#define QUAD_PIXELS_4 6
#define QUAD_PIXELS_2 12
#define QUAD_PIXELS_1 16
// 16 sums of one pixel.
#define QUAD_STREAMS 4

#include "quad-convolution-body.h"
#pragma clang attribute pop
#endif
