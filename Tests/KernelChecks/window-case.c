#include "window-case.h"

// Mostly the windows that have a fast path; strides 1-3, dilation, pads up to beyond the input.
static rk_window random_window(kc_case *c) {
    static const size_t taps[] = {1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 7};
    rk_window w = {1, 1, 1, 1, 1, 1, 0, 0};
    w.width = taps[kc_number(c, 0, sizeof taps / sizeof taps[0] - 1)];
    w.height = kc_once_in(c, 4) ? taps[kc_number(c, 0, sizeof taps / sizeof taps[0] - 1)] : w.width;
    w.stride_x = kc_number(c, 1, kc_once_in(c, 4) ? 3 : 2);
    w.stride_y = kc_once_in(c, 4) ? kc_number(c, 1, 3) : w.stride_x;
    if (kc_once_in(c, 5)) w.dilation_x = kc_number(c, 1, 3);
    if (kc_once_in(c, 5)) w.dilation_y = kc_number(c, 1, 3);
    w.pad_left = kc_number(c, 0, kc_once_in(c, 8) ? 30 : w.width - 1);
    w.pad_top = kc_number(c, 0, kc_once_in(c, 8) ? 30 : w.height - 1);
    return w;
}

// The output positions that touch the padded input at all, or one more; some would only see padding.
static size_t random_outputs(kc_case *c, size_t length, size_t pad, size_t stride) {
    size_t most = (length + pad) / stride + 2;
    return kc_once_in(c, 3) ? kc_number(c, 1, most) : most;
}

kc_image kc_random_image(kc_case *c) {
    kc_image image = {.window = random_window(c)};
    const rk_window *w = &image.window;
    image.src_height = kc_note(c, "height", kc_number(c, 1, kc_once_in(c, 3) ? 3 : 12));
    image.src_width = kc_note(c, "width", kc_number(c, 1, kc_once_in(c, 3) ? 3 : 40));
    image.dst_height = kc_note(c, "out_height", random_outputs(c, image.src_height, w->pad_top, w->stride_y));
    image.dst_width = kc_note(c, "out_width", random_outputs(c, image.src_width, w->pad_left, w->stride_x));
    image.first_row = kc_once_in(c, 2) ? 0 : kc_number(c, 0, image.dst_height - 1);
    image.rows = kc_number(c, kc_once_in(c, 10) ? 0 : 1, image.dst_height - image.first_row);
    kc_note(c, "first_row", image.first_row);
    kc_note(c, "rows", image.rows);
    kc_note(c, "taps_y", w->height);
    kc_note(c, "taps_x", w->width);
    kc_note(c, "stride_y", w->stride_y);
    kc_note(c, "stride_x", w->stride_x);
    kc_note(c, "dilation_y", w->dilation_y);
    kc_note(c, "dilation_x", w->dilation_x);
    kc_note(c, "pad_top", w->pad_top);
    kc_note(c, "pad_left", w->pad_left);
    return image;
}
