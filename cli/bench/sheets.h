/* Flat things to lay before a camera, for `assay bench accuracy poses`: products that make a pose hard to tell, and
 * tables. */
#ifndef ASSAY_CLI_BENCH_SHEETS_H
#define ASSAY_CLI_BENCH_SHEETS_H

#include "engine/pose.h"
#include "models/status.h"

#include <stdint.h>

enum sheet_kind {
  SHEET_PRINT,     /* a printed box */
  SHEET_PLAIN,     /* an even one with a small sign in one corner */
  SHEET_BLISTERS,  /* repeats itself both ways, but for a strip of print */
  SHEET_STRIP,     /* a row of even contacts with one mark */
  SHEET_BOARD,     /* many parts, several of each kind */
  SHEET_GASKET,    /* looks the same turned by a quarter, but for a notch */
  SHEET_SYMMETRIC, /* the same without one */
  SHEET_DIAL,      /* round, with even marks and a pointer */
  SHEET_PRODUCTS,
  SHEET_TABLE = SHEET_PRODUCTS, /* nearly even */
  SHEET_CLUTTER                 /* full of shapes and print */
};

/* Grey levels, one byte a pixel; 0: nothing is there. All zero is empty. */
struct sheet {
  int32_t width, height;
  uint8_t *pixels;
};

const char *sheet_name(enum sheet_kind kind);
/* It looks the same turned by so many equal parts of a full turn. */
int sheet_turns(enum sheet_kind kind);
bool sheet_is_round(enum sheet_kind kind);
/* Two levels, to be lit from behind. */
bool sheet_is_cut_out(enum sheet_kind kind);

/* The same seed draws the same; another, another sheet of the kind. The caller frees with sheet_free. */
enum status sheet_draw(enum sheet_kind kind, uint64_t seed, struct sheet *sheet, struct fault *fault);
void sheet_free(struct sheet *sheet);

/* Grey level at a place, bilinear; 0 where nothing is there. */
double sheet_at(const struct sheet *sheet, double x, double y);

#endif
