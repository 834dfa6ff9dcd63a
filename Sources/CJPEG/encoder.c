// RGB rows to a JPEG in memory.
#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#define FIRST_CAPACITY 32768

typedef struct rj_encoder {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    uint8_t *bytes;
    size_t capacity;
} rj_encoder;

static void error_exit(j_common_ptr common) { longjmp(((rj_encoder *)common->client_data)->escape, 1); }
static void output_message(j_common_ptr common) { (void)common; }
static void init_destination(j_compress_ptr jpeg) { (void)jpeg; }

/// libjpeg calls this with the buffer full, whatever it says of the room left: doubles it.
static boolean empty_output_buffer(j_compress_ptr jpeg) {
    rj_encoder *encoder = jpeg->client_data;
    if (encoder->capacity > SIZE_MAX / 2) longjmp(encoder->escape, 1);
    uint8_t *larger = realloc(encoder->bytes, encoder->capacity * 2);
    if (larger == NULL) longjmp(encoder->escape, 1);
    encoder->bytes = larger;
    encoder->destination.next_output_byte = larger + encoder->capacity;
    encoder->destination.free_in_buffer = encoder->capacity;
    encoder->capacity *= 2;
    return TRUE;
}

static void term_destination(j_compress_ptr jpeg) { (void)jpeg; }

rj_status rj_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t **jpeg, size_t *size) {
    rj_encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder == NULL) return rj_out_of_memory;
    encoder->jpeg.err = jpeg_std_error(&encoder->errors);
    encoder->errors.error_exit = error_exit;
    encoder->errors.output_message = output_message;
    encoder->jpeg.client_data = encoder;
    encoder->capacity = FIRST_CAPACITY;
    encoder->bytes = malloc(encoder->capacity);
    if (encoder->bytes == NULL || setjmp(encoder->escape) != 0) {
        jpeg_destroy_compress(&encoder->jpeg);
        free(encoder->bytes);
        free(encoder);
        return rj_out_of_memory;
    }
    jpeg_create_compress(&encoder->jpeg);
    encoder->destination = (struct jpeg_destination_mgr){
        .next_output_byte = encoder->bytes,
        .free_in_buffer = encoder->capacity,
        .init_destination = init_destination,
        .empty_output_buffer = empty_output_buffer,
        .term_destination = term_destination,
    };
    encoder->jpeg.dest = &encoder->destination;
    encoder->jpeg.image_width = width;
    encoder->jpeg.image_height = height;
    encoder->jpeg.input_components = 3;
    encoder->jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&encoder->jpeg);
    jpeg_set_quality(&encoder->jpeg, quality, TRUE);
    encoder->jpeg.optimize_coding = TRUE;
    jpeg_start_compress(&encoder->jpeg, TRUE);
    while (encoder->jpeg.next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(rgb + (size_t)encoder->jpeg.next_scanline * width * 3);
        jpeg_write_scanlines(&encoder->jpeg, &row, 1);
    }
    jpeg_finish_compress(&encoder->jpeg);
    *jpeg = encoder->bytes;
    *size = encoder->capacity - encoder->destination.free_in_buffer;
    jpeg_destroy_compress(&encoder->jpeg);
    free(encoder);
    return rj_ok;
}

void rj_free(uint8_t *jpeg) { free(jpeg); }
