// Bytes of a vector's first n, for the words of quad-*.h; nothing behind them is touched.
#pragma once

#ifndef RK_MASKED
RK_INLINE rk_bytes b_load_first(const uint8_t *p, size_t n) {
    if (n == quad_bytes) return b_load(p);
    if (n == 16) return b_load_16(p);
    uint8_t whole[quad_bytes] = {0};
    memcpy(whole, p, n);
    return b_load(whole);
}
RK_INLINE void b_store_first(uint8_t *p, size_t n, rk_bytes v) {
    if (n == quad_bytes) {
        b_store(p, v);
        return;
    }
    if (n == 16) {
        b_store_16(p, v);
        return;
    }
    uint8_t whole[quad_bytes];
    b_store(whole, v);
    memcpy(p, whole, n);
}
#endif
