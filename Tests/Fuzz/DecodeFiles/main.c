// Decodes files at every scale through CJPEG as JPEGDecoder.swift does it, whole and in part, and encodes what came: for
// `scripts/sanitize`. A refusal is fine; only a sanitizer ends this with another status than 0.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CJPEG.h"

#define MEMORY 128000000u

/// The bytes alone, in a block that ends where they end: one byte too many read is seen.
static uint8_t *bytes_of(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size > 0 ? *size : 1);
    if (bytes != NULL && fread(bytes, 1, *size, file) != *size) *size = 0;
    fclose(file);
    return bytes;
}

static void encode(const uint8_t *pixels, uint32_t width, uint32_t height) {
    uint8_t *rgb = malloc((size_t)width * height * 3), *jpeg = NULL;
    size_t size = 0;
    if (rgb == NULL) return;
    for (size_t i = 0; i < (size_t)width * height; i++) memcpy(rgb + i * 3, pixels + i * 4, 3);
    if (rj_encode(rgb, width, height, 85, &jpeg, &size) == rj_ok) rj_free(jpeg);
    free(rgb);
}

static rj_status decode(rj_decoder *decoder, const uint8_t *bytes, size_t size, uint32_t eighths, bool whole) {
    rj_limits limits = {.scans = 128, .memory = MEMORY, .cpu_nanoseconds = 20000000000u};
    rj_frame frame = {0};
    rj_status status = rj_decoder_open(decoder, bytes, size, &limits, &frame);
    if (status != rj_ok) return status;
    if ((uint64_t)frame.width * frame.height > 100000000u) return rj_too_large;
    uint32_t width = 0, height = 0;
    status = rj_decoder_start(decoder, eighths, &width, &height);
    if (status != rj_ok) return status;
    rj_window window = {.right = width, .bottom = height};
    if (!whole) {
        window = (rj_window){width / 3, height / 4, width / 3 + (width - width / 3 + 1) / 2, height - height / 5};
        if (window.left >= window.right || window.top >= window.bottom) return rj_unsupported;
    }
    const size_t columns = window.right - window.left, rows = window.bottom - window.top;
    if (columns * rows * 4 > MEMORY) return rj_too_large;
    uint8_t *pixels = calloc(columns * rows, 4);
    if (pixels == NULL) return rj_out_of_memory;
    status = rj_decoder_read(decoder, &window, pixels, columns * 4);
    if (status == rj_ok && columns * rows <= 1000000) encode(pixels, (uint32_t)columns, (uint32_t)rows);
    free(pixels);
    return status;
}

int main(int count, char **paths) {
    for (int i = 1; i < count; i++) {
        size_t size = 0;
        uint8_t *bytes = bytes_of(paths[i], &size);
        rj_decoder *decoder = rj_decoder_create();
        if (bytes == NULL || decoder == NULL) return 1;
        for (uint32_t eighths = 1; eighths <= 8; eighths *= 2) {
            for (int whole = 0; whole < 2; whole++) {
                const rj_status status = decode(decoder, bytes, size, eighths, whole != 0);
                printf("%s %u/8 %s: %d\n", paths[i], eighths, whole ? "whole" : "part", (int)status);
                rj_decoder_close(decoder);
            }
        }
        rj_decoder_destroy(decoder);
        free(bytes);
    }
    return 0;
}
