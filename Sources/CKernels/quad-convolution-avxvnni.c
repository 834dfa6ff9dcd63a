#if defined(__x86_64__)
#include "quad-avxvnni.h"

// 12 sums of 16 registers.
#define QUAD_PIXELS_4 3
#define QUAD_PIXELS_2 6
#define QUAD_PIXELS_1 8
// 8 sums of one pixel.
#define QUAD_STREAMS 2

#include "quad-convolution-body.h"
#pragma clang attribute pop
#endif
