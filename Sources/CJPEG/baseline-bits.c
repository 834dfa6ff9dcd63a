// Coded data without their stuffing: FF 00 stands for FF; FF and anything else is a marker, where the data end.
#include "baseline.h"

#include <string.h>

/// More than an MCU can take: 10 blocks of 64 symbols of at most 31 bits, and 8 bytes of looking ahead.
#define MOST_OF_AN_MCU 4096
/// Unstuffed at once.
#define AT_ONCE 16384

/// Copies bytes up to the first FF: how many. Eight at a time, as FF comes every few hundred bytes: too often for memchr.
static size_t copy_plain(uint8_t *to, const uint8_t *from, size_t count) {
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t eight;
        memcpy(&eight, from + i, sizeof eight);
        if (((~eight - ones) & eight & tops) != 0) break;  // a byte of the inverse is zero
        memcpy(to + i, &eight, sizeof eight);
    }
    for (; i < count && from[i] != 0xFF; i++) to[i] = from[i];
    return i;
}

void rj_bits_begin(rj_bits *bits, const uint8_t *source, const uint8_t *source_end) {
    bits->bits = 0;
    bits->count = 0;
    bits->next = bits->end = bits->buffer;
    bits->source = source;
    bits->source_end = source_end;
    bits->ended = false;
    rj_bits_fill(bits);
}

bool rj_bits_fill(rj_bits *bits) {
    if (bits->ended) return false;
    const size_t left = (size_t)(bits->end - bits->next);
    memmove(bits->buffer, bits->next, left);
    bits->next = bits->buffer;
    uint8_t *end = bits->buffer + left, *const full = bits->buffer + MOST_OF_AN_MCU + AT_ONCE;
    const uint8_t *source = bits->source;
    while (end < full) {
        const size_t room = (size_t)(full - end), there = (size_t)(bits->source_end - source);
        const size_t plain = copy_plain(end, source, there < room ? there : room);
        end += plain;
        source += plain;
        if (end == full) break;
        // Here is an FF, or nothing more.
        bits->ended = bits->source_end - source < 2 || source[1] != 0;
        if (bits->ended) break;
        *end++ = 0xFF;
        source += 2;
    }
    bits->source = source;
    bits->end = end;
    // Behind the end come zeros, enough for an MCU: what it makes of them does not matter, the end is noticed behind it.
    if (bits->ended) memset(end, 0, 2 * MOST_OF_AN_MCU);
    bits->limit = bits->ended ? end + 8 : end - MOST_OF_AN_MCU;
    return true;
}

bool rj_bits_take_marker(rj_bits *bits, uint8_t marker) {
    if (!bits->ended) rj_bits_fill(bits);
    if (!bits->ended) return false;
    // Bits of the buffer that were not taken yet; negative where more were taken than there are.
    const ptrdiff_t left = (bits->end - bits->next) * 8 + (ptrdiff_t)bits->count;
    if (left < 0 || left >= 8) return false;
    const uint8_t *source = bits->source;
    while (bits->source_end - source > 2 && source[0] == 0xFF && source[1] == 0xFF) source++;  // fill bytes
    if (bits->source_end - source < 2 || source[0] != 0xFF || source[1] != marker) return false;
    bits->source = source + 2;
    return true;
}
