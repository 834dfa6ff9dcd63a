// The inside of a decoder, shared by the files of this target.
#ifndef ROOSTER_CJPEG_DECODER_H
#define ROOSTER_CJPEG_DECODER_H

#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

struct rj_baseline;
struct rj_tables;

struct rj_decoder {
    struct jpeg_decompress_struct jpeg;  // client_data points back to the decoder
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;                      // set by whichever rj_ function is running
    rj_status status;                    // why it was jumped to
    rj_report report;
    rj_limits limits;
    uint64_t cpu_deadline;               // nanoseconds of thread CPU time; 0: none
    const uint8_t *bytes;                // as given
    size_t size;                         // of the bytes given
    size_t whole_scans;                  // of a multi-scan file: bytes up to where the last marker segments began
    bool is_second_try;                  // with those alone
    bool in_scan;                        // headers are read, coded data are due
    bool multiple_scans;
    bool bytes_ended;                    // the source had to make up an end marker
    bool libjpeg_only;
    bool used_own_reader;
    struct rj_baseline *baseline;        // reads this picture; NULL: libjpeg does. In libjpeg's memory for the picture
    struct rj_tables *tables;            // NULL until there was a plain baseline file
    uint32_t complete_components;        // bit i: the scan that holds component i's DC values has begun
};

/// Leaves through the escape of the running rj_ function. `words` go into the report's message.
_Noreturn void rj_fail(rj_decoder *decoder, rj_status status, const char *words);

/// Errors, warnings and what they mean: report.c
void rj_install_errors(rj_decoder *decoder);
/// The data of the current scan end or break at the current row.
void rj_note_break(rj_decoder *decoder, bool damage);
/// Where the source stands.
uint64_t rj_position(const rj_decoder *decoder);

/// Bytes in memory as libjpeg's source: source.c
void rj_install_source(rj_decoder *decoder, const uint8_t *bytes, size_t size);

/// Scans and CPU time: limits.c
void rj_install_limits(rj_decoder *decoder, const rj_limits *limits);
void rj_check_time(rj_decoder *decoder);
/// Whether the current scan is one that rows of the picture cannot do without: it brings the DC values.
bool rj_scan_has_rows(const struct jpeg_decompress_struct *jpeg);

#endif
