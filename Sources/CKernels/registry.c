#include "registry.h"

#define NUMBER_OPERATOR(op, variants) op_##op,
enum { RK_OPERATORS(NUMBER_OPERATOR) };

typedef struct row {
    int op;
    rk_isa isa;
    const char *op_name, *isa_name;
    rk_function *function;
} row;

#define VARIANT_ROW(op, isa) {op_##op, rk_isa_##isa, #op, #isa, (rk_function *)rk_##op##__##isa},
#define OPERATOR_ROWS(op, variants) variants(VARIANT_ROW, op)
static const row rows[] = {RK_OPERATORS(OPERATOR_ROWS)};

size_t rk_variant_count(void) { return sizeof rows / sizeof rows[0]; }

rk_variant rk_variant_at(size_t index) {
    const row *found = &rows[index];
    bool runs_here = rk_cpu() >> found->isa & 1;
    return (rk_variant){found->op_name, found->isa_name, found->isa, runs_here, found->function};
}

// Scalar is in every set, so that the last row of an operator always answers.
static const row *best(int op, uint32_t allowed) {
    uint32_t usable = (allowed & rk_cpu()) | 1u << rk_isa_scalar;
    const row *candidate = rows;
    while (candidate->op != op || !(usable >> candidate->isa & 1)) candidate++;
    return candidate;
}

// All of them come from the same set of variants.
rk_isa rk_pick_quantized_isa(uint32_t allowed) { return best(op_u8_u8_convolution, allowed)->isa; }

#define DEFINE_PICK(op, variants) \
    rk_##op##_fn *rk_pick_##op(uint32_t allowed) { return (rk_##op##_fn *)best(op_##op, allowed)->function; }
RK_OPERATORS(DEFINE_PICK)
