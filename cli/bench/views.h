/* What a camera sees of sheets (sheets.h) that lie on a table, in all the ways a photo can go wrong. Shares nothing
 * with assay's own warp. */
#ifndef ASSAY_CLI_BENCH_VIEWS_H
#define ASSAY_CLI_BENCH_VIEWS_H

#include "cli/bench/sheets.h"
#include "models/photo.h"

enum view_kind {
  VIEW_GOLDEN,  /* upright, in the middle, on an even table */
  VIEW_USUAL,   /* turned by up to 12 degrees, a little off */
  VIEW_QUARTER, /* turned by about 90 degrees either way */
  VIEW_HALF,    /* turned by about 180 degrees */
  VIEW_FAR,     /* 0.5 to 0.75 times as large */
  VIEW_NEAR,    /* of twice the resolution */
  VIEW_PARTLY,  /* 10 to 50 % of the product out of the photo */
  VIEW_SLANTED, /* from 20 to 40 degrees aside */
  VIEW_DARK,    /* 0.4 to 0.6 of the light, noisy */
  VIEW_GLOSSY,  /* reflections of several lamps */
  VIEW_CLUTTER, /* on a table full of shapes and print */
  VIEW_TWO,     /* another unit beside it, partly in the photo */
  VIEW_BESIDE,  /* another product beside it */
  VIEW_COVERED, /* 15 to 40 % of it under something */
  VIEW_OTHER,   /* another product in its place */
  VIEW_ABSENT,  /* no product at all */
  VIEW_KINDS
};

const char *view_name(enum view_kind kind);

/* A photo and where the product's own pixels lie in it; of two units, where each does; of none, count 0. */
struct view {
  struct photo photo;
  int32_t width, height;
  struct pose units[2]; /* sheet pixel -> photo pixel */
  int count;
};

struct view_how {
  const struct sheet *product, *other; /* other: what lies beside, or in its place */
  bool even;                           /* light from behind: the same everywhere */
};

/* The caller frees the photo. */
enum status view_take(enum view_kind kind, const struct view_how *how, uint64_t seed, struct view *view,
                      struct fault *fault);

#endif
