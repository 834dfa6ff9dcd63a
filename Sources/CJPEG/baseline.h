// The own reader of plain baseline JPEGs at 1/8, 1/4 and 1/2 (docs/decisions/jpeg-reader.md).
//
// libjpeg has read the headers; this reads the one scan instead of it: Huffman codes through tables that hold several
// symbols, the same inverse DCTs, upsampling and colours as libjpeg-turbo's, to the bit. At the first thing out of the
// ordinary it gives up, and libjpeg, which has not been started yet, decodes the file from its beginning.
#ifndef ROOSTER_CJPEG_BASELINE_H
#define ROOSTER_CJPEG_BASELINE_H

#include "decoder.h"

/// Index bits of the three kinds of table: what all of them take stays in a first-level cache.
#define RJ_DC_BITS 9
#define RJ_SKIP_BITS 12
#define RJ_PAIR_BITS 11
/// Three of them serve between two refills of 56 bits.
#define RJ_PAIR_LENGTH 18

/// Coefficients to go on by: 64 + 64 says that the block ends, 255 that the table does not know.
#define RJ_END_OF_BLOCK 128
#define RJ_UNKNOWN 255

/// Codes by their length, for those that the tables below are too short for.
typedef struct rj_codes {
    int32_t first_above[18];  // by length: the least code, as 16 bits, that is longer; 17: above everything
    int32_t offset[17];       // by length: index of its first symbol, less its first code
    uint8_t symbols[256];
} rj_codes;

/// DC: the size of the difference.
typedef struct rj_dc_table {
    bool is_made;
    JHUFF_TBL source;
    rj_codes codes;
    uint8_t length[1 << RJ_DC_BITS];  // of the code; 0: longer than the index
    uint8_t size[1 << RJ_DC_BITS];
} rj_dc_table;

/// One or two symbols. Of the first, where there are two, the value is here; of the last it comes from the data.
typedef struct rj_pair {
    int16_t first;            // value
    int16_t bias;             // what the value of the last is less than its bits where the first of them is 0
    uint8_t to_first;         // coefficients to go on by; RJ_END_OF_BLOCK where there is one symbol alone
    uint8_t to_last;
    uint8_t length;           // bits of all, at most RJ_PAIR_LENGTH
    uint8_t size;             // bits of the value of the last; 0 at the end of a block alone
} rj_pair;

/// AC: all that the index holds whole.
typedef struct rj_ac_table {
    bool is_made;
    JHUFF_TBL source;
    rj_codes codes;
    uint16_t skip[1 << RJ_SKIP_BITS];  // bits (5), coefficients to go on by (8, from bit 8): any number of symbols
    rj_pair pair[1 << RJ_PAIR_BITS];
} rj_ac_table;

/// Tables last until the decoder goes: a camera uses the same for every photo.
typedef struct rj_tables {
    rj_dc_table dc[NUM_HUFF_TBLS];
    rj_ac_table ac[NUM_HUFF_TBLS];
} rj_tables;

/// False where libjpeg would not take the table, or only by chance. A table that is there already costs a comparison.
bool rj_make_dc_table(const JHUFF_TBL *source, rj_dc_table *table);
bool rj_make_ac_table(const JHUFF_TBL *source, rj_ac_table *table);

/// One component of the picture, and its samples of one row of MCUs.
typedef struct rj_component {
    uint32_t h, v;            // blocks an MCU
    uint32_t size;            // samples a block at this scale and side: 1, 2, 4 or 8
    const rj_dc_table *dc;
    const rj_ac_table *ac;
    int16_t quantisers[DCTSIZE2];
    int32_t prediction;
    uint8_t *samples;         // one row more lies before: the last of the row of MCUs above
    size_t stride;
} rj_component;

/// Coded data without their stuffing, some kilobytes at a time.
typedef struct rj_bits {
    uint64_t bits;            // the next ones, from the highest on
    uint32_t count;           // how many of them count
    const uint8_t *next;      // in buffer
    const uint8_t *limit;     // an MCU may begin while `next` is not above
    uint8_t *buffer;
    uint8_t *end;             // of the data in buffer
    const uint8_t *source;    // the next byte of the file
    const uint8_t *source_end;
    bool ended;               // a marker comes at `source`, or the bytes end
} rj_bits;

typedef struct rj_baseline {
    rj_bits bits;
    rj_component components[3];
    uint32_t component_count;
    uint32_t mcus, mcu_rows;          // of the picture
    uint32_t first_mcu, end_mcu;      // those whose samples are wanted
    uint32_t restart_interval, until_restart;
    uint8_t next_restart;             // 0 to 7
    bool halves_width, halves_height; // the chroma has half of the luma's columns; half of its rows; never both
    bool smooths;                     // ... and is interpolated
    uint32_t chroma_width, chroma_height;  // of the whole picture at this scale
    uint32_t top;                     // the first row of pixels of the row of MCUs that was read last
    uint8_t *upsampled[2];            // a row of chroma for each column of luma
} rj_baseline;

/// Bits: baseline-bits.c
void rj_bits_begin(rj_bits *bits, const uint8_t *source, const uint8_t *source_end);
/// Moves what is left to the front and unstuffs more behind it. False where the data have ended.
bool rj_bits_fill(rj_bits *bits);
/// Whether the data end here, but for the rest of a byte, with this marker. Steps over it.
bool rj_bits_take_marker(rj_bits *bits, uint8_t marker);

/// Reads a row of MCUs. Its samples, of the wanted MCUs, go into the components; nowhere if `discard`.
/// False at the first oddity.
bool rj_baseline_read_mcus(rj_baseline *baseline, bool discard);

/// A row of pixels, of those read last or the one above, as R, G, B, 255: columns left..<right of the picture.
void rj_baseline_convert(rj_baseline *baseline, uint32_t row, uint32_t left, uint32_t right, uint8_t *pixels);

/// Whether this reader can try; the output size is libjpeg's then. After jpeg_read_header, before jpeg_start_decompress.
bool rj_baseline_start(rj_decoder *decoder);
/// As rj_decoder_read; false, with anything in `pixels`, where libjpeg has to do it.
bool rj_baseline_read(rj_decoder *decoder, const rj_window *window, uint8_t *pixels, size_t stride);

#endif
