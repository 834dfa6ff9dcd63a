#include "CFuzzer.h"

int LLVMFuzzerRunDriver(int *count, char ***arguments, cf_try_fn *attempt);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most);

static cf_try_fn *chosen_attempt;
static cf_mutate_fn *chosen_mutation;

// libFuzzer finds these two by their names.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) { return chosen_attempt(bytes, size); }

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned int seed) {
    return chosen_mutation(bytes, size, most, seed);
}

size_t cf_mutate(uint8_t *bytes, size_t size, size_t most) { return LLVMFuzzerMutate(bytes, size, most); }

int cf_run(int *count, char ***arguments, cf_try_fn *attempt, cf_mutate_fn *mutate) {
    chosen_attempt = attempt;
    chosen_mutation = mutate;
    return LLVMFuzzerRunDriver(count, arguments, LLVMFuzzerTestOneInput);
}
