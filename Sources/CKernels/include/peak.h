// peak: what one core can do at best, to set a kernel's speed against.
//     does `rounds` rounds of independent fused multiply-adds in registers; nothing is read from or written to memory.
// Returns how many operations that were (a multiplication with its addition is two). The caller times it.
#pragma once

#include <stddef.h>

// On float32.
double rk_f32_peak(size_t rounds);
// On bytes, with the instruction that the integer kernels use here; 16-bit numbers where that is none for bytes (AVX2).
double rk_u8_peak(size_t rounds);
