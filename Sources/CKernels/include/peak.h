// peak: what one core can do at best, to set a kernel's speed against.
//     does `rounds` rounds of independent fused multiply-adds in registers; nothing is read from or written to memory.
// Returns how many operations that were (a multiplication with its addition is two). The caller times it.
//     f32    float32
//     s8     products of bytes added to 32-bit sums, as the integer kernels of this processor do it: exactly
#pragma once

#include <stddef.h>

double rk_f32_peak(size_t rounds);
double rk_s8_peak(size_t rounds);
