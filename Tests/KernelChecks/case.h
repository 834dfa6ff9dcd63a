// One random case of an operator: its numbers, its buffers, and the comparison of what two variants wrote.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { kc_most_buffers = 24 };

typedef struct kc_buffer {
    void *mapping;
    size_t mapping_bytes;
    float *values;
    size_t count;
} kc_buffer;

typedef struct kc_case {
    uint64_t random;
    char *message;
    size_t capacity;
    bool failed;
    char shape[400];  // what was drawn, for the message
    size_t shape_used;
    kc_buffer buffers[kc_most_buffers];
    size_t buffer_count;
} kc_case;

// A whole number of low ... high.
size_t kc_number(kc_case *c, size_t low, size_t high);
// One of the sizes at which a vector's whole and part meet: 1, each side of 4, 8, 16, 32, 64, and what networks have.
size_t kc_channels(kc_case *c);
// True once in `of`.
bool kc_once_in(kc_case *c, size_t of);
float kc_value(kc_case *c, float low, float high);

// Adds "name=value " to the description of the case, and returns value.
size_t kc_note(kc_case *c, const char *name, size_t value);

// count floats that end exactly before, or begin exactly behind, a page without access. Filled with a NaN that no
// kernel makes, so that reading a gap shows in the result and writing one in the comparison.
float *kc_floats(kc_case *c, size_t count);
// The same, filled with random values of low ..< high.
float *kc_random_floats(kc_case *c, size_t count, float low, float high);
// The same, a copy of count floats.
float *kc_copy(kc_case *c, const float *values, size_t count);
// Another buffer with the absolute values of the first.
float *kc_magnitudes(kc_case *c, const float *values, size_t count);

// How far dst may lie from the expected value.
typedef struct kc_tolerance {
    const float *magnitude;  // the sum of the terms' magnitudes of each element, or null
    double per_magnitude;    // times magnitude
    double relative;         // times |expected|
    double absolute;
} kc_tolerance;
extern const kc_tolerance kc_exact;

// Fails the case where an element of dst differs by more than the tolerance; gaps must hold the same bits. Elements
// equal as numbers are equal: a zero of the other sign is no fault.
void kc_compare(kc_case *c, const float *dst, const float *expected, size_t count, kc_tolerance tolerance);

void kc_free(kc_case *c);
