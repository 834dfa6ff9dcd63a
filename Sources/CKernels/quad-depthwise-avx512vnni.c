#if defined(__x86_64__)
#include "quad-avx512vnni.h"

#define QUAD_COLUMNS 7
#define QUAD_DEPTHWISE RK_VARIANT(u8_u8_depthwise)

// Up to 32 channels beside whole panels of 64.
#include "operators.h"
extern rk_u8_u8_depthwise_fn rk_u8_u8_depthwise_narrow__avx512vnni;
#define QUAD_NARROW_DEPTHWISE rk_u8_u8_depthwise_narrow__avx512vnni

#include "quad-depthwise-body.h"
#pragma clang attribute pop
#endif
