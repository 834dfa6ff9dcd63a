// Which taps of a window lie inside the image, along one axis.
#pragma once

#include <stddef.h>

typedef struct rk_taps {
    ptrdiff_t start;     // position of tap 0 in the input, may be outside
    size_t first, last;  // taps first ..< last are inside; first == last: none
} rk_taps;

// out: the output position; taps, stride, dilation >= 1; length of the input >= 0.
static inline rk_taps rk_taps_inside(
    size_t out, size_t taps, size_t stride, size_t dilation, size_t pad, size_t length) {
    ptrdiff_t start = (ptrdiff_t)(out * stride) - (ptrdiff_t)pad;
    ptrdiff_t step = (ptrdiff_t)dilation, end = (ptrdiff_t)length;
    ptrdiff_t first = start >= 0 ? 0 : (-start + step - 1) / step;
    ptrdiff_t last = start >= end ? 0 : (end - start + step - 1) / step;
    if (last > (ptrdiff_t)taps) last = (ptrdiff_t)taps;
    if (first > last) first = last;
    return (rk_taps){start, (size_t)first, (size_t)last};
}
