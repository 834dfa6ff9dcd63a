// The coefficients that the own reader of JPEGs takes out of a file, against libjpeg-turbo's: a difference that no pixel
// shows is one as well.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct cc_count {
    uint64_t blocks;     // compared: all 64 coefficients, or DC alone where the scale asks for no more
    uint64_t different;
} cc_count;

// Reads the whole picture at 1/8, 1/4 and 1/2 and compares every block of it. No blocks where the own reader leaves the file to
// libjpeg, or that complains of it.
cc_count cc_compare(const uint8_t *bytes, size_t size);

#pragma clang assume_nonnull end
