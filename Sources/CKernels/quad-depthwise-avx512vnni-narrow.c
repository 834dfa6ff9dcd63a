#if defined(__x86_64__)
#include "quad-avx512vnni-narrow.h"

#define QUAD_COLUMNS 7
#define QUAD_DEPTHWISE rk_u8_u8_depthwise_narrow__avx512vnni

#include "operators.h"
extern rk_u8_u8_depthwise_fn QUAD_DEPTHWISE;
#include "quad-depthwise-body.h"
#pragma clang attribute pop
#endif
