#include "datasets/drawn_season.h"

#include "datasets/lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const names[PRODUCTION_DIMENSIONS] = {"pitch", "hole"};
/* A night of so few photos would not show 3 %. */
static const double scratch_planted = 0.2;
/* mm, of single units: well above what a gauge cannot tell in a small photo. */
static const double unit_sigma = 0.05;

void drawn_season_scene(struct scene *scene) {
  struct colour dark = colour_hex(0x17181C);
  int left = scene->item_count;
  scene_add(scene, ITEM_DISC, 86, 72, 7, 0, dark);
  scene_add(scene, ITEM_DISC, 97, 72, 7, 0, dark);
  scene->dimension_count = 0;
  scene_dimension(scene, names[0], left, left + 1);
  scene_dimension(scene, names[1], left, -1);
  for (int d = 0; d < PRODUCTION_DIMENSIONS; d++) scene->dimensions[d].tolerance = 10 * unit_sigma;
}

static void choose_defect(const struct production *p, const struct production_unit *made, struct random *random,
                          struct unit *unit, struct drawn_unit *drawn) {
  const struct {
    enum defect_class class;
    double rate;
  } defects[] = {{DEFECT_SCRATCH, production_scratches(p, made) ? scratch_planted : production_scratch_rate},
                 {DEFECT_STAIN, production_stain_rate},
                 {DEFECT_MISSING, production_missing_rate}};
  if (random_uniform(random) < production_unjudged_rate) unit->spoil = SPOIL_BLURRED;
  for (size_t d = 0; d < sizeof defects / sizeof *defects; d++)
    if (random_uniform(random) < defects[d].rate && !unit->defects && unit->spoil == SPOIL_NONE)
      unit->defects = 1, drawn->classes = 1u << defects[d].class;
}

static void plan_unit(const struct production *p, double lot_colour[PRODUCTION_LOTS][PANELS][3],
                      const struct production_unit *made, struct unit *unit, struct drawn_unit *drawn) {
  struct random random = random_stream(p->options->seed, STREAM_DRAWN, (uint64_t)unit->index + 1);
  time_t seconds = (time_t)(made->time / 1000);
  struct tm parts = {0};
  gmtime_r(&seconds, &parts);
  strftime(unit->captured, sizeof unit->captured, "%Y-%m-%dT%H:%M:%SZ", &parts);
  unit->lot = made->lot, unit->factory = made->line / 2, unit->line = made->line % 2;
  unit->season = drawn;
  drawn->names = production_names(made);
  for (int d = 0; d < PRODUCTION_DIMENSIONS; d++)
    drawn->off[d] = unit_sigma * (production_level(p, made, d) + random_normal(&random));
  for (int i = 0; i < 3 * PANELS; i++)
    drawn->colour[i / 3][i % 3] = lot_colour[made->lot][i / 3][i % 3] + production_within_de * random_normal(&random);
  choose_defect(p, made, &random, unit, drawn);
}

static void draw_lots(const struct production *p, struct drawn_season *season,
                      double lot_colour[PRODUCTION_LOTS][PANELS][3]) {
  struct random random = random_stream(p->options->seed, STREAM_DRAWN, 0);
  for (int i = 0; i < PRODUCTION_LOTS * PANELS * 3; i++)
    lot_colour[i / 3 / PANELS][i / 3 % PANELS][i % 3] = production_between_de * random_normal(&random);
  season->panel = random_below(&random, PANELS);
  season->material_lot = p->options->in_control ? -1 : p->material_lot;
  for (int i = 0; i < 3; i++) season->material[i] = p->material[i];
}

enum status drawn_season_plan(const struct options *options, struct unit **units, struct drawn_season *season,
                              struct fault *fault) {
  const struct production_options how = {.seed = (uint64_t)options->seed,
                                         .photos = DRAWN_SEASON_UNITS / PRODUCTION_LOTS};
  int every = DRAWN_SEASON_UNITS / options->count, count = 0;
  double lot_colour[PRODUCTION_LOTS][PANELS][3];
  struct production p;
  enum status status = production_plan(&how, &p, fault);
  *units = calloc((size_t)options->count, sizeof **units);
  season->units = calloc((size_t)options->count, sizeof *season->units);
  if (!status && (!*units || !season->units))
    status = fault_set(fault, STATUS_MEMORY, "out of memory for %d units", options->count);
  if (!status) draw_lots(&p, season, lot_colour);
  for (size_t i = 0; i < p.count && !status; i++) {
    if (p.units[i].number % every || count == options->count) continue;
    (*units)[count].index = count;
    plan_unit(&p, lot_colour, &p.units[i], &(*units)[count], &season->units[count]);
    count++;
  }
  const char *const zones[PRODUCTION_ZONES] = {panels_name(season->panel), panels_name(season->panel)};
  if (!status) production_tell(&p, every, names, zones, season->plants);
  production_plan_free(&p);
  return status;
}

void drawn_season_colours(const struct artwork *artwork, struct drawn_season *season) {
  for (int i = 0; i < PANELS; i++) {
    panels_colour(artwork, i, season->panel_colour[i]);
    lab_ways(season->panel_colour[i], &season->panel_ways[i]);
  }
  double way[3];
  lab_go(&season->panel_ways[season->panel], season->material, way);
  double length = sqrt(way[0] * way[0] + way[1] * way[1] + way[2] * way[2]);
  for (int k = 0; k < 3; k++) way[k] /= length;
  double far = panels_distance(artwork, season->panel, way, production_shift_de);
  for (int k = 0; k < 3; k++) season->material[k] = far * way[k];
}

void drawn_season_free(struct drawn_season *season) {
  free(season->units);
  season->units = NULL;
}

void drawn_season_shot(const struct drawn_season *season, const struct scene *scene, const struct unit *unit,
                       struct shot *shot) {
  for (int i = 0; i < PANELS; i++) {
    double off[3];
    bool other = unit->lot == season->material_lot && i == season->panel;
    lab_go(&season->panel_ways[i], unit->season->colour[i], off);
    for (int k = 0; k < 3 && other; k++) off[k] += season->material[k];
    panels_paint(scene, i, season->panel_colour[i], off, shot);
  }
}
