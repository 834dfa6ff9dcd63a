#if defined(__aarch64__)
#include <stdbool.h>
#include <string.h>

#include "simd-neon.h"

#include "quantize-body.h"
#pragma clang attribute pop
#endif
