#if defined(__x86_64__)
#include "simd-avx512.h"
#include "softmax-body.h"
#pragma clang attribute pop
#endif
