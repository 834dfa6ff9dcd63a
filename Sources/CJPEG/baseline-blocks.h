// One block of coefficients out of the coded data. Included by baseline-rows.c alone, which compiles it for each processor.
#include "baseline.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/// The order of the coefficients: zigzag to row by row. What a step leads to beyond the block goes to a place of its own.
#define PLACES 64
static const uint8_t natural_order[256] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,
    7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
    53, 60, 61, 54, 47, 55, 62, 63,
    [64 ... 255] = PLACES,
};

/// A copy of the state of rj_bits that fits into registers.
typedef struct reader {
    uint64_t bits;
    uint32_t count;
    const uint8_t *next;
} reader;

/// At least 56 bits. Reads 8 bytes from `next` on, which rj_bits_fill keeps readable.
INLINE void refill(reader *r) {
    uint64_t more;
    memcpy(&more, r->next, sizeof more);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    more = __builtin_bswap64(more);
#endif
    r->bits |= more >> r->count;
    r->next += (63 - r->count) >> 3;
    r->count |= 56;
}

INLINE void take(reader *r, uint32_t length) {
    r->bits <<= length;
    r->count -= length;
}

/// The next `size` bits (at most 15) as a coefficient. If the first is 0 it is negative: its magnitude's bits are inverted.
INLINE int32_t take_value(reader *r, uint32_t size) {
    const int32_t raw = (int32_t)((r->bits >> 1) >> (63 - size));
    const int32_t bias = (int64_t)r->bits < 0 ? 0 : 1 - (INT32_C(1) << size);
    take(r, size);
    return raw + bias;
}

/// The next symbol by its code's length; -1 where there is no such code. Needs 16 bits.
INLINE int32_t take_symbol(reader *r, const rj_codes *codes) {
    const int32_t bits = (int32_t)(r->bits >> 48);
    for (uint32_t length = 1; length <= 16; length++) {
        if (bits >= codes->first_above[length]) continue;
        take(r, length);
        return codes->symbols[codes->offset[length] + (bits >> (16 - length))];
    }
    return -1;
}

/// The DC difference, added to the prediction. False where the code is none or the value none of a picture.
INLINE bool take_dc(reader *r, const rj_dc_table *table, int32_t *prediction) {
    const uint32_t index = (uint32_t)(r->bits >> (64 - RJ_DC_BITS));
    uint32_t size = table->size[index];
    if (__builtin_expect(table->length[index] != 0, 1)) {
        take(r, table->length[index]);
    } else {
        const int32_t symbol = take_symbol(r, &table->codes);
        if (symbol < 0) return false;
        size = (uint32_t)symbol;
    }
    *prediction += take_value(r, size);
    return *prediction == (int16_t)*prediction;
}

/// Whether a block is complete at place `k`, with an end of block or without; and must not be if it was already.
INLINE bool is_complete(uint32_t k) {
    return k == DCTSIZE2 - 1 || (k >= RJ_END_OF_BLOCK && k < RJ_END_OF_BLOCK + DCTSIZE2 - 1);
}

/// Where one symbol leads to.
typedef struct place {
    reader r;
    uint32_t k;
} place;

/// One symbol, the slow way. RJ_UNKNOWN where it leads outside of the block. By value, so that the loops keep their reader in
/// registers.
static __attribute__((noinline)) place take_one(reader r, const rj_codes *codes, uint32_t k, int16_t *block) {
    refill(&r);
    const int32_t symbol = take_symbol(&r, codes);
    if (symbol < 0) return (place){.r = r, .k = RJ_UNKNOWN};
    const uint32_t run = (uint32_t)symbol >> 4, size = (uint32_t)symbol & 15;
    if (size == 0 && run != 15) return (place){.r = r, .k = k + RJ_END_OF_BLOCK};
    k += run + 1;
    if (k >= DCTSIZE2) return (place){.r = r, .k = RJ_UNKNOWN};
    const int32_t coefficient = take_value(&r, size);
    if (block != NULL) block[natural_order[k]] = (int16_t)coefficient;
    return (place){.r = r, .k = k};
}

/// Steps over the AC coefficients of a block.
INLINE bool skip_ac(reader *r, const rj_ac_table *table) {
    uint32_t k = 0;
    for (;;) {
        refill(r);
        // That serves for two: an entry takes at most 12 bits of codes and 15 of value.
        for (int i = 0; i < 2; i++) {
            const reader before = *r;
            const uint32_t entry = table->skip[r->bits >> (64 - RJ_SKIP_BITS)];
            take(r, entry & 0xFF);
            k += entry >> 8;
            if (__builtin_expect(k < DCTSIZE2 - 1, 1)) continue;
            if (__builtin_expect(is_complete(k), 1)) return true;
            // The entry knew nothing, or went on into the next block.
            const place next = take_one(before, &table->codes, k - (entry >> 8), NULL);
            *r = next.r;
            k = next.k;
            if (k < DCTSIZE2 - 1) break;
            return is_complete(k);
        }
    }
}

/// Reads the AC coefficients of a block of zeros, row by row, and one place more. `*has_ac` is whether there were any.
INLINE bool take_ac(reader *r, const rj_ac_table *table, int16_t *block, bool *has_ac) {
    uint32_t k = 0;
    for (;;) {
        refill(r);
        for (int i = 0; i < 56 / RJ_PAIR_LENGTH; i++) {
            const reader before = *r;
            const rj_pair entry = table->pair[r->bits >> (64 - RJ_PAIR_BITS)];
            const uint32_t first = k + entry.to_first, last = k + entry.to_last;
            take(r, entry.length);
            const uint64_t of_value = before.bits << (entry.length - entry.size);
            const int32_t value = (int32_t)(of_value >> (-entry.size & 63)) + ((int64_t)of_value < 0 ? 0 : entry.bias);
            if (__builtin_expect(last < DCTSIZE2 - 1, 1)) {
                block[natural_order[first]] = entry.first;
                block[natural_order[last]] = (int16_t)value;
                k = last;
                continue;
            }
            if (__builtin_expect(is_complete(last), 1)) {
                block[natural_order[first]] = entry.first;
                block[natural_order[last]] = (int16_t)value;
                *has_ac = last != RJ_END_OF_BLOCK;
                return true;
            }
            const place next = take_one(before, &table->codes, k, block);
            *r = next.r;
            k = next.k;
            if (k < DCTSIZE2 - 1) break;
            *has_ac = k != RJ_END_OF_BLOCK;
            return is_complete(k);
        }
    }
}
