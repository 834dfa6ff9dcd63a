// Checks of the kernels against their contracts, in C so that the same code runs inside the Swift tests, under the
// sanitizers, and on another processor or its emulator (main.c, scripts/test-kernels).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Runs variant `variant` of the registry (it must run here) and the scalar one of its operator on one random case of
// the contract, drawn from `seed`, and compares what they wrote. Sources and destinations end or begin at a page that
// must not be touched: a read or write past an end is a segmentation fault. False after saying in `message` what
// differs.
bool kc_check(size_t variant, uint64_t seed, char *message, size_t capacity);

#pragma clang assume_nonnull end
