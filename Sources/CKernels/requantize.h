// What follows a sum, for the scalar variants: the contract of quantized.h, word by word.
#pragma once

#include <math.h>

#include "quantized.h"

// To the nearest whole number, an even one between two, then `zero` added: as the vector variants do it.
static inline uint8_t quantized(float value, int32_t zero, int32_t minimum, int32_t maximum) {
    // Beyond 16 bits all of it is beyond 8.
    const float rounded = nearbyintf(value);
    int32_t whole = rounded >= 32767 ? 32767 : rounded <= -32768 ? -32768 : (int32_t)rounded;
    whole += zero;
    whole = whole < 0 ? 0 : whole > 255 ? 255 : whole;
    whole = whole < minimum ? minimum : whole;
    return (uint8_t)(whole > maximum ? maximum : whole);
}
