/* A libjpeg decompressor that reports through a fault; for engine/decode_jpeg*.c only. */
#ifndef ASSAY_ENGINE_DECODE_JPEG_H
#define ASSAY_ENGINE_DECODE_JPEG_H

#include "engine/decode_formats.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>

#include <jpeglib.h>

struct jpeg_reader {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape; /* where libjpeg's errors go, and our own found inside its callbacks */
  enum status status;
  struct fault *fault;
  bool ended;       /* the data ended before the end-of-image marker */
  bool stray_bytes; /* bytes that belong to nothing were skipped */
  unsigned scanned; /* bit i: component i was in a scan */

  /* The work, kept here because locals do not outlive a longjmp. */
  struct source source;
  struct header *header; /* to be filled; read only while pixels are read */
  struct image *image;
  struct raster raster;
  unsigned reduction;
  double step[2];                 /* as of struct image */
  bool fractions;                 /* to be read: all coefficients are kept until the end */
  jvirt_barray_ptr *coefficients; /* of each component, with fractions */
};

/* The photo's planes as they are in the file, at 1/reduction, turned, into reader->image. Called after jpeg_read_header
 * with reader->escape set; leaves by it on failure. */
void jpeg_read_planes(struct jpeg_reader *reader);

/* Whether jpeg_read_planes can read it: grey, or YCbCr with chroma at 1/1, 1/2 or 1/4 of the luma each way. */
bool jpeg_has_planes(const struct jpeg_decompress_struct *jpeg);

/* Whether the fractions of a photo can be had, of which jpeg_has_planes. */
bool jpeg_has_fractions(const struct jpeg_decompress_struct *jpeg, struct turn turn);
/* With reader->fractions, whose planes are made: the fractions of rows y..y + count - 1 of luma, a strip as it was read
 * and laid into the planes. Leaves by reader->escape. */
void jpeg_begin_fractions(struct jpeg_reader *reader);
void jpeg_read_fractions(struct jpeg_reader *reader, int32_t y, int32_t count);
/* Once all fractions are read: adds to those of chroma what its noise tells of coarse steps (dither.h). */
void jpeg_read_dither(struct jpeg_reader *reader);
/* Where a square of the file, one of so many, lies in the turned picture. */
void jpeg_turn_square(struct turn turn, int32_t columns, int32_t rows, int32_t column, int32_t row, int32_t at[2]);

/* Starts decoding; reads all scans of a file that has several, and checks that none is lacking. */
void jpeg_begin(struct jpeg_reader *reader);
/* Reads to the end of the photo and checks that it was whole. */
void jpeg_end(struct jpeg_reader *reader);
/* Leaves by reader->escape, with a new fault or with the one that is set. */
_Noreturn void jpeg_leave(struct jpeg_reader *reader, enum status status);
_Noreturn void jpeg_refuse(struct jpeg_reader *reader, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
