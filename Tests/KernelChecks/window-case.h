// A random window over a random image: what depthwise, stem, im2col and the pools have in common.
#pragma once

#include "CKernels.h"
#include "case.h"

typedef struct kc_image {
    rk_window window;
    size_t src_height, src_width, dst_height, dst_width;
    size_t first_row, rows;  // the band
} kc_image;

kc_image kc_random_image(kc_case *c);
