// Every variant there is, and the choice among them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"
#include "operators.h"

#pragma clang assume_nonnull begin

typedef void rk_function(void);

typedef struct rk_variant {
    const char *op;         // "f32_f32_depthwise"
    const char *isa_name;   // "avx2"
    rk_isa isa;
    bool runs_here;
    rk_function *function;  // cast it to the operator's rk_<op>_fn before calling it
} rk_variant;

// The variants this binary holds, operator by operator, best first. index < rk_variant_count().
size_t rk_variant_count(void);
rk_variant rk_variant_at(size_t index);

// rk_pick_<op>(allowed): the best variant of the operator among the instruction sets `allowed` (rk_cpu(), or
// rk_cpu_up_to("scalar") to force one) that this processor runs. Never null: scalar always runs.
#define RK_DECLARE_PICK(op, variants) rk_##op##_fn *rk_pick_##op(uint32_t allowed);
RK_OPERATORS(RK_DECLARE_PICK)

// The instruction set of the integer kernels that rk_pick_u8_... answers with: what their weights are packed for.
rk_isa rk_pick_quantized_isa(uint32_t allowed);

#pragma clang assume_nonnull end
