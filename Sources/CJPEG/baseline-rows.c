// Rows of MCUs: coded data to samples, samples to pixels.

// Vectors of 32 bytes never leave a function: everything that takes one is a part of its caller.
#pragma clang diagnostic ignored "-Wpsabi"

#include "baseline-idct.h"

/// The loops are compiled for what processors have since 2013 (shifts by any register, vectors of 32 bytes) and for all.
#if defined(__x86_64__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

INLINE bool skip_block(reader *r, rj_component *component) {
    refill(r);
    return take_dc(r, component->dc, &component->prediction) && skip_ac(r, component->ac);
}

INLINE bool read_block(reader *r, rj_component *component, uint32_t size, uint8_t *samples) {
    if (size == 1) {
        if (!skip_block(r, component)) return false;
        inverse_1((int16_t)component->prediction, component->quantisers[0], samples);
        return true;
    }
    refill(r);
    if (!take_dc(r, component->dc, &component->prediction)) return false;
    _Alignas(32) int16_t block[DCTSIZE2 + 16];  // and the place for what leads nowhere
    memset(block, 0, DCTSIZE2 * sizeof *block);
    block[0] = (int16_t)component->prediction;
    bool has_ac = false;
    if (!take_ac(r, component->ac, block, &has_ac)) return false;
    inverse(size, block, has_ac, component->quantisers, samples, component->stride);
    return true;
}

/// The blocks of one component in one MCU.
INLINE bool read_blocks(reader *r, rj_component *component, uint32_t size, size_t mcu) {
    for (uint32_t y = 0; y < component->v; y++) {
        uint8_t *row = component->samples + y * size * component->stride + mcu * component->h * size;
        for (uint32_t x = 0; x < component->h; x++) {
            if (!read_block(r, component, size, row + x * size)) return false;
        }
    }
    return true;
}

INLINE bool read_mcu(reader *r, rj_baseline *baseline, size_t mcu) {
    for (uint32_t i = 0; i < baseline->component_count; i++) {
        rj_component *component = &baseline->components[i];
        bool is_read = false;
        switch (component->size) {
        case 1: is_read = read_blocks(r, component, 1, mcu); break;
        case 2: is_read = read_blocks(r, component, 2, mcu); break;
        case 4: is_read = read_blocks(r, component, 4, mcu); break;
        case 8: is_read = read_blocks(r, component, 8, mcu); break;
        default: break;
        }
        if (!is_read) return false;
    }
    return true;
}

INLINE bool skip_mcu(reader *r, rj_baseline *baseline) {
    for (uint32_t i = 0; i < baseline->component_count; i++) {
        rj_component *component = &baseline->components[i];
        for (uint32_t block = 0; block < component->h * component->v; block++) {
            if (!skip_block(r, component)) return false;
        }
    }
    return true;
}

static bool restart(rj_baseline *baseline) {
    if (!rj_bits_take_marker(&baseline->bits, (uint8_t)(0xD0 + baseline->next_restart))) return false;
    baseline->next_restart = (baseline->next_restart + 1) & 7;
    baseline->until_restart = baseline->restart_interval;
    for (uint32_t i = 0; i < baseline->component_count; i++) baseline->components[i].prediction = 0;
    rj_bits_begin(&baseline->bits, baseline->bits.source, baseline->bits.source_end);
    return true;
}

/// MCUs from..<end, all of one restart interval.
INLINE bool read_some(rj_baseline *baseline, uint32_t from, uint32_t end, bool discard) {
    rj_bits *bits = &baseline->bits;
    reader r = {.bits = bits->bits, .count = bits->count, .next = bits->next};
    bool is_read = true;
    for (uint32_t mcu = from; mcu < end && is_read; mcu++) {
        if (__builtin_expect(r.next > bits->limit, 0)) {
            bits->next = r.next;
            if (!rj_bits_fill(bits)) return false;
            r.next = bits->next;
        }
        const bool wanted = !discard && mcu >= baseline->first_mcu && mcu < baseline->end_mcu;
        is_read = wanted ? read_mcu(&r, baseline, mcu - baseline->first_mcu) : skip_mcu(&r, baseline);
    }
    bits->bits = r.bits;
    bits->count = r.count;
    bits->next = r.next;
    return is_read;
}

FOR_EACH_PROCESSOR bool rj_baseline_read_mcus(rj_baseline *baseline, bool discard) {
    uint32_t mcu = 0;
    while (mcu < baseline->mcus) {
        uint32_t end = baseline->mcus;
        if (baseline->restart_interval != 0) {
            if (baseline->until_restart == 0 && !restart(baseline)) return false;
            if (end - mcu > baseline->until_restart) end = mcu + baseline->until_restart;
            baseline->until_restart -= end - mcu;
        }
        if (!read_some(baseline, mcu, end, discard)) return false;
        mcu = end;
    }
    // The zeros behind the end of the data may have served for a while.
    return (baseline->bits.end - baseline->bits.next) * 8 + (ptrdiff_t)baseline->bits.count >= 0;
}

/// Chroma columns left..<right at the luma's width, from half of them: as they are, or three parts of the nearer one and one of
/// the other, rounded down and up in turns (libjpeg's h2v1_fancy_upsample). `samples` begins with column `start`.
INLINE void widen(
    const uint8_t *samples, uint32_t start, uint32_t width, bool smooths, uint32_t left, uint32_t right, uint8_t *wide) {
    if (!smooths) {
        for (uint32_t x = left; x < right; x++) wide[x - left] = samples[x / 2 - start];
        return;
    }
    for (uint32_t x = left; x < right; x++) {
        const uint32_t near = x / 2;
        const uint32_t other = x % 2 == 0 ? (near == 0 ? 0 : near - 1) : (near + 1 == width ? near : near + 1);
        wide[x - left] = (uint8_t)((samples[near - start] * 3 + samples[other - start] + 1 + x % 2) >> 2);
    }
}

INLINE uint32_t byte(int32_t value) { return (uint32_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/// JFIF's YCbCr in 16 bits of fraction, as libjpeg rounds it.
INLINE void to_rgb(const uint8_t *luma, const uint8_t *blue, const uint8_t *red, uint32_t count, uint8_t *pixels) {
    for (uint32_t x = 0; x < count; x++) {
        const int32_t y = luma[x], cb = blue[x] - 128, cr = red[x] - 128;
        const uint32_t r = byte(y + ((91881 * cr + 32768) >> 16));
        const uint32_t g = byte(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
        const uint32_t b = byte(y + ((116130 * cb + 32768) >> 16));
        const uint32_t pixel = r | g << 8 | b << 16 | UINT32_C(0xFF000000);
        memcpy(pixels + (size_t)x * 4, &pixel, sizeof pixel);
    }
}

INLINE void grey_to_rgb(const uint8_t *luma, uint32_t count, uint8_t *pixels) {
    for (uint32_t x = 0; x < count; x++) {
        const uint32_t pixel = luma[x] * UINT32_C(0x010101) | UINT32_C(0xFF000000);
        memcpy(pixels + (size_t)x * 4, &pixel, sizeof pixel);
    }
}

FOR_EACH_PROCESSOR void rj_baseline_convert(
    rj_baseline *baseline, uint32_t row, uint32_t left, uint32_t right, uint8_t *pixels) {
    const rj_component *components = baseline->components;
    const uint32_t start = baseline->first_mcu * components[0].h * components[0].size;  // the first column there is
    const uint8_t *luma = components[0].samples + row * components[0].stride + (left - start);
    if (baseline->component_count == 1) {
        grey_to_rgb(luma, right - left, pixels);
        return;
    }
    const uint8_t *chroma[2];
    for (int i = 0; i < 2; i++) {
        const uint8_t *samples = components[i + 1].samples + row * components[i + 1].stride;
        if (!baseline->halves_width) {
            chroma[i] = samples + (left - start);
            continue;
        }
        widen(samples, start / 2, baseline->chroma_width, baseline->smooths, left, right, baseline->wide[i]);
        chroma[i] = baseline->wide[i];
    }
    to_rgb(luma, chroma[0], chroma[1], right - left, pixels);
}
