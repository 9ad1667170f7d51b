/* Which unit is made where and when, which units are defective, and how each unit and its photo come about. */
#ifndef ASSAY_DATASETS_PLAN_H
#define ASSAY_DATASETS_PLAN_H

#include "datasets/camera.h"
#include "datasets/options.h"

struct drawn_unit;

struct unit {
  int index, lot, factory, line, shift; /* from 0 */
  char captured[32];                    /* ISO 8601, UTC */
  int defects;                          /* to be planted */
  double creep;                         /* mm by which the line's dimensions have drifted */
  bool other_ink;
  const struct drawn_unit *season; /* what a unit of a season has of its own; else NULL */
  enum spoil spoil;
};

struct plan_names {
  char factory[16], line[16], lot[16], shift[16], unit[16];
};
struct plan_names plan_names(const struct unit *unit);

/* The units of the set, to be freed. Lots go round the factories and their lines, one a day, each over three shifts. */
enum status plan_make(const struct options *options, struct unit **units, struct fault *fault);

/* The photo's size, and the nominal scale at which the product still fits when turned and enlarged most. */
void plan_photo_size(const struct options *options, int *width, int *height);
double plan_nominal_scale(const struct options *options, const struct scene *scene);

/* How photo `index` of unit is taken; golden photos have a negative index: -1 is the first, taken nearly upright. */
void plan_shot(const struct options *options, const struct scene *scene, const struct unit *unit, int index,
               struct shot *shot);
/* Where every second unit's loose part (scene_loose_part) lies off by options->loose: into change->parts, which is
 * empty; `box` (mm) gets all that is to be drawn anew. False where the part lies right. */
bool plan_loose(const struct options *options, const struct scene *scene, const struct unit *unit,
                struct change *change, double box[4]);
/* The unit's own dimensions: a spread of 0.01 mm (standard deviation), and the creep; or what its season says. Fills
 * change->tweaks; `values[i]` is the true value of scene->dimensions[i]. */
void plan_dimensions(const struct options *options, const struct scene *scene, const struct unit *unit, int index,
                     struct change *change, double *values);

#endif
