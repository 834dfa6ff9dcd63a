// What this reader takes, and a window of a picture row by row.
#include "baseline.h"

#include <stdlib.h>
#include <string.h>

#if JPEG_LIB_VERSION >= 70
#define SCALED_SIZE(component) ((uint32_t)(component)->DCT_h_scaled_size)
#else
#define SCALED_SIZE(component) ((uint32_t)(component)->DCT_scaled_size)
#endif
/// What rj_bits_fill needs.
#define BUFFER_BYTES 32768
/// Bytes behind a row of samples that a store of a whole vector may touch.
#define ROW_PADDING 32

/// One sequential Huffman scan with all components in their order, 8 bits, grey or YCbCr, chroma whole or halved.
static bool is_plain(const rj_decoder *decoder) {
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (decoder->multiple_scans || jpeg->arith_code || jpeg->progressive_mode || jpeg->data_precision != 8) return false;
    if (jpeg->Ss != 0 || jpeg->Se != DCTSIZE2 - 1 || jpeg->Ah != 0 || jpeg->Al != 0) return false;
    if (jpeg->comps_in_scan != jpeg->num_components || jpeg->unread_marker != 0) return false;
    for (int i = 0; i < jpeg->num_components; i++) {
        if (jpeg->cur_comp_info[i] != &jpeg->comp_info[i]) return false;
    }
    if (jpeg->num_components == 1) return jpeg->jpeg_color_space == JCS_GRAYSCALE;
    if (jpeg->num_components != 3 || jpeg->jpeg_color_space != JCS_YCbCr) return false;
    const jpeg_component_info *luma = &jpeg->comp_info[0];
    if (luma->h_samp_factor > 2 || luma->v_samp_factor > 2) return false;
    for (int i = 1; i < 3; i++) {
        if (jpeg->comp_info[i].h_samp_factor != 1 || jpeg->comp_info[i].v_samp_factor != 1) return false;
    }
    return true;
}

/// Tables and sizes of a component. The prediction is 0, samples are given later.
static bool begin_component(rj_decoder *decoder, const jpeg_component_info *from, rj_component *component) {
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    const int dc = from->dc_tbl_no, ac = from->ac_tbl_no, quantisers = from->quant_tbl_no;
    if (dc < 0 || dc >= NUM_HUFF_TBLS || ac < 0 || ac >= NUM_HUFF_TBLS) return false;
    if (quantisers < 0 || quantisers >= NUM_QUANT_TBLS) return false;
    if (jpeg->dc_huff_tbl_ptrs[dc] == NULL || jpeg->ac_huff_tbl_ptrs[ac] == NULL) return false;
    if (jpeg->quant_tbl_ptrs[quantisers] == NULL) return false;
    if (!rj_make_dc_table(jpeg->dc_huff_tbl_ptrs[dc], &decoder->tables->dc[dc])) return false;
    if (!rj_make_ac_table(jpeg->ac_huff_tbl_ptrs[ac], &decoder->tables->ac[ac])) return false;
    const bool is_alone = jpeg->num_components == 1;  // then an MCU is one block whatever the factors say
    *component = (rj_component){
        .h = is_alone ? 1 : (uint32_t)from->h_samp_factor,
        .v = is_alone ? 1 : (uint32_t)from->v_samp_factor,
        .size = SCALED_SIZE(from),
        .dc = &decoder->tables->dc[dc],
        .ac = &decoder->tables->ac[ac],
    };
    for (int i = 0; i < DCTSIZE2; i++) {
        component->quantisers[i] = (int16_t)jpeg->quant_tbl_ptrs[quantisers]->quantval[i];
    }
    return true;
}

bool rj_baseline_start(rj_decoder *decoder) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (!is_plain(decoder)) return false;
    if (decoder->tables == NULL) decoder->tables = calloc(1, sizeof *decoder->tables);
    if (decoder->tables == NULL) return false;
    jpeg_calc_output_dimensions(jpeg);
    rj_baseline *baseline =
        jpeg->mem->alloc_small((j_common_ptr)jpeg, JPOOL_IMAGE, sizeof *baseline);
    *baseline = (rj_baseline){
        .component_count = (uint32_t)jpeg->num_components,
        .restart_interval = jpeg->restart_interval,
        .until_restart = jpeg->restart_interval,
    };
    for (uint32_t i = 0; i < baseline->component_count; i++) {
        if (!begin_component(decoder, &jpeg->comp_info[i], &baseline->components[i])) return false;
    }
    const rj_component *luma = &baseline->components[0];
    const uint32_t mcu_width = luma->h * DCTSIZE, mcu_height = luma->v * DCTSIZE;
    baseline->mcus = (jpeg->image_width + mcu_width - 1) / mcu_width;
    baseline->mcu_rows = (jpeg->image_height + mcu_height - 1) / mcu_height;
    if (baseline->component_count == 3) {
        // Chroma of half of the size comes to the luma's by its inverse DCT; of half of the width or the height it does not.
        const rj_component *chroma = &baseline->components[1];
        baseline->halves_width = chroma->size != luma->h * luma->size;
        baseline->halves_height = chroma->size != luma->v * luma->size;
        if (baseline->halves_width && baseline->halves_height) return false;
        baseline->chroma_width = jpeg->comp_info[1].downsampled_width;
        baseline->chroma_height = jpeg->comp_info[1].downsampled_height;
        baseline->smooths = luma->size > 1 && (baseline->halves_height || baseline->chroma_width > 2);
    }
    decoder->baseline = baseline;
    return true;
}

/// Which MCUs hold the window, and memory for a row of them.
static void prepare(rj_decoder *decoder, const rj_window *window) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    rj_baseline *baseline = decoder->baseline;
    const uint32_t mcu_width = baseline->components[0].h * baseline->components[0].size;
    baseline->first_mcu = window->left / mcu_width;
    baseline->end_mcu = (window->right + mcu_width - 1) / mcu_width;
    if (baseline->smooths && baseline->halves_width) {
        // Interpolation looks at the chroma sample beside.
        if (baseline->first_mcu > 0) baseline->first_mcu--;
        if (baseline->end_mcu < baseline->mcus) baseline->end_mcu++;
    }
    const size_t wanted = baseline->end_mcu - baseline->first_mcu;
    for (uint32_t i = 0; i < baseline->component_count; i++) {
        rj_component *component = &baseline->components[i];
        component->stride = wanted * component->h * component->size + ROW_PADDING;
        const size_t rows = component->v * component->size + 1;
        uint8_t *memory = jpeg->mem->alloc_large((j_common_ptr)jpeg, JPOOL_IMAGE, component->stride * rows);
        component->samples = memory + component->stride;
    }
    for (int i = 0; i < 2 && (baseline->halves_width || baseline->halves_height); i++) {
        baseline->upsampled[i] =
            jpeg->mem->alloc_large((j_common_ptr)jpeg, JPOOL_IMAGE, window->right - window->left + ROW_PADDING);
    }
    baseline->bits.buffer = jpeg->mem->alloc_large((j_common_ptr)jpeg, JPOOL_IMAGE, BUFFER_BYTES);
    rj_bits_begin(
        &baseline->bits, decoder->source.next_input_byte,
        decoder->source.next_input_byte + decoder->source.bytes_in_buffer);
}

/// The last row of the MCUs read goes to where the one above those that come is looked for.
static void keep_last_row(rj_baseline *baseline) {
    for (uint32_t i = 0; i < baseline->component_count; i++) {
        rj_component *component = &baseline->components[i];
        const uint8_t *last = component->samples + (component->v * component->size - 1) * component->stride;
        memcpy(component->samples - component->stride, last, component->stride);
    }
}

bool rj_baseline_read(rj_decoder *decoder, const rj_window *window, uint8_t *pixels, size_t stride) {
    rj_baseline *baseline = decoder->baseline;
    prepare(decoder, window);
    const uint32_t rows = baseline->components[0].v * baseline->components[0].size;  // of a row of MCUs
    // Between rows of chroma the last row of an MCU waits for the next ones; libjpeg reads on for the last two.
    const bool looks_down = baseline->halves_height && baseline->smooths;
    uint32_t done = window->top;
    for (uint32_t i = 0; i < baseline->mcu_rows && i * rows < window->bottom + (looks_down ? 2 : 0); i++) {
        const uint32_t end = (i + 1) * rows;
        const bool discard = end + looks_down <= window->top;
        if (looks_down && !discard && i > 0) keep_last_row(baseline);
        if (!rj_baseline_read_mcus(baseline, discard)) return false;
        rj_check_time(decoder);
        baseline->top = i * rows;
        uint32_t known = looks_down && i + 1 < baseline->mcu_rows ? end - 1 : end;
        if (known > window->bottom) known = window->bottom;
        for (; done < known; done++) {
            uint8_t *to = pixels + (size_t)(done - window->top) * stride;
            rj_baseline_convert(baseline, done, window->left, window->right, to);
        }
    }
    // Behind the last row its end marker should come; whatever else does is libjpeg's to judge.
    const bool at_end = window->bottom == decoder->jpeg.output_height;
    return !at_end || rj_bits_take_marker(&baseline->bits, JPEG_EOI);
}
