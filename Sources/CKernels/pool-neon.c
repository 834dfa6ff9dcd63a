#if defined(__aarch64__)
#include "simd-neon.h"
#include "pool-body.h"
#pragma clang attribute pop
#endif
