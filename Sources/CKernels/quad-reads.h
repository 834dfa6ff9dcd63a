// Quads of bytes out of memory, for the words of quad-*.h.
#pragma once

RK_INLINE int32_t quad_at(const uint8_t *p) {
    int32_t quad;
    memcpy(&quad, p, 4);
    return quad;
}

// The first n bytes at p, the rest 0.
RK_INLINE int32_t last_quad(const uint8_t *p, size_t n) {
    uint8_t bytes[4] = {0};
    for (size_t i = 0; i < n; i++) bytes[i] = p[i];
    return quad_at(bytes);
}

// Quad `index` of `width` bytes at p, what lies beyond them 0.
RK_INLINE int32_t quad_of(const uint8_t *p, size_t width, size_t index) {
    if (4 * index + 4 <= width) return quad_at(p + 4 * index);
    return 4 * index < width ? last_quad(p + 4 * index, width - 4 * index) : 0;
}
