// CJPEG: the thinnest layer over libjpeg-turbo.
//
// libjpeg reports errors by longjmp. Every function here catches those itself and returns a status, so that no jump
// passes a Swift frame. Nothing here decides whether a picture is good enough; it reports what it saw.
//
// A decode is: rj_decoder_open, rj_decoder_start, rj_decoder_read, rj_decoder_close. One thread at a time a decoder.
#ifndef ROOSTER_CJPEG_H
#define ROOSTER_CJPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum rj_status {
    rj_ok,
    rj_not_jpeg,         // does not begin with an SOI marker
    rj_ends_in_header,   // the bytes end before the first scan does begin
    rj_corrupt,          // libjpeg gives up; rj_report.message says why
    rj_unsupported,      // a process or a combination that libjpeg does not decode
    rj_too_large,        // beyond libjpeg's own 65500 pixels a side, or beyond the memory allowed
    rj_too_many_scans,
    rj_out_of_time,
    rj_out_of_memory,    // malloc said no
} rj_status;

typedef struct rj_limits {
    uint32_t scans;            // of a multi-scan file
    uint64_t memory;           // bytes libjpeg may hold for coefficients
    uint64_t cpu_nanoseconds;  // of the calling thread, from open on; 0: none
} rj_limits;

/// What the headers say.
typedef struct rj_frame {
    uint32_t width, height;      // pixels, as stored
    uint32_t components;
    uint64_t coefficient_bytes;  // held for the whole picture by progressive and other multi-scan files; else 0
} rj_frame;

/// What was noticed on the way, and where.
typedef struct rj_report {
    uint32_t good_rows;        // rows of the stored, full-size picture that came whole before data ended or broke
    bool ends_early;           // the coded data end before the picture does
    bool at_end_of_bytes;      // ... because the bytes do, not because of a marker
    bool is_damaged;           // the coded data are wrong somewhere
    uint64_t position;         // byte of the first end or damage; of the error, if a function failed
    uint32_t warnings;         // libjpeg's count
    char message[200];         // libjpeg's words for the error; else for the first warning; else empty
} rj_report;

/// The part of the scaled picture to keep: columns left..<right, rows top..<bottom.
typedef struct rj_window {
    uint32_t left, top, right, bottom;
} rj_window;

typedef struct rj_decoder rj_decoder;

/// NULL if memory is short or the library is not the one of the headers.
rj_decoder *rj_decoder_create(void);
void rj_decoder_destroy(rj_decoder *decoder);

/// For comparisons: libjpeg decodes also what the own reader could (docs/decisions/jpeg-reader.md). The pixels are the same.
void rj_decoder_use_libjpeg_only(rj_decoder *decoder, bool libjpeg_only);
/// Whether the last picture was read without libjpeg, but for its headers.
bool rj_decoder_used_own_reader(const rj_decoder *decoder);

/// Reads the headers. `bytes` must stay until rj_decoder_close.
rj_status rj_decoder_open(
    rj_decoder *decoder, const uint8_t *bytes, size_t size, const rj_limits *limits, rj_frame *frame);

/// Sets the scale, eighths / 8 (1 to 8), and gives the size of the scaled picture. A multi-scan file is read to its end here.
rj_status rj_decoder_start(rj_decoder *decoder, uint32_t eighths, uint32_t *width, uint32_t *height);

/// Decodes down to the window's last row and no further. `pixels` gets the window as R, G, B, undefined; `stride` bytes a row.
/// The window lies inside of the scaled picture and is not empty. CMYK is taken as Adobe stores it (inverted), as browsers do.
rj_status rj_decoder_read(rj_decoder *decoder, const rj_window *window, uint8_t *pixels, size_t stride);

/// What was noticed since open. Valid until the next open.
const rj_report *rj_decoder_report(const rj_decoder *decoder);

/// Lets go of the bytes and of everything that belongs to this picture.
void rj_decoder_close(rj_decoder *decoder);

/// Encodes `height` rows of `width` R, G, B triples as a baseline 4:2:0 JPEG with a JFIF header and nothing else.
/// On rj_ok `*jpeg` is to be given back with rj_free.
rj_status rj_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t **jpeg, size_t *size);
void rj_free(uint8_t *jpeg);

#endif
