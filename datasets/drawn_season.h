/* The season of production_plan.h as photos: of its 12,000 units every so many are drawn. */
#ifndef ASSAY_DATASETS_DRAWN_SEASON_H
#define ASSAY_DATASETS_DRAWN_SEASON_H

#include "datasets/lab.h"
#include "datasets/panels.h"
#include "datasets/plan.h"
#include "datasets/production_plan.h"

struct drawn_unit {
  struct production_names names;
  double off[PRODUCTION_DIMENSIONS]; /* mm, of the scene's dimensions */
  double colour[PANELS][3];          /* dE, along the ways of lab.h from the panels' approved means */
  unsigned classes;                  /* the one of its defect, as a bit */
};

struct drawn_season {
  struct drawn_unit *units;
  struct production_plant plants[PLANTS];
  int panel;          /* of another material in one lot */
  double material[3]; /* dE, which way; once drawn_season_colours was called: Lab, by how much */
  int material_lot;
  double panel_colour[PANELS][3]; /* Lab */
  struct lab_ways panel_ways[PANELS];
};

enum { DRAWN_SEASON_UNITS = 12000 };

/* The dimensions of a season's product: two plain holes that stand in for the product's own. */
void drawn_season_scene(struct scene *scene);

/* The units, to be freed, options->count of them; drawn_season_free after them, also after a failure. */
enum status drawn_season_plan(const struct options *options, struct unit **units, struct drawn_season *season,
                              struct fault *fault);
/* Once the product is drawn: how much the other material differs from the approved one. */
void drawn_season_colours(const struct artwork *artwork, struct drawn_season *season);
void drawn_season_free(struct drawn_season *season);

/* The unit's own colours. */
void drawn_season_shot(const struct drawn_season *season, const struct scene *scene, const struct unit *unit,
                       struct shot *shot);

#endif
