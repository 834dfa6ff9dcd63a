// peak: what one core can do at best, to set a kernel's speed against.
//     does `rounds` rounds of independent fused multiply-adds in registers; nothing is read from or written to memory.
// Returns how many floating-point operations that were (an fma is two). The caller times it.
#pragma once

#include <stddef.h>

double rk_f32_peak(size_t rounds);
