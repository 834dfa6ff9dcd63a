// Finds a variant's check by its operator. The table comes from the list of operators: one without a check does not
// link.
#include <stdio.h>
#include <string.h>

#include "CKernels.h"
#include "KernelChecks.h"
#include "case.h"

#define DECLARE_CHECK(op, variants) void kc_check_##op(kc_case *c, rk_##op##_fn *variant);
RK_OPERATORS(DECLARE_CHECK)

typedef void check_function(kc_case *c, rk_function *variant);

#define DEFINE_THUNK(op, variants) \
    static void thunk_##op(kc_case *c, rk_function *variant) { kc_check_##op(c, (rk_##op##_fn *)variant); }
RK_OPERATORS(DEFINE_THUNK)

#define CHECK_ROW(op, variants) {#op, thunk_##op},
static const struct {
    const char *op;
    check_function *check;
} checks[] = {RK_OPERATORS(CHECK_ROW)};

bool kc_check(size_t variant, uint64_t seed, char *message, size_t capacity) {
    const rk_variant row = rk_variant_at(variant);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (strcmp(checks[i].op, row.op) != 0) continue;
        kc_case c = {.random = seed * 1000003 + i, .message = message, .capacity = capacity};
        checks[i].check(&c, row.function);
        kc_free(&c);
        return !c.failed;
    }
    snprintf(message, capacity, "no check for operator %s", row.op);
    return false;
}
