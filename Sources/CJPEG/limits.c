// Scans and CPU time. A multi-scan file can cost seconds for a few kilobytes: each scan may be a handful of bytes and still
// visits every block. libjpeg calls the progress monitor before each row of blocks; nothing else runs that often.
#define _POSIX_C_SOURCE 200809L  // clock_gettime

#include "decoder.h"

#include <time.h>

static uint64_t thread_cpu_nanoseconds(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return 0;
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void rj_check_time(rj_decoder *decoder) {
    if (decoder->cpu_deadline == 0 || thread_cpu_nanoseconds() <= decoder->cpu_deadline) return;
    rj_fail(decoder, rj_out_of_time, "");
}

bool rj_scan_has_rows(const struct jpeg_decompress_struct *jpeg) {
    return !jpeg->progressive_mode || (jpeg->Ss == 0 && jpeg->Ah == 0);
}

static void progress_monitor(j_common_ptr common) {
    if (!common->is_decompressor) return;
    struct jpeg_decompress_struct *jpeg = (j_decompress_ptr)common;
    rj_decoder *decoder = jpeg->client_data;
    if (!decoder->multiple_scans) return;
    // Where the coded data stop, or just behind the marker that stopped them.
    size_t position = (size_t)rj_position(decoder);
    if (!decoder->bytes_ended) decoder->whole_scans = jpeg->unread_marker != 0 ? position - 2 : position;
    if (jpeg->input_scan_number > 0 && (uint32_t)jpeg->input_scan_number > decoder->limits.scans) {
        rj_fail(decoder, rj_too_many_scans, "");
    }
    rj_check_time(decoder);
    if (!rj_scan_has_rows(jpeg)) return;
    for (int i = 0; i < jpeg->comps_in_scan && i < MAX_COMPS_IN_SCAN; i++) {
        const jpeg_component_info *component = jpeg->cur_comp_info[i];
        if (component != NULL && component->component_index < 32) {
            decoder->complete_components |= UINT32_C(1) << component->component_index;
        }
    }
}

void rj_install_limits(rj_decoder *decoder, const rj_limits *limits) {
    decoder->limits = *limits;
    decoder->cpu_deadline = 0;
    if (limits->cpu_nanoseconds != 0) {
        uint64_t now = thread_cpu_nanoseconds();
        decoder->cpu_deadline = limits->cpu_nanoseconds > UINT64_MAX - now ? 0 : now + limits->cpu_nanoseconds;
    }
    decoder->complete_components = 0;
    decoder->progress = (struct jpeg_progress_mgr){.progress_monitor = progress_monitor};
    decoder->jpeg.progress = &decoder->progress;
}
