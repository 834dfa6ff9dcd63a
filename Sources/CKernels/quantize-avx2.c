#if defined(__x86_64__)
#include <stdbool.h>
#include <string.h>

#include "simd-avx2.h"

#include "quantize-body.h"
#pragma clang attribute pop
#endif
