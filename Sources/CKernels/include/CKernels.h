// Rooster's microkernels: one header of contracts per operator, one variant per operator and instruction set.
// cpu.h says what this processor can run, registry.h lists every variant and picks the best.
//
// What every contract means by its words, unless it says otherwise:
//   floats are finite (a NaN or an infinity that comes in gives some value, never a fault); sizes may be 0 and then
//   nothing is read or written; pointers are aligned to 4 bytes and may be anything where the size is 0; strides count
//   elements; every index that the formula names fits in ptrdiff_t; nothing outside the elements the formula names is
//   read or written, not by a single byte; no variant allocates, keeps state, or touches a global.
//   clamp(v, lo, hi) is min(max(v, lo), hi), with lo <= hi; -INFINITY and INFINITY switch it off.
// Variants of floating-point operators agree with the scalar one within a tolerance, not to the bit: they use fused multiply-adds and may add in
// another order. Where n products or terms are added up, |variant - scalar| <= 2 n 2^-24 * (sum of |terms|). "Exact" in
// a contract means equal as numbers on every variant (a zero may have either sign).
// Scalar multiplies, rounds and adds; it is compiled without contraction.
#pragma once

#include "activation.h"
#include "cpu.h"
#include "depthwise.h"
#include "elementwise.h"
#include "epilogue.h"
#include "host.h"
#include "im2col.h"
#include "operators.h"
#include "peak.h"
#include "pool.h"
#include "product.h"
#include "quantize.h"
#include "quantized-convolution.h"
#include "quantized-depthwise.h"
#include "quantized.h"
#include "registry.h"
#include "resize.h"
#include "scale.h"
#include "softmax.h"
#include "stem.h"
#include "transpose.h"
#include "window.h"
