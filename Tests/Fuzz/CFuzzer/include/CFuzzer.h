// libFuzzer (compiler-rt) as a function: what fuzzer.h and FuzzerInterface.h declare, which the toolchain does not ship.
#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Tries one input; returns 0.
typedef int cf_try_fn(const uint8_t *bytes, size_t size);
/// Changes `bytes` in place, at most `most` long afterwards; returns their number.
typedef size_t cf_mutate_fn(uint8_t *bytes, size_t size, size_t most, uint32_t seed);

/// Runs libFuzzer with its command line; returns its exit status.
int cf_run(int *count, char ***arguments, cf_try_fn *attempt, cf_mutate_fn *mutate);

/// libFuzzer's own changes.
size_t cf_mutate(uint8_t *bytes, size_t size, size_t most);

#endif
