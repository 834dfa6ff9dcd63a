#if defined(__aarch64__)
#include "simd-neon.h"
#include "softmax-body.h"
#pragma clang attribute pop
#endif
