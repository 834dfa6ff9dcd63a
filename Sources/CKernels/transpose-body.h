// transpose (contract: transpose.h): squares of side x side values by the including file's transpose_square, what is
// left over at the right and below one by one.

RK_INLINE void transpose_rest(
    size_t top, size_t bottom, size_t left, size_t right, const float *src, size_t src_stride, float *dst,
    size_t dst_stride) {
    for (size_t r = top; r < bottom; r++) {
        for (size_t c = left; c < right; c++) dst[c * dst_stride + r] = src[r * src_stride + c];
    }
}

void RK_VARIANT(f32_f32_transpose)(
    size_t rows, size_t columns, const float *src, size_t src_stride, float *dst, size_t dst_stride) {
    const size_t whole_rows = rows - rows % side, whole_columns = columns - columns % side;
    for (size_t r = 0; r < whole_rows; r += side) {
        for (size_t c = 0; c < whole_columns; c += side) {
            transpose_square(src + r * src_stride + c, src_stride, dst + c * dst_stride + r, dst_stride);
        }
    }
    transpose_rest(0, whole_rows, whole_columns, columns, src, src_stride, dst, dst_stride);
    transpose_rest(whole_rows, rows, 0, columns, src, src_stride, dst, dst_stride);
}
