/* The list of a gauge study, FILE.csv: a header and one measurement a line. RFC 4180, UTF-8, columns in any order;
 * those that are not asked for are passed over, and so are empty lines. */
#ifndef ASSAY_MODELS_STUDY_H
#define ASSAY_MODELS_STUDY_H

#include "models/status.h"

#include <stddef.h>

enum {
  STUDY_MAX_BYTES = 64 << 20,
  STUDY_MAX_ROWS = 200 * 1000,
  STUDY_MAX_DIMENSIONS = 100,
  STUDY_MAX_NAMES = 1000,
  STUDY_NAME_CHARS = 128
};

/* The header's words. */
struct study_columns {
  const char *part, *operator_, *value; /* operator_ NULL: one operator for all */
  const char *dimension;                /* NULL: one dimension */
};

/* Names in the order in which they first appear. */
struct study_names {
  char (*items)[STUDY_NAME_CHARS];
  size_t count;
};

/* What was measured of one dimension: every operator measured every part `trials` times. */
struct study {
  char name[STUDY_NAME_CHARS]; /* of the dimension; "" where the list has but one */
  struct study_names parts, operators;
  size_t trials;
  double *values; /* [(part * operators + operator) * trials + trial], finite */
};

struct studies {
  struct study *items;
  size_t count;
};

/* Errors name the file, the line and the column: a column that is missing or there twice, a line with too few fields,
 * a value that is no number, a name that is empty or too long, and a study whose cells are not all measured equally
 * often (it names the part and the operator). On failure `studies` is empty. End with studies_free. */
enum status studies_read(const char *path, const struct study_columns *columns, struct studies *studies,
                         struct fault *fault);
void studies_free(struct studies *studies);

#endif
