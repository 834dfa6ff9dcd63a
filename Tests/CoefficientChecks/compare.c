// The reader itself is compiled a second time here, under other names and with a look at each block in the place of its
// inverse DCT: what is compared is what it does, not a copy of it.
#include "CoefficientChecks.h"

#include "baseline-idct.h"

#include <stdlib.h>
#include <string.h>

/// What libjpeg made of the file, and which block of it comes next in a component.
typedef struct expected {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    jmp_buf escape;
    jvirt_barray_ptr *arrays;
    const rj_baseline *baseline;
    uint64_t seen[3];  // blocks of each component
    cc_count count;
} expected;

static _Thread_local expected *current;

/// The next block in the order of the file: by MCUs, and row by row in each. NULL behind the last one.
static const JCOEF *next_block(size_t index) {
    const rj_component *component = &current->baseline->components[index];
    const uint32_t an_mcu = component->h * component->v;
    const uint64_t mcu = current->seen[index] / an_mcu, inside = current->seen[index] % an_mcu;
    current->seen[index]++;
    const uint64_t row = mcu / current->baseline->mcus * component->v + inside / component->h;
    const uint64_t column = mcu % current->baseline->mcus * component->h + inside % component->h;
    const jpeg_component_info *info = &current->jpeg.comp_info[index];
    const uint64_t rows_there = (info->height_in_blocks + (uint64_t)info->v_samp_factor - 1)
        / (uint64_t)info->v_samp_factor * (uint64_t)info->v_samp_factor;
    if (row >= rows_there) return NULL;  // asked for it, libjpeg would give up
    j_common_ptr jpeg = (j_common_ptr)&current->jpeg;
    const JBLOCKARRAY rows =
        current->jpeg.mem->access_virt_barray(jpeg, current->arrays[index], (JDIMENSION)row, 1, FALSE);
    return rows[0][column];
}

static void compare(size_t index, const int16_t *block, size_t coefficients) {
    current->count.blocks++;
    const JCOEF *next = next_block(index);
    if (next == NULL || memcmp(next, block, coefficients * sizeof *block) != 0) current->count.different++;
}

static void compare_dc(size_t index, int16_t dc) { compare(index, &dc, 1); }

static size_t index_of(const rj_component *component) { return (size_t)(component - current->baseline->components); }

#define inverse_1(dc, quantiser, samples) compare_dc(index_of(component), dc)
#define inverse(size, block, has_ac, quantisers, samples, stride) \
    ((void)(has_ac), compare(index_of(component), block, DCTSIZE2))
#define rj_baseline_read_mcus checked_read_mcus
#define rj_baseline_convert checked_convert
#define rj_baseline_start checked_start
#define rj_baseline_read checked_read
#include "baseline-rows.c"
#include "baseline.c"
#undef inverse
#undef inverse_1

_Noreturn static void give_up(j_common_ptr jpeg) { longjmp(((expected *)jpeg->client_data)->escape, 1); }
static void say_nothing(j_common_ptr jpeg) { (void)jpeg; }
static void do_nothing(j_decompress_ptr jpeg) { (void)jpeg; }
static boolean no_more(j_decompress_ptr jpeg) { give_up((j_common_ptr)jpeg); }
static void skip(j_decompress_ptr jpeg, long count) {
    if (count > (long)jpeg->src->bytes_in_buffer) give_up((j_common_ptr)jpeg);
    if (count <= 0) return;
    jpeg->src->next_input_byte += count;
    jpeg->src->bytes_in_buffer -= (size_t)count;
}

/// False where libjpeg complains of anything.
static bool read_by_libjpeg(expected *result, const uint8_t *bytes, size_t size) {
    struct jpeg_decompress_struct *jpeg = &result->jpeg;
    jpeg->err = jpeg_std_error(&result->errors);
    result->errors.error_exit = give_up;
    result->errors.output_message = say_nothing;
    jpeg->client_data = result;
    if (setjmp(result->escape) != 0) return false;
    jpeg_create_decompress(jpeg);
    result->source = (struct jpeg_source_mgr){
        .next_input_byte = bytes, .bytes_in_buffer = size, .init_source = do_nothing, .fill_input_buffer = no_more,
        .skip_input_data = skip, .resync_to_restart = jpeg_resync_to_restart, .term_source = do_nothing,
    };
    jpeg->src = &result->source;
    jpeg_read_header(jpeg, TRUE);
    result->arrays = jpeg_read_coefficients(jpeg);
    return result->errors.num_warnings == 0;
}

/// Every block of every component was there.
static void compare_numbers(void) {
    const rj_baseline *baseline = current->baseline;
    for (uint32_t i = 0; i < baseline->component_count; i++) {
        const rj_component *component = &baseline->components[i];
        const uint64_t all = (uint64_t)baseline->mcus * baseline->mcu_rows * component->h * component->v;
        if (current->seen[i] != all) current->count.different++;
    }
}

/// Reads the whole picture by the copy above; false where that leaves it to libjpeg.
static bool read_by_own(expected *result, const uint8_t *bytes, size_t size, uint32_t eighths) {
    rj_decoder *decoder = rj_decoder_create();
    if (decoder == NULL) return false;
    const rj_limits limits = {.scans = 1, .memory = INT32_MAX};
    rj_frame frame;
    rj_window window = {0};
    bool is_read = false;
    if (rj_decoder_open(decoder, bytes, size, &limits, &frame) == rj_ok &&
        rj_decoder_start(decoder, eighths, &window.right, &window.bottom) == rj_ok && decoder->baseline != NULL) {
        const size_t stride = (size_t)window.right * 4;
        uint8_t *pixels = malloc(stride * window.bottom);
        result->baseline = decoder->baseline;
        is_read = pixels != NULL && checked_read(decoder, &window, pixels, stride);
        if (is_read) compare_numbers();
        free(pixels);
    }
    rj_decoder_close(decoder);
    rj_decoder_destroy(decoder);
    return is_read;
}

cc_count cc_compare(const uint8_t *bytes, size_t size) {
    expected *result = calloc(1, sizeof *result);
    if (result == NULL) return (cc_count){0};
    current = result;
    bool is_plain = read_by_libjpeg(result, bytes, size);
    for (uint32_t eighths = 1; is_plain && eighths <= 4; eighths *= 2) {
        memset(result->seen, 0, sizeof result->seen);
        is_plain = read_by_own(result, bytes, size, eighths);
    }
    cc_count count = result->count;
    if (!is_plain) count.blocks = 0;
    jpeg_destroy_decompress(&result->jpeg);
    free(result);
    current = NULL;
    return count;
}
