// resize: one antialiased resize in two passes, with tables of weights made by the caller: first along the rows of a
// picture (resize_row), then across the results (resize_column). A value is a weighted sum of `taps` pixels.
// Every variant writes what scalar writes, to the bit: products are rounded before they are added, in the order given.
#pragma once

#include <stddef.h>
#include <stdint.h>

// resize_row: a row of pixels of 4 bytes (red, green, blue, ignored) to three planes of floats.
//
//     dst[c * plane + i] = (s0 + s1) + (s2 + s3),  sj = sum over k = j, j + 4, ... < taps, in this order, of
//                          src[4 * (first[i] + k) + c] * weights[i * taps + k],  c = 0, 1, 2
//
// first      n values; pixels first[i] .. first[i] + taps - 1 are read, whole
// plane      >= n; dst must not overlap the inputs
typedef void rk_u8_f32_resize_row_fn(
    size_t n, size_t taps, const uint8_t *src, const uint32_t *first, const float *weights, float *dst, size_t plane);

// resize_column: rows of floats to one row, clamped to a byte's range and normalised.
//
//     dst[i] = (clamp(s, 0, 255) - offset) * factor,  s = sum over k < taps, in this order, of rows[k][skip + i] * weights[k]
//
// skip       the same for all rows: the plane to read of what resize_row wrote
// dst        must not overlap the rows
typedef void rk_f32_f32_resize_column_fn(
    size_t n, size_t taps, const float *const *rows, size_t skip, const float *weights, float *dst, float offset,
    float factor);
