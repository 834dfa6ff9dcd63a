// Bytes in memory as libjpeg's source. At their end it makes up an EOI marker, as libjpeg's own sources do, so that what came
// is decoded and the rest is grey; but it notes that, and before the first scan it fails: there is no picture then.
#include "decoder.h"

static const JOCTET made_up_end[2] = {0xFF, JPEG_EOI};

static void init_source(j_decompress_ptr jpeg) { (void)jpeg; }
static void term_source(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean fill_input_buffer(j_decompress_ptr jpeg) {
    rj_decoder *decoder = jpeg->client_data;
    jpeg->src->next_input_byte = made_up_end;
    jpeg->src->bytes_in_buffer = sizeof made_up_end;
    if (!decoder->in_scan) {
        decoder->bytes_ended = true;
        rj_fail(decoder, rj_ends_in_header, "");
    }
    if (!decoder->bytes_ended) {
        decoder->bytes_ended = true;
        // The arithmetic decoder takes missing bytes for zeros and never warns; the Huffman decoder reads ahead a little and
        // warns (report.c) only when it misses them.
        if (jpeg->arith_code) rj_note_break(decoder, false);
    }
    return TRUE;
}

static void skip_input_data(j_decompress_ptr jpeg, long count) {
    if (count <= 0) return;
    struct jpeg_source_mgr *source = jpeg->src;
    if ((unsigned long)count > source->bytes_in_buffer) {
        fill_input_buffer(jpeg);
        return;
    }
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
}

void rj_install_source(rj_decoder *decoder, const uint8_t *bytes, size_t size) {
    decoder->bytes = bytes;
    decoder->size = size;
    decoder->bytes_ended = false;
    decoder->source = (struct jpeg_source_mgr){
        .next_input_byte = bytes,
        .bytes_in_buffer = size,
        .init_source = init_source,
        .fill_input_buffer = fill_input_buffer,
        .skip_input_data = skip_input_data,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = term_source,
    };
    decoder->jpeg.src = &decoder->source;
}

uint64_t rj_position(const rj_decoder *decoder) {
    if (decoder->bytes_ended || decoder->source.bytes_in_buffer > decoder->size) return decoder->size;
    return decoder->size - decoder->source.bytes_in_buffer;
}
