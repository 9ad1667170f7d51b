/* A golden's ground in cells, and the mean colour that a photo shows in each. A cell is what lies in one tile and one
 * zone and is about as bright: pixels of one ink, away from edges where they are enough, so that a camera's curve does
 * to their mean what it does to each of them. What lies at edges has cells of its own, without which the cells would
 * not be all of a zone. For the colours of zones, which are means over many pixels: a coarse level of the pyramids is
 * enough. */
#ifndef ASSAY_ENGINE_CELLS_H
#define ASSAY_ENGINE_CELLS_H

#include "engine/image.h"
#include "engine/placement.h"
#include "engine/pyramid.h"

#include <stdbool.h>

struct cell {
  uint8_t label;    /* as in the label picture */
  bool mixed;       /* of a zone with too little calm ground: its pixels lie at edges too, where colours mix */
  bool restless;    /* of pixels at edges, in a zone with calm ground enough */
  double x, y;      /* middle, full golden pixels */
  int64_t pixels;   /* of the level */
  double colour[3]; /* the golden's mean red, green and blue values, 0..255 */
};

/* Made once, then read by any number of threads. All zero is empty. */
struct cells {
  int level; /* of the golden's luma pyramid */
  int32_t width, height;
  struct kernel_image image; /* u16: number of each pixel's cell, from 1 on */
  struct device_memory memory;
  struct cell *cell;
  size_t count;
};

/* The three pyramids of a colour photo; chroma's level 0 is at half size. A grey one has its luma in all three places:
 * its colour is grey. */
struct cells_photo {
  const struct pyramid *luma, *cb, *cr;
  const struct image *image; /* of which only steps, fractions and what is full count */
};

/* What a photo shows of a cell. */
struct cell_colour {
  int64_t pixels;
  double colour[3];
};

/* One thread's working memory. All zero is empty. */
struct cells_work {
  int32_t *grid;
  int64_t *sums;
  struct cell_colour *colour; /* one a cell: the last photo's */
  size_t grid_size, count;
  struct device_memory device_grid, device_sums, fraction[3];
};

/* Cuts the golden into cells by the labels of its full-size pixels (0: in none). At a zone's rim, where its colours mix
 * with others', there is no cell unless too little of the zone is calm. `golden` are its own pyramids. */
enum status cells_open(struct device *device, const struct plane *labels, const struct cells_photo *golden,
                       struct cells *cells, struct fault *fault);
void cells_close(struct device *device, struct cells *cells);

/* The mean colours of an aligned photo, into work->colour. */
enum status cells_measure(struct device *device, const struct cells *cells, const struct placement *placement,
                          const struct cells_photo *photo, struct cells_work *work, struct fault *fault);
void cells_work_free(struct device *device, struct cells_work *work);

#endif
