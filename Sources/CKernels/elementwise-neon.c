#if defined(__aarch64__)
#include "simd-neon.h"
#include "elementwise-body.h"
#pragma clang attribute pop
#endif
