// How packed weights lie: known to the packing (quad-packing.c) and to the kernels (quad-*-body.h).
//
// A panel is `vectors` sum vectors wide (4, 2 or 1), each of `blocks` blocks of four 32-bit lanes. Four consecutive
// channels stay together; which four stand where makes the sums of four vectors, packed to bytes by the instructions that
// work within 128-bit blocks, come out in their natural order:
//     lane e of block b of vector v is channel 4 * (vectors * b + v) + e of the panel
// A panel holds: bias (s32), scale (f32), each vectors * lanes; then quad after quad, vector after vector, the weights of
// four bytes of src for each lane, in the instruction set's form. Lanes without a channel have zeros.
#pragma once

#include <stddef.h>

enum { quad_block = 4 };

// How wide the next panel is where `left` channels are left.
static inline size_t quad_vectors(size_t left, size_t lanes) {
    if (left > 3 * lanes) return 4;
    return left > lanes ? 2 : 1;
}

// Quads of one tap.
static inline size_t quad_count(size_t depth) { return (depth + 3) / 4; }

// Bytes of a panel.
static inline size_t quad_panel_bytes(size_t vectors, size_t lanes, size_t quads, size_t vector_bytes) {
    return vectors * (lanes * 8 + quads * vector_bytes);
}
