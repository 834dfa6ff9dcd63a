// Huffman tables that hold several symbols an entry.
#include "baseline.h"

#include <string.h>

/// A code with its value bits, at the top of 16 bits that stand for any continuation.
typedef struct symbol {
    uint32_t code_length;     // 0: longer than what is known
    uint32_t size, run;
} symbol;

static bool make_codes(const JHUFF_TBL *source, rj_codes *codes, uint32_t *count) {
    int32_t code = 0, index = 0;
    for (int length = 1; length <= 16; length++) {
        const int32_t of_length = source->bits[length];
        // No code is all ones, says the standard, and libjpeg insists.
        if (index + of_length > 256 || (of_length > 0 && code + of_length >= INT32_C(1) << length)) return false;
        codes->offset[length] = index - code;
        index += of_length;
        code += of_length;
        codes->first_above[length] = code << (16 - length);
        code <<= 1;
    }
    codes->first_above[17] = INT32_MAX;
    memset(codes->symbols, 0, sizeof codes->symbols);
    memcpy(codes->symbols, source->huffval, (size_t)index);
    *count = (uint32_t)index;
    return index > 0;
}

/// The symbol that begins in `known` bits (at most 16), given at the top of `bits`.
static symbol first_symbol(const rj_codes *codes, uint32_t bits, uint32_t known) {
    for (uint32_t length = 1; length <= known; length++) {
        if ((int32_t)bits >= codes->first_above[length]) continue;
        const uint8_t value = codes->symbols[codes->offset[length] + (int32_t)(bits >> (16 - length))];
        return (symbol){.code_length = length, .size = value & 15, .run = value >> 4};
    }
    return (symbol){0};
}

/// Coefficients that a symbol goes on by.
static uint32_t step(symbol symbol) {
    return symbol.size == 0 && symbol.run != 15 ? RJ_END_OF_BLOCK : symbol.run + 1;
}

/// The value in `size` bits at the top of 16.
static int16_t value(uint32_t bits, uint32_t size) {
    if (size == 0) return 0;
    const int32_t raw = (int32_t)(bits >> (16 - size));
    return (int16_t)(raw < (1 << (size - 1)) ? raw - (1 << size) + 1 : raw);
}

static bool is_same(const JHUFF_TBL *one, const JHUFF_TBL *other) {
    return memcmp(one->bits, other->bits, sizeof one->bits) == 0
        && memcmp(one->huffval, other->huffval, sizeof one->huffval) == 0;
}

bool rj_make_dc_table(const JHUFF_TBL *source, rj_dc_table *table) {
    if (table->is_made && is_same(source, &table->source)) return true;
    uint32_t count = 0;
    table->is_made = false;
    if (!make_codes(source, &table->codes, &count)) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (table->codes.symbols[i] > 11) return false;
    }
    for (uint32_t index = 0; index < 1 << RJ_DC_BITS; index++) {
        const symbol found = first_symbol(&table->codes, index << (16 - RJ_DC_BITS), RJ_DC_BITS);
        table->length[index] = (uint8_t)found.code_length;
        table->size[index] = (uint8_t)found.size;
    }
    table->source = *source;
    table->is_made = true;
    return true;
}

static uint16_t skip_entry(const rj_codes *codes, uint32_t index) {
    uint32_t bits = 0, on = 0;
    while (bits < RJ_SKIP_BITS && on < RJ_END_OF_BLOCK) {
        const uint32_t known = RJ_SKIP_BITS - bits;
        const uint32_t left = (index << (16 - RJ_SKIP_BITS + bits)) & 0xFFFF;
        const symbol found = first_symbol(codes, left, known);
        if (found.code_length == 0) break;
        const uint32_t more = step(found);
        if (on + (more & (RJ_END_OF_BLOCK - 1)) >= DCTSIZE2) break;
        bits += found.code_length + found.size;
        on += more;
    }
    return (uint16_t)(bits == 0 ? RJ_UNKNOWN << 8 : on << 8 | bits);
}

/// The symbol behind `bits` bits and `on` coefficients as the last of an entry; false where the index does not hold its code.
static bool add_last(const rj_codes *codes, uint32_t index, uint32_t bits, uint32_t on, rj_pair *pair) {
    const uint32_t left = (index << (16 - RJ_PAIR_BITS + bits)) & 0xFFFF;
    const symbol last = first_symbol(codes, left, RJ_PAIR_BITS - bits);
    const uint32_t length = bits + last.code_length + last.size;
    if (last.code_length == 0 || length > RJ_PAIR_LENGTH) return false;
    if (last.size == 0 && step(last) != RJ_END_OF_BLOCK) return false;  // sixteen zeros: rare, and without a value
    pair->to_last = (uint8_t)(on + step(last));
    pair->bias = (int16_t)(1 - (1 << last.size));
    pair->size = (uint8_t)last.size;
    pair->length = (uint8_t)length;
    return true;
}

static rj_pair pair_entry(const rj_codes *codes, uint32_t index) {
    rj_pair pair = {.to_first = RJ_END_OF_BLOCK, .to_last = RJ_UNKNOWN};
    if (!add_last(codes, index, 0, 0, &pair)) return pair;
    const uint32_t on = pair.to_last, bits = pair.length;
    if (on == RJ_END_OF_BLOCK || bits >= RJ_PAIR_BITS) return pair;
    const uint32_t of_value = (index << (16 - RJ_PAIR_BITS + bits - pair.size)) & 0xFFFF;
    const int16_t first = value(of_value, pair.size);
    if (!add_last(codes, index, bits, on, &pair)) return pair;
    pair.first = first;
    pair.to_first = (uint8_t)on;
    return pair;
}

bool rj_make_ac_table(const JHUFF_TBL *source, rj_ac_table *table) {
    if (table->is_made && is_same(source, &table->source)) return true;
    uint32_t count = 0;
    table->is_made = false;
    if (!make_codes(source, &table->codes, &count)) return false;
    for (uint32_t index = 0; index < 1 << RJ_SKIP_BITS; index++) table->skip[index] = skip_entry(&table->codes, index);
    for (uint32_t index = 0; index < 1 << RJ_PAIR_BITS; index++) table->pair[index] = pair_entry(&table->codes, index);
    table->source = *source;
    table->is_made = true;
    return true;
}
