#if defined(__aarch64__)
#include "simd-neon.h"
#include "activation-body.h"
#pragma clang attribute pop
#endif
