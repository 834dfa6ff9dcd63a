#define _DEFAULT_SOURCE // MAP_ANONYMOUS

#include "case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// S. Vigna's splitmix64 (public domain): the same sequence on every machine.
static uint64_t next(kc_case *c) {
    uint64_t mixed = c->random += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

size_t kc_number(kc_case *c, size_t low, size_t high) { return low + (size_t)(next(c) % (high - low + 1)); }

bool kc_once_in(kc_case *c, size_t of) { return kc_number(c, 1, of) == 1; }

float kc_value(kc_case *c, float low, float high) {
    return low + (high - low) * ((float)(next(c) >> 40) / (float)(1 << 24));
}

size_t kc_channels(kc_case *c) {
    static const size_t sizes[] = {1,  2,  3,  4,  5,  7,  8,  9,  11, 15, 16, 17, 20, 23, 24,
                                   31, 32, 33, 40, 47, 48, 63, 64, 65, 72, 80, 96, 100, 112, 129};
    return sizes[kc_number(c, 0, sizeof sizes / sizeof sizes[0] - 1)];
}

size_t kc_note(kc_case *c, const char *name, size_t value) {
    size_t room = sizeof c->shape - c->shape_used;
    int used = snprintf(c->shape + c->shape_used, room, "%s=%zu ", name, value);
    if (used > 0 && (size_t)used < room) c->shape_used += (size_t)used;
    return value;
}

static const uint32_t gap_bits = 0x7FC0DEADu;

float *kc_floats(kc_case *c, size_t count) {
    if (c->buffer_count == kc_most_buffers) abort();
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = count * sizeof(float);
    const size_t usable = (bytes + page - 1) / page * page, whole = usable + 2 * page;
    char *mapping = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED || (usable && mprotect(mapping + page, usable, PROT_READ | PROT_WRITE) != 0)) abort();
    float *inner = (float *)(mapping + page);
    for (size_t i = 0; i < usable / sizeof(float); i++) memcpy(inner + i, &gap_bits, sizeof gap_bits);
    float *values = kc_once_in(c, 3) ? inner : (float *)(mapping + page + usable - bytes);
    c->buffers[c->buffer_count++] = (kc_buffer){mapping, whole, values, count};
    return values;
}

float *kc_random_floats(kc_case *c, size_t count, float low, float high) {
    float *values = kc_floats(c, count);
    for (size_t i = 0; i < count; i++) values[i] = kc_value(c, low, high);
    return values;
}

float *kc_copy(kc_case *c, const float *values, size_t count) {
    float *copy = kc_floats(c, count);
    if (count) memcpy(copy, values, count * sizeof(float));
    return copy;
}

float *kc_magnitudes(kc_case *c, const float *values, size_t count) {
    float *copy = kc_copy(c, values, count);
    for (size_t i = 0; i < count; i++) copy[i] = fabsf(copy[i]);
    return copy;
}

const kc_tolerance kc_exact = {NULL, 0, 0, 0};

static void fail(kc_case *c, const char *what, size_t index, double got, double wanted) {
    if (c->failed) return;
    c->failed = true;
    snprintf(c->message, c->capacity, "%s at %zu: %.9g instead of %.9g; %s", what, index, got, wanted, c->shape);
}

void kc_compare(kc_case *c, const float *dst, const float *expected, size_t count, kc_tolerance tolerance) {
    for (size_t i = 0; i < count; i++) {
        if (memcmp(dst + i, expected + i, sizeof(float)) == 0 || dst[i] == expected[i]) continue;
        double bound = tolerance.absolute + tolerance.relative * fabs((double)expected[i]);
        if (tolerance.magnitude) bound += tolerance.per_magnitude * (double)tolerance.magnitude[i];
        // Written this way so that a NaN fails.
        if (!(fabs((double)dst[i] - (double)expected[i]) <= bound)) fail(c, "differs", i, dst[i], expected[i]);
    }
}

// The unused rest of each buffer's pages still holds the gap's bits?
static void check_margins(kc_case *c) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t b = 0; b < c->buffer_count; b++) {
        const kc_buffer *buffer = &c->buffers[b];
        const float *start = (const float *)((char *)buffer->mapping + page);
        const float *end = (const float *)((char *)buffer->mapping + buffer->mapping_bytes - page);
        for (const float *p = start; p < end; p++) {
            if (p >= buffer->values && p < buffer->values + buffer->count) continue;
            if (memcmp(p, &gap_bits, sizeof gap_bits) != 0) fail(c, "a guard was written, buffer", b, *p, NAN);
        }
    }
}

void kc_free(kc_case *c) {
    check_margins(c);
    for (size_t b = 0; b < c->buffer_count; b++) munmap(c->buffers[b].mapping, c->buffers[b].mapping_bytes);
    c->buffer_count = 0;
}
