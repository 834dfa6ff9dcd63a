// Packing of the integer kernels' weights, for every instruction set: plain code, run when a network is loaded.
#include "quad-packing.h"

#include <stdbool.h>
#include <string.h>

#include "quantized.h"

typedef enum form {
    form_rows,    // scalar: channel after channel: bias, scale, then its weights as they are, quads filled with zeros
    form_quads,   // four bytes a lane: dot-product instructions
    form_words,   // all bytes 0 and 2 of the lanes as s16, then all bytes 1 and 3: for products of 16-bit pairs
    form_halves,  // bytes 0 and 1 of the lanes, then bytes 2 and 3: for NEON's products of bytes
} form;

typedef struct layout {
    form form;
    size_t lanes;          // of a vector of sums
    int32_t offset;        // what the kernel takes off each byte of src
    size_t narrow_lanes;   // depthwise: of the vectors for what is left beside whole panels; 0: the same
    bool whole_panels;     // four vectors wide, always
} layout;

static layout layout_of(rk_isa isa) {
    switch (isa) {
    case rk_isa_avx2: return (layout){form_words, 8, 0, 0, false};
    case rk_isa_avxvnni: return (layout){form_quads, 8, 0, 0, false};
    case rk_isa_avx512vnni: return (layout){form_quads, 16, 0, 8, false};
    case rk_isa_neon: return (layout){form_halves, 4, 128, 0, false};
    case rk_isa_dotprod: return (layout){form_quads, 4, 128, 0, false};
    default: return (layout){form_rows, 1, 0, 0, false};
    }
}

static size_t vector_bytes(layout layout) { return layout.lanes * (layout.form == form_words ? 8 : 4); }

static size_t panel_vectors(layout layout, size_t left) {
    if (layout.form == form_rows) return 1;
    return layout.whole_panels ? 4 : quad_vectors(left, layout.lanes);
}

static size_t rounded(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

static size_t bytes(layout layout, size_t channels, size_t quads) {
    if (layout.form == form_rows) return rounded(channels * (8 + 4 * quads));
    size_t sum = 0;
    for (size_t first = 0; first < channels;) {
        const size_t vectors = panel_vectors(layout, channels - first);
        sum += quad_panel_bytes(vectors, layout.lanes, quads, vector_bytes(layout));
        first += vectors * layout.lanes;
    }
    return rounded(sum);
}

// Puts byte i of a quad of one lane where the form wants it, within the vector.
static void put(layout layout, int8_t *vector, size_t lane, size_t i, int8_t weight) {
    switch (layout.form) {
    case form_quads: vector[4 * lane + i] = weight; return;
    case form_words: {
        const int16_t wide = weight;
        memcpy(vector + (i & 1) * 4 * layout.lanes + 4 * lane + (i & 2), &wide, 2);
        return;
    }
    case form_halves: vector[(i >> 1) * 2 * layout.lanes + 2 * lane + (i & 1)] = weight; return;
    case form_rows: return;
    }
}

// Where byte i of a quad comes from: the tap and the place along the depth; false where there is none.
typedef struct source {
    size_t tap, depth;
} source;
typedef bool quad_source(const void *context, size_t quad, size_t i, source *found);

static void pack(
    layout layout, const rk_unpacked *u, size_t quads, quad_source *find, const void *context, int8_t *dst) {
    memset(dst, 0, bytes(layout, u->channels, quads));
    for (size_t first = 0; first < u->channels;) {
        const size_t vectors = panel_vectors(layout, u->channels - first);
        const size_t width = vectors * layout.lanes;
        int8_t *scales = dst + 4 * width, *weights = dst + 8 * width;
        for (size_t column = 0; column < width && first + column < u->channels; column++) {
            const size_t channel = first + column, four = column / quad_block;
            const size_t vector = layout.form == form_rows ? 0 : four % vectors;
            const size_t lane = layout.form == form_rows ? 0 : four / vectors * quad_block + column % quad_block;
            const int8_t *filter = u->weights + channel * u->channel_stride;
            // Unsigned, as it may wrap on the way to a sum that fits.
            uint32_t sum = 0;
            for (size_t quad = 0; quad < quads; quad++) {
                for (size_t i = 0; i < 4; i++) {
                    source from;
                    if (!find(context, quad, i, &from)) continue;
                    const int8_t weight = filter[from.tap * u->tap_stride + from.depth * u->depth_stride];
                    sum += (uint32_t)(int32_t)weight;
                    if (layout.form == form_rows) {
                        weights[4 * quad + i] = weight;
                    } else {
                        put(layout, weights + (quad * vectors + vector) * vector_bytes(layout), lane, i, weight);
                    }
                }
            }
            const uint32_t bias = (uint32_t)u->bias[channel] + sum * (uint32_t)(layout.offset - u->zero);
            memcpy(dst + 4 * (vector * layout.lanes + lane), &bias, 4);
            memcpy(scales + 4 * (vector * layout.lanes + lane), &u->scale[channel], 4);
        }
        dst += layout.form == form_rows ? 8 + 4 * quads
                                        : quad_panel_bytes(vectors, layout.lanes, quads, vector_bytes(layout));
        first += width;
    }
}

// A dense convolution: quads along the depth, tap after tap.
static bool find_dense(const void *context, size_t quad, size_t i, source *found) {
    const rk_unpacked *u = context;
    *found = (source){quad / quad_count(u->depth), quad % quad_count(u->depth) * 4 + i};
    return found->depth < u->depth;
}

size_t rk_packed_convolution_bytes(rk_isa isa, size_t channels, size_t taps, size_t depth) {
    return bytes(layout_of(isa), channels, taps * quad_count(depth));
}

void rk_pack_convolution(rk_isa isa, const rk_unpacked *unpacked, void *dst) {
    pack(layout_of(isa), unpacked, unpacked->taps * quad_count(unpacked->depth), find_dense, unpacked, dst);
}

// A depthwise one: a quad is up to four taps above each other; the columns of the first four rows, then of the next.
typedef struct taps {
    size_t height, width;
} taps;

static bool find_depthwise(const void *context, size_t quad, size_t i, source *found) {
    const taps *t = context;
    const size_t row = quad / t->width * 4 + i;
    *found = (source){row * t->width + quad % t->width, 0};
    return row < t->height;
}

// Whole panels, then what is left in narrower vectors, where the instruction set has them and they hold it.
static size_t narrow_from(layout layout, size_t channels) {
    const size_t panel = 4 * layout.lanes, rest = channels % panel;
    return layout.narrow_lanes && rest <= 4 * layout.narrow_lanes ? channels - rest : channels;
}

size_t rk_packed_depthwise_bytes(rk_isa isa, size_t channels, size_t height, size_t width) {
    layout layout = layout_of(isa);
    layout.whole_panels = true;
    const size_t wide = narrow_from(layout, channels), quads = quad_count(height) * width;
    const size_t sum = wide ? bytes(layout, wide, quads) : 0;
    if (wide == channels) return sum;
    layout.lanes = layout.narrow_lanes;
    return sum + bytes(layout, channels - wide, quads);
}

void rk_pack_depthwise(rk_isa isa, const rk_unpacked *unpacked, size_t height, size_t width, void *dst) {
    layout layout = layout_of(isa);
    layout.whole_panels = true;
    const size_t wide = narrow_from(layout, unpacked->channels), quads = quad_count(height) * width;
    const taps taps = {height, width};
    rk_unpacked part = *unpacked;
    part.channels = wide;
    if (wide) pack(layout, &part, quads, find_depthwise, &taps, dst);
    if (wide == unpacked->channels) return;
    part.channels = unpacked->channels - wide;
    part.weights += wide * part.channel_stride;
    part.bias += wide;
    part.scale += wide;
    int8_t *rest = (int8_t *)dst + (wide ? bytes(layout, wide, quads) : 0);
    layout.lanes = layout.narrow_lanes;
    pack(layout, &part, quads, find_depthwise, &taps, rest);
}
