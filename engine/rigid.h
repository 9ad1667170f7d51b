/* Zones that are parts of their own: a label, a name plate. They take no part in the pose and the local field, which
 * are the rest of the product's; where they lie against it is measured, and they are compared where they lie. */
#ifndef ASSAY_ENGINE_RIGID_H
#define ASSAY_ENGINE_RIGID_H

#include "engine/align.h"
#include "engine/compare.h"
#include "engine/rigid_own.h"
#include "engine/zones.h"

/* The golden's side of one zone: a cutting of its pyramid around it. */
struct rigid_zone {
  int zone;                         /* of the spec */
  int32_t left, top, width, height; /* of the cutting, golden pixels */
  int32_t box[4];                   /* of the zone: left, top, right, bottom, inclusive */
  double x, y;                      /* its middle */
  int64_t area;                     /* pixels of the zone */
  int coarse;                       /* level that the search begins on */
  struct pyramid luma;              /* views of the golden's */
  struct pyramid mask;
  uint8_t *pixels; /* of its level 0 */
};

/* Made once, then read by any number of threads. All zero is none. */
struct rigid {
  const struct spec *spec;
  struct rigid_zone *zones;
  size_t count;
  uint8_t *datum;     /* the labels without these zones */
  struct plane plane; /* of them */
  uint8_t *owner;     /* as in struct parts */
  int columns, rows;  /* of `owner` */
  struct pyramid all; /* mask of all that is compared */
  /* Where the approved photos have each zone on average: dx, dy, turn; the sums of the further ones, and how many. */
  double (*approved)[3], (*sums)[4];
};

/* Before the alignment is opened: *mask gets what takes part in it. Where there are no rigid zones it stays as it is.
 * STATUS_INVALID where too little else is compared. */
enum status rigid_begin(const struct spec *spec, const struct zones *zones, struct rigid *rigid,
                        const struct plane **mask, struct fault *fault);
/* After it. */
enum status rigid_open(struct device *device, const struct zones *zones, const struct align_golden *golden,
                       struct rigid *rigid, struct fault *fault);
void rigid_close(struct device *device, struct rigid *rigid);
/* The mask of all that is compared. */
const struct pyramid *rigid_mask(const struct rigid *rigid, const struct align_golden *golden);

/* Where one zone was found. */
struct rigid_place {
  bool found;    /* else it is not there, or hidden: it is compared where it should lie */
  double dx, dy; /* of its middle, golden pixels */
  double turn;   /* sine of the angle, clockwise on the screen */
};

/* One thread's working memory and the last photo's places. All zero is empty. */
struct rigid_work {
  struct rigid_place *places; /* one a rigid zone */
  double (*motion)[6];
  struct field local;
  struct tiles tiles;
  struct rigid_own own;
};

/* Adds where an approved photo has the zones, as measured last; and, after the last such photo, makes the mean, from
 * which all are measured: where the part lies on the first alone is known no better than its ground's shape. */
void rigid_approve(struct rigid *rigid, const struct rigid_work *work);
void rigid_take_mean(struct rigid *rigid);

/* Measures an aligned photo's rigid zones and completes its placement and light with them. */
enum status rigid_measure(struct device *device, const struct rigid *rigid, const struct align_golden *golden,
                          struct alignment *alignment, struct rigid_work *work, struct fault *fault);
void rigid_work_free(struct device *device, struct rigid_work *work);

/* Drops findings round the edge of zones that have moved: what moved does not bend the ground beside it. */
void rigid_clear(const struct rigid *rigid, const struct zones *zones, const struct rigid_work *work,
                 struct comparison *comparison);

#endif
