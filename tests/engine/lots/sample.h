/* Results as assay writes them, made from what a test cares about. */
#ifndef ASSAY_TESTS_ENGINE_LOTS_SAMPLE_H
#define ASSAY_TESTS_ENGINE_LOTS_SAMPLE_H

#include "engine/lots/row.h"
#include "models/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct sample {
  const char *photo; /* NULL: made from `number` */
  int number;        /* gives photo, photo_id and the job's id */
  const char *photo_id;
  const char *lot, *factory, *line, *shift, *unit, *view, *captured;
  const char *golden;   /* NULL: "label" */
  int64_t version;      /* 0: 1 */
  enum verdict verdict; /* pass */
  bool defect;          /* a region of `severity` and `class_` at `at` */
  enum severity severity;
  enum defect_class class_;
  int32_t at[2];
  enum reason_code reason; /* of a photo that cannot be judged */
  size_t dimension_count;
  struct dimension_result dimensions[3];
  double score;
};

/* The line of the result, which the caller frees. Never NULL. */
char *sample_line(const struct sample *sample);
/* The row of that line, read by the parser; it holds until the next call. */
struct row *sample_row(const struct sample *sample, struct row_parser *parser);
void sample_write(FILE *file, const struct sample *sample);

#endif
