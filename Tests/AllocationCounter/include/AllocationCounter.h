// Counts what the calling thread asks of the allocator, so that a test can say of a hot path that it asks for nothing.
#pragma once

#include <stdbool.h>

// Whether the counting works in this build: not under the sanitizers, which have an allocator of their own.
bool ac_works(void);

// Begins to count, from 0: allocations of the calling thread.
void ac_start(void);

// Ends it on the same thread, and says how many there were.
long ac_stop(void);
