/* The plan of a season of production: who makes which unit when, and which of them a planted drift reaches. What is
 * made of it, results (production.h) or photos (drawn_season.h), has the same truth. */
#ifndef ASSAY_DATASETS_PRODUCTION_PLAN_H
#define ASSAY_DATASETS_PRODUCTION_PLAN_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is planted: a dimension that creeps by 0.02 sigma a unit for 300 units on one line and stays there; a night
 * shift of one factory with more scratches; a lot whose zone is of a material 2.5 dE off (CIEDE2000). */
enum plant { PLANT_CREEP, PLANT_SCRATCHES, PLANT_MATERIAL, PLANTS };

struct production_plant {
  const char *kind; /* "dimension", "defect" or "zone", as enum quantity_kind is called */
  const char *key;  /* "line", "shift" or "lot" */
  char quantity[16], factory[16], line[16], shift[16], lot[16]; /* "" where the key does not say */
  int64_t time_ms;                                              /* of the first photo that shows it */
};

struct production_options {
  uint64_t seed;
  int photos;      /* a lot: 600 makes a season of 12,000; at least 50 */
  bool in_control; /* nothing is planted */
};

enum {
  PRODUCTION_FACTORIES = 3,
  PRODUCTION_LINES = 6,
  PRODUCTION_LOTS = 20,
  PRODUCTION_DIMENSIONS = 2,
  PRODUCTION_ZONES = 2
};
/* Streams of random numbers that the plan and the results use. */
enum { STREAM_PLAN, STREAM_UNITS, STREAM_DRAWN };

struct production_unit {
  int64_t time;
  int line, lot, number; /* number: on its line, from 0 */
};

struct production {
  const struct production_options *options;
  struct production_unit *units; /* in order of time */
  size_t count;
  int line_units[PRODUCTION_LINES];
  double line_level[PRODUCTION_LINES][PRODUCTION_DIMENSIONS]; /* sigma */
  double lot_colour[PRODUCTION_LOTS][PRODUCTION_ZONES][3];    /* dE, along the ways of lab.h */
  int creep_line, creep_dimension, creep_onset, night_factory, material_lot, material_zone;
  double creep_sign, material[3]; /* material: dE, along the ways of lab.h */
  int64_t night_from;
};

extern const double production_sigma[PRODUCTION_DIMENSIONS]; /* mm, of single units on one line */
extern const double production_within_de, production_between_de, production_shift_de;
extern const double production_scratch_rate, production_stain_rate, production_missing_rate, production_unjudged_rate;

/* STATUS_MEMORY. The caller ends with production_plan_free, also after a failure. */
enum status production_plan(const struct production_options *options, struct production *plan, struct fault *fault);
void production_plan_free(struct production *plan);

bool production_night(const struct production_unit *unit);
/* How far the unit's dimension lies off by its line and the creep, sigma. */
double production_level(const struct production *plan, const struct production_unit *unit, int dimension);
bool production_scratches(const struct production *plan, const struct production_unit *unit);
bool production_other_material(const struct production *plan, const struct production_unit *unit, int zone);

struct production_names {
  char factory[16], line[16], lot[16], shift[16];
};
struct production_names production_names(const struct production_unit *unit);

/* What was planted, with the time of the first of every `every`-th unit of a line that shows it. */
void production_tell(const struct production *plan, int every, const char *const dimensions[PRODUCTION_DIMENSIONS],
                     const char *const zones[PRODUCTION_ZONES], struct production_plant plants[PLANTS]);

/* As a JSON array. STATUS_IO. */
enum status production_write_plants(const char *path, const struct production_plant plants[PLANTS],
                                    struct fault *fault);

#endif
