// The life of a decode. Every function that calls libjpeg sets the escape first.
#include "baseline.h"

#include <stdlib.h>
#include <string.h>

#include <jerror.h>

/// Rows asked for at once: as many as libjpeg hands out in one go at most (two, or four with odd sampling).
#define ROWS 4
/// Rows between two looks at the clock: a look costs about as much as a row of a small picture.
#define ROWS_BETWEEN_CHECKS 16
#define MARKER_SOS 0xDA

rj_decoder *rj_decoder_create(void) {
    rj_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder == NULL) return NULL;
    rj_install_errors(decoder);
    if (setjmp(decoder->escape) != 0) {
        jpeg_destroy_decompress(&decoder->jpeg);
        free(decoder);
        return NULL;
    }
    jpeg_create_decompress(&decoder->jpeg);
    return decoder;
}

void rj_decoder_destroy(rj_decoder *decoder) {
    if (decoder == NULL) return;
    jpeg_destroy_decompress(&decoder->jpeg);
    free(decoder->tables);
    free(decoder);
}

void rj_decoder_use_libjpeg_only(rj_decoder *decoder, bool libjpeg_only) { decoder->libjpeg_only = libjpeg_only; }

bool rj_decoder_used_own_reader(const rj_decoder *decoder) { return decoder->used_own_reader; }

const rj_report *rj_decoder_report(const rj_decoder *decoder) { return &decoder->report; }

void rj_decoder_close(rj_decoder *decoder) {
    decoder->baseline = NULL;
    jpeg_abort_decompress(&decoder->jpeg);  // only frees: it cannot fail
    decoder->source.next_input_byte = NULL;
    decoder->source.bytes_in_buffer = 0;
}

static uint64_t round_up(uint64_t value, uint64_t step) { return step == 0 ? value : (value + step - 1) / step * step; }

rj_status rj_decoder_open(
    rj_decoder *decoder, const uint8_t *bytes, size_t size, const rj_limits *limits, rj_frame *frame) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    decoder->report = (rj_report){0};
    decoder->whole_scans = 0;
    decoder->is_second_try = false;
    decoder->in_scan = false;
    decoder->multiple_scans = false;
    decoder->baseline = NULL;
    decoder->used_own_reader = false;
    if (setjmp(decoder->escape) != 0) return decoder->status;
    // libjpeg keeps the tables of the picture before, and would decode one without tables with them.
    jpeg_destroy_decompress(jpeg);
    jpeg_create_decompress(jpeg);
    rj_install_source(decoder, bytes, size);
    rj_install_limits(decoder, limits);
    jpeg->mem->max_memory_to_use = limits->memory > INT32_MAX ? INT32_MAX : (long)limits->memory;

    jpeg_read_header(jpeg, TRUE);
    decoder->in_scan = true;
    decoder->multiple_scans = jpeg_has_multiple_scans(jpeg) != 0;
    decoder->report.good_rows = jpeg->image_height;
    if (jpeg->data_precision != 8) rj_fail(decoder, rj_unsupported, "Not 8 bits a sample");

    *frame = (rj_frame){
        .width = jpeg->image_width,
        .height = jpeg->image_height,
        .components = (uint32_t)jpeg->num_components,
    };
    if (decoder->multiple_scans) {
        for (int i = 0; i < jpeg->num_components; i++) {
            const jpeg_component_info *component = &jpeg->comp_info[i];
            frame->coefficient_bytes += round_up(component->width_in_blocks, (uint64_t)component->h_samp_factor)
                * round_up(component->height_in_blocks, (uint64_t)component->v_samp_factor) * sizeof(JBLOCK);
        }
    }
    return rj_ok;
}

/// A multi-scan file has been read to its end: is every component there, and every bit of every coefficient?
static void check_scans(rj_decoder *decoder) {
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    rj_report *report = &decoder->report;
    uint32_t all = (UINT32_C(1) << jpeg->num_components) - 1;
    bool whole = (decoder->complete_components & all) == all;
    if (!whole) {
        report->position = rj_position(decoder);
        report->good_rows = 0;
        if (decoder->bytes_ended) report->ends_early = report->at_end_of_bytes = true;
        else report->is_damaged = true;
        return;
    }
    if (!decoder->bytes_ended || report->ends_early || jpeg->coef_bits == NULL) return;
    for (int i = 0; i < jpeg->num_components; i++) {
        for (int k = 0; k < DCTSIZE2; k++) {
            if (jpeg->coef_bits[i][k] == 0) continue;
            report->position = decoder->size;  // cut between two scans: only detail is missing
            report->ends_early = report->at_end_of_bytes = true;
            return;
        }
    }
}

/// A progressive file that ends inside the tables between two scans: libjpeg takes the made-up end marker for a part of a
/// table and gives up. Cut before those tables the same file is decoded as far as it goes.
static rj_status start_again(rj_decoder *decoder, uint32_t eighths, uint32_t *width, uint32_t *height) {
    const size_t size = decoder->size;
    const uint64_t cpu_deadline = decoder->cpu_deadline;
    const rj_limits limits = decoder->limits;
    rj_frame frame;
    rj_status status = rj_decoder_open(decoder, decoder->bytes, decoder->whole_scans, &limits, &frame);
    decoder->is_second_try = true;
    decoder->cpu_deadline = cpu_deadline;
    if (status == rj_ok) status = rj_decoder_start(decoder, eighths, width, height);
    if (decoder->report.position == decoder->size) decoder->report.position = size;
    return status;
}

static void start_libjpeg(rj_decoder *decoder) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    decoder->baseline = NULL;
    jpeg_start_decompress(jpeg);
    if (jpeg->output_components != 4) rj_fail(decoder, rj_unsupported, "No conversion to RGB");
    if (decoder->multiple_scans) check_scans(decoder);
}

rj_status rj_decoder_start(rj_decoder *decoder, uint32_t eighths, uint32_t *width, uint32_t *height) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (setjmp(decoder->escape) != 0) {
        bool cut_between_scans = decoder->status == rj_corrupt && decoder->bytes_ended && decoder->whole_scans > 0;
        if (!cut_between_scans || decoder->is_second_try) return decoder->status;
        return start_again(decoder, eighths, width, height);
    }
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_RGB:
    case JCS_YCbCr:
        jpeg->out_color_space = JCS_EXT_RGBX;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        jpeg->out_color_space = JCS_CMYK;
        break;
    default:
        rj_fail(decoder, rj_unsupported, "Neither grey nor three nor four colours");
    }
    jpeg->scale_num = eighths;
    jpeg->scale_denom = 8;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->do_fancy_upsampling = TRUE;
    jpeg->do_block_smoothing = FALSE;  // it would only invent detail for cut progressive files
    if (eighths == DCTSIZE || decoder->libjpeg_only || !rj_baseline_start(decoder)) start_libjpeg(decoder);
    *width = jpeg->output_width;
    *height = jpeg->output_height;
    return rj_ok;
}

/// Adobe's CMYK holds 255 - ink, so that light is the product of colour and black. In place.
static void cmyk_to_rgbx(uint8_t *row, uint32_t width) {
    for (uint32_t x = 0; x < width; x++, row += 4) {
        uint32_t black = row[3];
        for (int c = 0; c < 3; c++) row[c] = (uint8_t)((row[c] * black + 127) / 255);
    }
}

/// Reads on behind the last row of a single-scan file: its end marker should come. Garbage there does no harm, but a second
/// scan says that the headers were not those of this picture.
static rj_status check_end(rj_decoder *decoder) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (setjmp(decoder->escape) != 0) {
        bool second_scan = jpeg->unread_marker == MARKER_SOS || decoder->errors.msg_code == JERR_EOI_EXPECTED;
        return second_scan ? rj_corrupt : rj_ok;
    }
    jpeg_finish_decompress(jpeg);
    return rj_ok;
}

rj_status rj_decoder_read(rj_decoder *decoder, const rj_window *window, uint8_t *pixels, size_t stride) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (setjmp(decoder->escape) != 0) return decoder->status;
    if (window->right > jpeg->output_width || window->bottom > jpeg->output_height || window->left >= window->right) {
        rj_fail(decoder, rj_unsupported, "Window outside of the picture");
    }
    if (decoder->baseline != NULL) {
        decoder->used_own_reader = rj_baseline_read(decoder, window, pixels, stride);
        if (decoder->used_own_reader) return rj_ok;
        start_libjpeg(decoder);
    }
    bool whole_rows = window->left == 0 && window->right == jpeg->output_width;
    size_t bytes = (size_t)(window->right - window->left) * 4;
    JSAMPARRAY spare = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, jpeg->output_width * 4, ROWS);
    uint32_t next_check = ROWS_BETWEEN_CHECKS;
    while (jpeg->output_scanline < window->bottom) {
        uint32_t first = jpeg->output_scanline;
        bool direct = whole_rows && first >= window->top;
        uint32_t want = window->bottom - first < ROWS ? window->bottom - first : ROWS;
        JSAMPROW rows[ROWS];
        for (uint32_t i = 0; i < want; i++) {
            rows[i] = direct ? pixels + (size_t)(first + i - window->top) * stride : spare[i];
        }
        uint32_t got = jpeg_read_scanlines(jpeg, rows, want);
        if (got == 0) rj_fail(decoder, rj_corrupt, "No rows");  // only a source that suspends does this
        for (uint32_t i = 0; i < got; i++) {
            if (first + i < window->top) continue;
            uint8_t *row = pixels + (size_t)(first + i - window->top) * stride;
            if (!direct) memcpy(row, spare[i] + (size_t)window->left * 4, bytes);
            if (jpeg->out_color_space == JCS_CMYK) cmyk_to_rgbx(row, window->right - window->left);
        }
        if (jpeg->output_scanline >= next_check) {
            rj_check_time(decoder);
            next_check = jpeg->output_scanline + ROWS_BETWEEN_CHECKS;
        }
    }
    bool at_end = jpeg->output_scanline == jpeg->output_height;
    return at_end && !decoder->multiple_scans && !decoder->bytes_ended ? check_end(decoder) : rj_ok;
}
