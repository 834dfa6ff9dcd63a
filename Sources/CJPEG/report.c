// libjpeg's errors and warnings, turned into a status and a report of what was noticed and where.
#include "decoder.h"

#include <jerror.h>

_Noreturn void rj_fail(rj_decoder *decoder, rj_status status, const char *words) {
    decoder->status = status;
    if (words != decoder->report.message) snprintf(decoder->report.message, sizeof decoder->report.message, "%s", words);
    decoder->report.position = rj_position(decoder);
    longjmp(decoder->escape, 1);
}

static rj_status status_of(int code) {
    switch (code) {
    case JERR_NO_SOI:
        return rj_not_jpeg;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
        return rj_unsupported;
    case JERR_IMAGE_TOO_BIG:
    case JERR_NO_BACKING_STORE:
    case JERR_WIDTH_OVERFLOW:
        return rj_too_large;
    case JERR_OUT_OF_MEMORY:
        return rj_out_of_memory;
    default:
        return rj_corrupt;
    }
}

static void copy_message(rj_decoder *decoder, j_common_ptr common) {
    char words[JMSG_LENGTH_MAX] = "";
    common->err->format_message(common, words);
    snprintf(decoder->report.message, sizeof decoder->report.message, "%s", words);
}

static void error_exit(j_common_ptr common) {
    rj_decoder *decoder = common->client_data;
    copy_message(decoder, common);
    rj_fail(decoder, status_of(common->err->msg_code), decoder->report.message);
}

static void note_damage(rj_decoder *decoder) {
    rj_report *report = &decoder->report;
    if (!report->ends_early && !report->is_damaged) report->position = rj_position(decoder);
    report->is_damaged = true;
}

/// Negative levels are warnings, the others traces.
static void emit_message(j_common_ptr common, int level) {
    if (level >= 0) return;
    rj_decoder *decoder = common->client_data;
    if (decoder->report.warnings == 0) copy_message(decoder, common);
    if (decoder->report.warnings < UINT32_MAX) decoder->report.warnings++;
    common->err->num_warnings++;
    switch (common->err->msg_code) {
    case JWRN_HIT_MARKER: {
        // At a restart marker only the rest of that interval is lost; at any other the scan is over.
        int marker = decoder->jpeg.unread_marker;
        bool heals = marker >= JPEG_RST0 && marker <= JPEG_RST0 + 7;
        if (heals) note_damage(decoder);
        else rj_note_break(decoder, false);
        break;
    }
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HUFF_BAD_CODE:
        // Without restart markers everything behind a bad code is displaced.
        if (decoder->jpeg.restart_interval != 0) note_damage(decoder);
        else rj_note_break(decoder, true);
        break;
    default:
        break;
    }
}

static void output_message(j_common_ptr common) { (void)common; }

void rj_note_break(rj_decoder *decoder, bool damage) {
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    rj_report *report = &decoder->report;
    if (damage) {
        note_damage(decoder);
    } else if (!report->ends_early) {
        report->position = rj_position(decoder);
        report->at_end_of_bytes = decoder->bytes_ended;
        report->ends_early = true;
    }
    // Later scans of a progressive file bring detail alone: the rows are there without it.
    if (!rj_scan_has_rows(jpeg)) return;
    uint64_t rows = (uint64_t)jpeg->input_iMCU_row * (uint64_t)jpeg->max_v_samp_factor * DCTSIZE;
    if (rows < report->good_rows) report->good_rows = (uint32_t)rows;
}

void rj_install_errors(rj_decoder *decoder) {
    decoder->jpeg.err = jpeg_std_error(&decoder->errors);
    decoder->errors.error_exit = error_exit;
    decoder->errors.emit_message = emit_message;
    decoder->errors.output_message = output_message;
    decoder->jpeg.client_data = decoder;
}
