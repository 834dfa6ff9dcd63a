// The inverse DCTs of libjpeg-turbo at 1/8, 1/4, 1/2 and 1 (jidctred, jidctint; 13 bits of constants, 2 more after the first
// pass), to the bit. Where values of a damaged file overflow they do what its SSE2 and AVX2 code does, too: sums and products
// of 16 bits wrap, results of the first pass are saturated to 16 bits.
// Included by baseline-rows.c alone, which compiles it for each processor.
#pragma once

#include "baseline-blocks.h"

typedef int16_t shorts __attribute__((vector_size(16)));  // a value of each of 8 columns
typedef uint16_t plain_shorts __attribute__((vector_size(16)));
typedef int32_t words __attribute__((vector_size(32)));
typedef uint32_t plain_words __attribute__((vector_size(32)));  // without a sign overflow is no accident

#define FIX(x) ((uint32_t)(int32_t)((x) * 8192 + ((x) < 0 ? -0.5 : 0.5)))

INLINE plain_words wide(shorts row) { return (plain_words)__builtin_convertvector(row, words); }
INLINE shorts sum(shorts a, shorts b) { return (shorts)((plain_shorts)a + (plain_shorts)b); }
INLINE shorts difference(shorts a, shorts b) { return (shorts)((plain_shorts)a - (plain_shorts)b); }

/// Coefficients times quantisers.
INLINE void dequantise(const int16_t *block, const int16_t *quantisers, shorts rows[8]) {
    for (int i = 0; i < 8; i++) {
        plain_shorts coefficients, factors;
        memcpy(&coefficients, block + i * DCTSIZE, sizeof coefficients);
        memcpy(&factors, quantisers + i * DCTSIZE, sizeof factors);
        rows[i] = (shorts)(coefficients * factors);
    }
}

INLINE bool is_zero(shorts row) {
    uint64_t halves[2];
    memcpy(halves, &row, sizeof halves);
    return (halves[0] | halves[1]) == 0;
}

/// Rounds to `shift` bits fewer.
INLINE words shorter(plain_words values, int shift) { return (words)(values + (UINT32_C(1) << (shift - 1))) >> shift; }

INLINE words saturated(words values) {
    const words least = {-32768, -32768, -32768, -32768, -32768, -32768, -32768, -32768};
    return __builtin_elementwise_min(__builtin_elementwise_max(values, least), -1 - least);
}

INLINE shorts narrow(words values) { return __builtin_convertvector(saturated(values), shorts); }

INLINE void transpose(shorts rows[8]) {
    shorts a[8], b[8];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = __builtin_shufflevector(rows[i], rows[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        a[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (int i = 0; i < 4; i++) {
        b[2 * i] = __builtin_shufflevector(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (int i = 0; i < 4; i++) {
        rows[2 * i] = __builtin_shufflevector(b[i], b[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        rows[2 * i + 1] = __builtin_shufflevector(b[i], b[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
}

INLINE uint8_t sample(int32_t value) { return (uint8_t)(value < -128 ? 0 : value > 127 ? 255 : value + 128); }

/// 8 values around 0 to samples.
INLINE void store(shorts values, uint8_t *samples, size_t count) {
    typedef uint8_t bytes __attribute__((vector_size(8)));
    const shorts least = {-128, -128, -128, -128, -128, -128, -128, -128};
    const shorts limited = __builtin_elementwise_min(__builtin_elementwise_max(values, least), -1 - least) - least;
    const bytes all = __builtin_convertvector(limited, bytes);
    memcpy(samples, &all, count);
}

/// The samples of a block without AC are all the same.
INLINE void fill_block(int32_t value, uint32_t size, uint8_t *samples, size_t stride) {
    for (uint32_t y = 0; y < size; y++) memset(samples + y * stride, sample(value), size);
}

/// 1/8: the mean. libjpeg's table of limits repeats itself every 1024.
INLINE void inverse_1(int16_t dc, int16_t quantiser, uint8_t *samples) {
    const int32_t mean = ((dc * quantiser + 4) >> 3) & 1023;
    *samples = sample(mean < 512 ? mean : mean - 1024);
}

/// 1/4: odd frequencies alone; the mean of each quarter.
INLINE void inverse_2(const int16_t *block, const int16_t *quantisers, uint8_t *samples, size_t stride) {
    shorts in[8];
    dequantise(block, quantisers, in);
    const plain_words odd = wide(in[1]) * FIX(3.624509785) + wide(in[3]) * FIX(-1.272758580)
        + wide(in[5]) * FIX(0.850430095) + wide(in[7]) * FIX(-0.720959822);
    const plain_words even = wide(in[0]) << 15;
    const plain_words factors = {
        0, FIX(3.624509785), 0, FIX(-1.272758580), 0, FIX(0.850430095), 0, FIX(-0.720959822),
    };
    const words rows[2] = {shorter(even + odd, 13), shorter(even - odd, 13)};
    for (int y = 0; y < 2; y++) {
        const uint32_t across = __builtin_reduce_add((plain_words)saturated(rows[y]) * factors);
        const uint32_t mean = ((uint32_t)rows[y][0] << 15) + (UINT32_C(1) << 19);
        samples[(size_t)y * stride] = sample((int32_t)(mean + across) >> 20);
        samples[(size_t)y * stride + 1] = sample((int32_t)(mean - across) >> 20);
    }
}

INLINE void four_points(const shorts in[8], shorts out[4], int shift) {
    const plain_words first = wide(in[0]) << 14;
    const plain_words second = wide(in[2]) * FIX(1.847759065) + wide(in[6]) * FIX(-0.765366865);
    const plain_words outer = wide(in[1]) * FIX(2.562915447) + wide(in[3]) * FIX(0.899976223)
        + wide(in[5]) * FIX(-0.601344887) + wide(in[7]) * FIX(-0.509795579);
    const plain_words inner = wide(in[1]) * FIX(1.061594337) + wide(in[3]) * FIX(-2.172734803)
        + wide(in[5]) * FIX(1.451774981) + wide(in[7]) * FIX(-0.211164243);
    out[0] = narrow(shorter(first + second + outer, shift));
    out[3] = narrow(shorter(first + second - outer, shift));
    out[1] = narrow(shorter(first - second + inner, shift));
    out[2] = narrow(shorter(first - second - inner, shift));
}

/// 1/2: all frequencies but the fourth.
INLINE void inverse_4(const int16_t *block, const int16_t *quantisers, uint8_t *samples, size_t stride) {
    shorts in[8], rows[8], out[4];
    dequantise(block, quantisers, in);
    if (is_zero(in[1] | in[2] | in[3] | in[5] | in[6] | in[7])) {
        for (int i = 0; i < 4; i++) rows[i] = (shorts)((plain_shorts)in[0] << 2);
    } else {
        four_points(in, rows, 12);
    }
    for (int i = 4; i < 8; i++) rows[i] = rows[i - 4];
    transpose(rows);
    four_points(rows, out, 19);
    const shorts left = __builtin_shufflevector(out[0], out[1], 0, 8, 1, 9, 2, 10, 3, 11);
    const shorts right = __builtin_shufflevector(out[2], out[3], 0, 8, 1, 9, 2, 10, 3, 11);
    store(__builtin_shufflevector(left, right, 0, 1, 8, 9, 0, 1, 8, 9), samples, 4);
    store(__builtin_shufflevector(left, right, 2, 3, 10, 11, 2, 3, 10, 11), samples + stride, 4);
    store(__builtin_shufflevector(left, right, 4, 5, 12, 13, 4, 5, 12, 13), samples + 2 * stride, 4);
    store(__builtin_shufflevector(left, right, 6, 7, 14, 15, 6, 7, 14, 15), samples + 3 * stride, 4);
}

INLINE void eight_points(const shorts in[8], shorts out[8], int shift) {
    const plain_words in2 = wide(in[2]), in6 = wide(in[6]);
    const plain_words by3 = in2 * (FIX(0.541196100) + FIX(0.765366865)) + in6 * FIX(0.541196100);
    const plain_words by2 = in2 * FIX(0.541196100) + in6 * (FIX(0.541196100) - FIX(1.847759065));
    const plain_words plus = wide(sum(in[0], in[4])) << 13, minus = wide(difference(in[0], in[4])) << 13;
    const plain_words even[4] = {plus + by3, minus + by2, minus - by2, plus - by3};

    const plain_words z3 = wide(sum(in[3], in[7])), z4 = wide(sum(in[1], in[5]));
    const plain_words a = z3 * (FIX(1.175875602) - FIX(1.961570560)) + z4 * FIX(1.175875602);
    const plain_words b = z3 * FIX(1.175875602) + z4 * (FIX(1.175875602) - FIX(0.390180644));
    const plain_words in1 = wide(in[1]), in3 = wide(in[3]), in5 = wide(in[5]), in7 = wide(in[7]);
    const plain_words odd[4] = {
        b + in7 * (0 - FIX(0.899976223)) + in1 * (FIX(1.501321110) - FIX(0.899976223)),
        a + in5 * (0 - FIX(2.562915447)) + in3 * (FIX(3.072711026) - FIX(2.562915447)),
        b + in5 * (FIX(2.053119869) - FIX(2.562915447)) + in3 * (0 - FIX(2.562915447)),
        a + in7 * (FIX(0.298631336) - FIX(0.899976223)) + in1 * (0 - FIX(0.899976223)),
    };
    for (int i = 0; i < 4; i++) {
        out[i] = narrow(shorter(even[i] + odd[i], shift));
        out[7 - i] = narrow(shorter(even[i] - odd[i], shift));
    }
}

/// Full size: chroma that has half of the luma's samples, at 1/2.
INLINE void inverse_8(const int16_t *block, const int16_t *quantisers, uint8_t *samples, size_t stride) {
    shorts in[8], rows[8];
    dequantise(block, quantisers, in);
    if (is_zero(in[1] | in[2] | in[3] | in[4] | in[5] | in[6] | in[7])) {
        for (int i = 0; i < 8; i++) rows[i] = (shorts)((plain_shorts)in[0] << 2);
    } else {
        eight_points(in, rows, 11);
    }
    transpose(rows);
    eight_points(rows, in, 18);
    transpose(in);
    for (int y = 0; y < 8; y++) store(in[y], samples + (size_t)y * stride, 8);
}

/// A block of `size` by `size` samples.
INLINE void inverse(
    uint32_t size, const int16_t *block, bool has_ac, const int16_t *quantisers, uint8_t *samples, size_t stride) {
    if (!has_ac) {
        const int16_t dc = (int16_t)(uint16_t)((uint32_t)block[0] * (uint32_t)quantisers[0]);
        if (size == 2) {
            fill_block((int32_t)(((uint32_t)dc << 17) + (UINT32_C(1) << 19)) >> 20, 2, samples, stride);
        } else {
            fill_block(((int16_t)(uint16_t)((uint32_t)dc << 2) + 16) >> 5, size, samples, stride);
        }
        return;
    }
    if (size == 2) inverse_2(block, quantisers, samples, stride);
    else if (size == 4) inverse_4(block, quantisers, samples, stride);
    else inverse_8(block, quantisers, samples, stride);
}
