#include "engine/decode_jpeg.h"

#include "engine/colour_profile.h"

#include <jerror.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Real files have about ten; each scan of a large photo costs up to a tenth of a second. */
enum { MOST_SCANS = 100 };

_Noreturn void jpeg_leave(struct jpeg_reader *reader, enum status status) {
  reader->status = status;
  longjmp(reader->escape, 1);
}

_Noreturn void jpeg_refuse(struct jpeg_reader *reader, enum status status, const char *format, ...) {
  char text[sizeof reader->fault->text];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  jpeg_leave(reader, fault_set(reader->fault, status, "%s", text));
}

static _Noreturn void refuse_truncated(struct jpeg_reader *reader) {
  jpeg_refuse(reader, STATUS_INVALID,
              "the JPEG data ends early: the file is truncated, expected an end-of-image marker");
}

static void on_error(j_common_ptr common) {
  struct jpeg_reader *reader = common->client_data;
  char text[JMSG_LENGTH_MAX];
  reader->errors.format_message(common, text);
  if (reader->ended) refuse_truncated(reader);
  if (reader->errors.msg_code == JERR_OUT_OF_MEMORY) jpeg_refuse(reader, STATUS_MEMORY, "out of memory: %s", text);
  jpeg_refuse(reader, STATUS_INVALID, "the JPEG data is damaged or not supported: %s", text);
}

/* libjpeg fills what is missing with grey and goes on with a warning; a photo that is not whole is refused. */
static void on_message(j_common_ptr common, int level) {
  struct jpeg_reader *reader = common->client_data;
  if (level >= 0) return;
  switch (reader->errors.msg_code) {
  case JWRN_JPEG_EOF:
    reader->ended = true;
    return;
  case JWRN_EXTRANEOUS_DATA:
    reader->stray_bytes = true;
    return;
  case JWRN_ADOBE_XFORM:
  case JWRN_NOT_SEQUENTIAL:
  case JWRN_JFIF_MAJOR:
    return;
  default:
    on_error(common);
  }
}

static void note_scan(struct jpeg_reader *reader) {
  const struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  for (int i = 0; i < jpeg->comps_in_scan; i++) reader->scanned |= 1u << jpeg->cur_comp_info[i]->component_index;
}

/* Called while the scans are read, at least once in each. */
static void on_progress(j_common_ptr common) {
  struct jpeg_reader *reader = common->client_data;
  if (reader->jpeg.input_scan_number > MOST_SCANS)
    jpeg_refuse(reader, STATUS_LIMIT, "the JPEG has more than %d scans", MOST_SCANS);
  note_scan(reader);
}

static void open_jpeg(struct jpeg_reader *reader) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  jpeg_create_decompress(jpeg);
  jpeg->progress = &reader->progress;
  jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xFFFF);
  jpeg_save_markers(jpeg, JPEG_APP0 + 2, 0xFFFF);
  jpeg_mem_src(jpeg, reader->source.bytes, reader->source.size);
  jpeg_read_header(jpeg, TRUE);
}

/* Does `body` with libjpeg's errors caught. The reader's work is set by the caller, the rest here. */
static enum status guard(struct jpeg_reader *reader, void (*body)(struct jpeg_reader *)) {
  reader->jpeg.err = jpeg_std_error(&reader->errors);
  reader->jpeg.client_data = reader;
  reader->errors.error_exit = on_error;
  reader->errors.emit_message = on_message;
  reader->progress.progress_monitor = on_progress;
  if (!setjmp(reader->escape)) body(reader);
  jpeg_destroy_decompress(&reader->jpeg);
  return reader->status;
}

/* A progressive photo is whole when every coefficient came to its last bit; chroma without detail may leave the scans
 * of its detail out. */
static bool is_refined(const struct jpeg_decompress_struct *jpeg) {
  for (int c = 0; c < jpeg->num_components; c++)
    for (int k = 0; k < DCTSIZE2; k++) {
      const int missing = jpeg->coef_bits[c][k];
      if (missing > 0 || (missing < 0 && (c == 0 || k == 0))) return false;
    }
  return true;
}

static void check_scans(struct jpeg_reader *reader) {
  const struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  if (!jpeg_has_multiple_scans(&reader->jpeg)) return;
  if (reader->ended) refuse_truncated(reader);
  const bool all = reader->scanned == (1u << jpeg->num_components) - 1;
  if (!all || (jpeg->progressive_mode && jpeg->coef_bits && !is_refined(jpeg)))
    jpeg_refuse(reader, STATUS_INVALID, "the JPEG data is not whole: scans are missing");
}

static void take_scans(struct jpeg_reader *reader) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  int got;
  do {
    got = jpeg_consume_input(jpeg);
    on_progress((j_common_ptr)jpeg);
  } while (got != JPEG_REACHED_EOI && got != JPEG_SUSPENDED);
}

/* A buffered image keeps its coefficients. A file of one scan is still read along with its rows. */
void jpeg_begin(struct jpeg_reader *reader) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->do_fancy_upsampling = TRUE;
  jpeg->do_block_smoothing = FALSE;
  jpeg->buffered_image = reader->fractions;
  note_scan(reader);
  jpeg_start_decompress(jpeg);
  if (reader->fractions && jpeg_has_multiple_scans(jpeg)) take_scans(reader);
  check_scans(reader);
  if (!reader->fractions) return;
  reader->coefficients = jpeg_read_coefficients(jpeg);
  jpeg_start_output(jpeg, jpeg->input_scan_number);
}

/* A file that only lacks its end marker has all pixels, unless other bytes stand in its place or the coder (arithmetic)
 * cannot tell the end of its data from zeros. */
void jpeg_end(struct jpeg_reader *reader) {
  if (reader->fractions) jpeg_finish_output(&reader->jpeg);
  jpeg_finish_decompress(&reader->jpeg);
  if (reader->ended && (reader->stray_bytes || reader->jpeg.arith_code)) refuse_truncated(reader);
}

static bool matches(struct source source) {
  return source.size >= 3 && !memcmp(source.bytes, "\xFF\xD8\xFF", 3);
}

static void keep_profile(struct jpeg_reader *reader) {
  JOCTET *profile = NULL;
  unsigned int size = 0;
  if (!jpeg_read_icc_profile(&reader->jpeg, &profile, &size)) return;
  const enum status status = header_keep_profile(reader->header, profile, size, reader->fault);
  free(profile);
  if (status) jpeg_leave(reader, status);
}

/* The first EXIF segment counts; XMP shares its marker. */
static void keep_exif(struct jpeg_reader *reader) {
  jpeg_saved_marker_ptr marker = reader->jpeg.marker_list;
  while (marker && !(marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 && !memcmp(marker->data, "Exif\0", 6)))
    marker = marker->next;
  if (!marker) return;
  const enum status status = header_read_exif(reader->header, marker->data, marker->data_length, reader->fault);
  if (status) jpeg_leave(reader, status);
}

static void read_markers(struct jpeg_reader *reader) {
  open_jpeg(reader);
  reader->header->width = reader->jpeg.image_width;
  reader->header->height = reader->jpeg.image_height;
  keep_exif(reader);
  keep_profile(reader);
}

static enum status read_header(struct source source, struct header *header, struct fault *fault) {
  struct jpeg_reader reader = {.fault = fault, .source = source, .header = header};
  return guard(&reader, read_markers);
}

/* The largest n for which 1/n of the photo is large enough. A mirrored side must divide by n: else the last,
 * part-filled block would come first and shift the grid of 1/n pixels. */
static unsigned choose_reduction(const struct header *header, const struct decode_options *options) {
  if (options->least_width <= 0 || options->least_height <= 0) return 1;
  const struct turn turn = turn_of(header->orientation);
  const int64_t least_width = turn.exchange ? options->least_height : options->least_width;
  const int64_t least_height = turn.exchange ? options->least_width : options->least_height;
  for (unsigned n = 8; n > 1; n /= 2) {
    if ((turn.mirror_x && header->width % n) || (turn.mirror_y && header->height % n)) continue;
    if ((header->width + n - 1) / n >= least_width && (header->height + n - 1) / n >= least_height) return n;
  }
  return 1;
}

/* Chroma samples lie between luma samples; mirroring an odd side would put them elsewhere. */
static bool keeps_siting(const struct jpeg_decompress_struct *jpeg, struct turn turn) {
  return !(turn.mirror_x && jpeg->output_width % 2) && !(turn.mirror_y && jpeg->output_height % 2);
}

static bool takes_planes(const struct jpeg_decompress_struct *jpeg, const struct header *header) {
  if (!jpeg_has_planes(jpeg)) return false;
  const bool grey = jpeg->num_components == 1;
  return (grey || keeps_siting(jpeg, turn_of(header->orientation))) &&
         (!header->profile || profile_is_srgb(header->profile, header->profile_size, grey ? 1 : 3));
}

static J_COLOR_SPACE raster_space(struct jpeg_reader *reader) {
  switch (reader->jpeg.jpeg_color_space) {
  case JCS_GRAYSCALE:
    return JCS_GRAYSCALE;
  case JCS_RGB:
  case JCS_YCbCr:
    return JCS_RGB;
  case JCS_CMYK:
  case JCS_YCCK:
    return JCS_CMYK;
  default:
    jpeg_refuse(reader, STATUS_INVALID, "the JPEG has %d components: expected grey, YCbCr, RGB, CMYK or YCCK",
                reader->jpeg.num_components);
  }
}

static void read_raster(struct jpeg_reader *reader) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  struct raster *raster = &reader->raster;
  jpeg->out_color_space = raster_space(reader);
  jpeg_begin(reader);
  const enum status status =
      raster_reserve(raster, jpeg->output_width, jpeg->output_height, jpeg->output_components, reader->fault);
  if (status) jpeg_leave(reader, status);
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW row = raster_row(raster, jpeg->output_scanline);
    jpeg_read_scanlines(jpeg, &row, 1);
  }
  jpeg_end(reader);
  /* Adobe writes CMYK inverted. */
  if (raster->channels != 4 || !jpeg->saw_Adobe_marker) return;
  const size_t samples = (size_t)raster->width * (size_t)raster->height * 4;
  for (size_t i = 0; i < samples; i++) raster->pixels[i] = (uint8_t)(255 - raster->pixels[i]);
}

/* A block's first coefficient is 8 times its mean. */
static void keep_steps(struct jpeg_reader *reader) {
  const struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  if (jpeg->jpeg_color_space != JCS_YCbCr && jpeg->jpeg_color_space != JCS_GRAYSCALE) return;
  for (int i = 0; i < jpeg->num_components && i < 2; i++) {
    const int number = jpeg->comp_info[i].quant_tbl_no;
    const JQUANT_TBL *table = number >= 0 && number < NUM_QUANT_TBLS ? jpeg->quant_tbl_ptrs[number] : NULL;
    if (table) reader->step[i] = (double)table->quantval[0] / DCTSIZE;
  }
}

static void read_photo(struct jpeg_reader *reader) {
  open_jpeg(reader);
  keep_steps(reader);
  reader->jpeg.scale_num = 1;
  reader->jpeg.scale_denom = reader->reduction;
  jpeg_calc_output_dimensions(&reader->jpeg);
  if (takes_planes(&reader->jpeg, reader->header)) {
    reader->fractions = reader->fractions && jpeg_has_fractions(&reader->jpeg, turn_of(reader->header->orientation));
    jpeg_read_planes(reader);
  } else {
    reader->fractions = false;
    read_raster(reader);
    reader->status = raster_finish(&reader->raster, reader->header, reader->image, reader->fault);
  }
}

static enum status read_pixels(struct source source, const struct header *header, const struct decode_options *options,
                               struct image *image, struct fault *fault) {
  struct header kept = *header;
  struct jpeg_reader reader = {.fault = fault, .source = source, .header = &kept, .image = image};
  reader.reduction = choose_reduction(header, options), reader.fractions = options->fractions;
  const enum status status = guard(&reader, read_photo);
  raster_free(&reader.raster);
  if (status) return status;
  memcpy(image->step, reader.step, sizeof image->step);
  const bool exchange = turn_of(header->orientation).exchange;
  image->full_width = (int32_t)(exchange ? header->height : header->width);
  image->full_height = (int32_t)(exchange ? header->width : header->height);
  image->reduction = (int32_t)reader.reduction;
  return STATUS_OK;
}

const struct format format_jpeg = {"JPEG", matches, read_header, read_pixels};
