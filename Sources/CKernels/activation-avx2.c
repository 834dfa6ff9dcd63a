#if defined(__x86_64__)
#include "simd-avx2.h"
#include "activation-body.h"
#pragma clang attribute pop
#endif
