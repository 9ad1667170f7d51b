/* The strips in which a target's edges are measured. Private to engine/measure/. */
#ifndef ASSAY_ENGINE_MEASURE_TARGET_STRIPS_H
#define ASSAY_ENGINE_MEASURE_TARGET_STRIPS_H

#include "engine/measure/target_fit.h"

struct target_strip {
  const struct target_edge *edge;
  double x, y, nx, ny;                /* photo pixels: the edge found; unit vector across, to growing mm */
  double spread;                      /* px for noise of 1 grey level */
  struct pose_point straight, beyond; /* (x, y) and (x + nx, y + ny) straightened */
  bool left_out;
};

struct target_strips {
  struct target_strip *items; /* those found */
  size_t count, room, sought;
};

/* Measures all edges from where `back` (mm -> straightened photo pixels) expects them. `wide`: the first time, when
 * that is rough. */
enum status target_strips_measure(struct target_strips *strips, const struct target *target,
                                  const struct target_photo *photo, const struct pose *back, bool wide,
                                  struct fault *fault);
/* Straightens what was found by another lens. False where it does not reach. */
bool target_strips_straighten(struct target_strips *strips, const struct lens *lens);
void target_strips_free(struct target_strips *strips);

#endif
