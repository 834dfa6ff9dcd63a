#if defined(__x86_64__)
#include "quad-avxvnni.h"

#define QUAD_COLUMNS 4
#define QUAD_DEPTHWISE RK_VARIANT(u8_u8_depthwise)

#include "quad-depthwise-body.h"
#pragma clang attribute pop
#endif
