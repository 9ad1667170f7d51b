/* A plane whose rows are all the same, filled once and mapped again and again: each page that is taken and filled costs
 * as much as comparing it. */
#ifndef ASSAY_ENGINE_SAME_ROWS_H
#define ASSAY_ENGINE_SAME_ROWS_H

#include "engine/image.h"

/* All zero is empty. */
struct same_rows {
  struct plane plane; /* rows have padding; what is written to a place changes that place alone */
  bool mapped;        /* else it is filled row by row: it is small, or the system does not help */
};

/* False: there is no memory. */
bool same_rows_make(const uint8_t *row, int32_t width, int32_t height, struct same_rows *rows);
void same_rows_free(struct same_rows *rows);

#endif
