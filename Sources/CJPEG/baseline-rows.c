// Rows of MCUs: coded data to samples, samples to pixels.

// Vectors of 32 bytes never leave a function: everything that takes one is a part of its caller.
#pragma clang diagnostic ignored "-Wpsabi"

#include "baseline-idct.h"

/// The loops are compiled for what processors have since 2013 (shifts by any register, vectors of 32 bytes) and for all. Not where
/// the thread sanitizer is: the loader chooses between them before the sanitizer is ready for a call.
#if defined(__x86_64__) && !__has_feature(thread_sanitizer)
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

/// Three parts of the nearer sample and one of the other; `bias` of 1 and 2 in turns rounds a half down and up.
INLINE uint8_t blend(uint32_t near, uint32_t other, uint32_t bias) { return (uint8_t)((near * 3 + other + bias) >> 2); }

/// Chroma columns from..<end, twice each, from samples that begin with column `start`.
INLINE void repeat(const uint8_t *samples, uint32_t start, uint32_t from, uint32_t end, uint8_t *wide) {
    for (uint32_t x = from; x < end; x++) {
        wide[2 * (x - from)] = samples[x - start];
        wide[2 * (x - from) + 1] = samples[x - start];
    }
}

/// The same, interpolated between the columns of a picture of `width` (libjpeg's h2v1_fancy_upsample).
INLINE void widen(
    const uint8_t *samples, uint32_t start, uint32_t width, uint32_t from, uint32_t end, uint8_t *wide) {
    const uint8_t *first = samples + (from - start), *last = samples + (end - 1 - start);
    const size_t count = end - from;
    for (size_t i = 1; i < count; i++) wide[2 * i] = blend(first[i], first[i - 1], 1);
    for (size_t i = 0; i + 1 < count; i++) wide[2 * i + 1] = blend(first[i], first[i + 1], 2);
    wide[0] = from == 0 ? first[0] : blend(first[0], first[-1], 1);
    wide[2 * count - 1] = end == width ? last[0] : blend(last[0], last[1], 2);
}

/// A row between two rows of chroma (libjpeg's h1v2_fancy_upsample).
INLINE void between(const uint8_t *near, const uint8_t *other, uint32_t bias, uint32_t count, uint8_t *row) {
    for (uint32_t x = 0; x < count; x++) row[x] = blend(near[x], other[x], bias);
}

/// Row `row` of chroma with as many columns as luma; `start` is the first column of luma that there is.
INLINE const uint8_t *upsampled(
    rj_baseline *baseline, uint32_t channel, uint32_t row, uint32_t start, uint32_t left, uint32_t right) {
    const rj_component *component = &baseline->components[channel];
    uint8_t *const result = baseline->upsampled[channel - 1];
    if (baseline->halves_width) {
        const uint8_t *samples = component->samples + (row - baseline->top) * component->stride;
        const uint32_t from = left / 2, end = (right + 1) / 2;
        if (baseline->smooths) widen(samples, start / 2, baseline->chroma_width, from, end, result);
        else repeat(samples, start / 2, from, end, result);
        return result + left % 2;
    }
    if (baseline->halves_height) {
        const ptrdiff_t base = baseline->top / 2, near = row / 2;
        const uint8_t *samples = component->samples + (near - base) * (ptrdiff_t)component->stride + (left - start);
        if (!baseline->smooths) return samples;
        ptrdiff_t other = row % 2 == 0 ? near - 1 : near + 1;
        if (other < 0 || other == (ptrdiff_t)baseline->chroma_height) other = near;
        between(
            samples, samples + (other - near) * (ptrdiff_t)component->stride, 1 + row % 2, right - left, result);
        return result;
    }
    return component->samples + (row - baseline->top) * component->stride + (left - start);
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
    const rj_component *component = &baseline->components[0];
    const uint32_t start = baseline->first_mcu * component->h * component->size;
    const ptrdiff_t place = (ptrdiff_t)row - (ptrdiff_t)baseline->top;
    const uint8_t *luma = component->samples + place * (ptrdiff_t)component->stride + (left - start);
    if (baseline->component_count == 1) {
        grey_to_rgb(luma, right - left, pixels);
        return;
    }
    const uint8_t *blue = upsampled(baseline, 1, row, start, left, right);
    const uint8_t *red = upsampled(baseline, 2, row, start, left, right);
    to_rgb(luma, blue, red, right - left, pixels);
}
