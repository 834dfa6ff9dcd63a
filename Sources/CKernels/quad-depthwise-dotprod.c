#if defined(__aarch64__)
#include "quad-dotprod.h"

#define QUAD_COLUMNS 7
#define QUAD_DEPTHWISE RK_VARIANT(u8_u8_depthwise)

#include "quad-depthwise-body.h"
#pragma clang attribute pop
#endif
