#include "cli/bench/bench.h"

static enum kernel_status halve(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->halve(s->context, &(struct kernel_halve){.from = s->photo, .to = s->half});
}

static enum kernel_status halve_mask(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->halve_mask(s->context, &(struct kernel_halve_mask){.from = s->out, .to = s->quarter_seen});
}

static enum kernel_status tile_sums(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->tile_sums(s->context, &(struct kernel_tile_sums){.golden = s->golden,
                                                             .photo = s->photo,
                                                             .place = s->place,
                                                             .light = s->tile_light,
                                                             .cut = 600,
                                                             .sums = s->sums});
}

static enum kernel_status warp(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->warp(
      s->context,
      &(struct kernel_warp){.photo = s->photo, .place = s->place, .light = s->light, .tint = s->tint, .out = s->out});
}

static enum kernel_status warp_chroma(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->warp_chroma(s->context, &(struct kernel_warp_chroma){.luma = s->half,
                                                                 .cb = s->half,
                                                                 .cr = s->half,
                                                                 .place = s->half_place,
                                                                 .light = s->half_light,
                                                                 .out_cb = s->cb,
                                                                 .out_cr = s->cr,
                                                                 .tint = s->quarter,
                                                                 .seen = s->quarter_seen});
}

static enum kernel_status bend(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->bend(s->context, &(struct kernel_bend){.mean = s->mean, .bend = s->bend});
}

static enum kernel_status focus_sums(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->focus_sums(s->context, &(struct kernel_focus_sums){.photo = s->out,
                                                               .seen = s->out,
                                                               .mean = s->mean,
                                                               .bend = s->bend,
                                                               .compared = s->rise,
                                                               .cut = 1024,
                                                               .sums = s->sums});
}

static enum kernel_status accumulate(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->accumulate(s->context,
                       &(struct kernel_accumulate){
                           .photo = s->golden, .seen = s->out, .sum = s->sum, .square = s->square, .count = s->count});
}

static enum kernel_status statistics(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->statistics(
      s->context, &(struct kernel_statistics){
                      .sum = s->sum, .square = s->square, .count = s->count, .mean = s->mean, .variance = s->variance});
}

static enum kernel_status limits(const struct kernel_operations *o, const struct bench_scene *s) {
  static const struct kernel_tolerance tolerance = {.absolute = 64,
                                                    .detail = 32,
                                                    .relative = 1024,
                                                    .edge = 64,
                                                    .sharp = 32,
                                                    .prior = 8,
                                                    .prior_variance = 4096,
                                                    .prior_edge = 400};
  return o->limits(s->context, &(struct kernel_limits){.mean = s->mean,
                                                       .variance = s->variance,
                                                       .count = s->count,
                                                       .zones = s->zones,
                                                       .detail = s->golden,
                                                       .tolerances = &tolerance,
                                                       .tolerance_count = 1,
                                                       .rise = s->rise,
                                                       .fall = s->fall});
}

static enum kernel_status limits_of_one(const struct kernel_operations *o, const struct bench_scene *s) {
  static const struct kernel_tolerance tolerance = {
      .absolute = 64, .detail = 32, .relative = 1024, .edge = 64, .sharp = 32, .prior = 8, .prior_variance = 4096};
  return o->limits_of_one(s->context, &(struct kernel_limits_of_one){.photo = s->golden,
                                                                     .zones = s->zones,
                                                                     .detail = s->golden,
                                                                     .tolerances = &tolerance,
                                                                     .tolerance_count = 1,
                                                                     .mean = s->mean,
                                                                     .rise = s->rise,
                                                                     .fall = s->fall});
}

static enum kernel_status compare(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->compare(s->context, &(struct kernel_compare){.photo = s->out,
                                                         .seen = s->out,
                                                         .mean = s->mean,
                                                         .rise = s->rise,
                                                         .fall = s->fall,
                                                         .bend = s->bend,
                                                         .focus = 4000,
                                                         .map = s->map,
                                                         .histogram = s->histogram});
}

static enum kernel_status compare_of_one(const struct kernel_operations *o, const struct bench_scene *s) {
  static const struct kernel_tolerance tolerance = {
      .absolute = 64, .detail = 32, .relative = 1024, .edge = 64, .sharp = 32, .prior = 8, .prior_variance = 4096};
  return o->compare_of_one(s->context, &(struct kernel_compare_of_one){.golden = s->golden,
                                                                       .zones = s->zones,
                                                                       .detail = s->golden,
                                                                       .tolerances = &tolerance,
                                                                       .tolerance_count = 1,
                                                                       .photo = s->out,
                                                                       .seen = s->out,
                                                                       .rows = s->golden.height,
                                                                       .map = s->map,
                                                                       .histogram = s->histogram});
}

static enum kernel_status components(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->components(s->context, &(struct kernel_components){.map = s->map,
                                                               .low = KERNEL_MAP_UNIT / 2,
                                                               .high = KERNEL_MAP_UNIT,
                                                               .min_area = 14,
                                                               .scratch = s->scratch,
                                                               .rows = s->rows,
                                                               .capacity = BENCH_AREAS,
                                                               .counts = s->counts});
}

/* Edges of 80 px, each looked for 20 px to both sides, all over the photo. */
static enum kernel_status profiles(const struct kernel_operations *o, const struct bench_scene *s) {
  enum { COLUMNS = 20, ROWS = BENCH_GAUGES / COLUMNS };
  struct kernel_profile gauges[BENCH_GAUGES];
  for (int i = 0; i < BENCH_GAUGES; i++)
    gauges[i] = (struct kernel_profile){.x = (i % COLUMNS + 0.5) * s->width / COLUMNS,
                                        .y = (i / COLUMNS + 0.5) * s->height / ROWS,
                                        .nx = i % 2 ? 1 : 0.6,
                                        .ny = i % 2 ? 0 : 0.8,
                                        .length = 40,
                                        .first = -20,
                                        .bins = BENCH_GAUGE_BINS,
                                        .at = i * BENCH_GAUGE_BINS};
  return o->profiles(
      s->context,
      &(struct kernel_profiles){
          .photo = s->photo, .profiles = gauges, .count = BENCH_GAUGES, .scratch = s->gauges, .bins = s->bins});
}

static int32_t cells_along(int32_t side) {
  return (side + BENCH_CELL_SIDE - 1) / BENCH_CELL_SIDE;
}

static enum kernel_status cell_sums(const struct kernel_operations *o, const struct bench_scene *s) {
  return o->cell_sums(
      s->context, &(struct kernel_cell_sums){.cells = s->cells,
                                             .luma = s->half,
                                             .cb = s->half,
                                             .cr = s->half,
                                             .place = s->half_place,
                                             .cell_count = cells_along(s->cells.width) * cells_along(s->cells.height),
                                             .sums = s->cell_sums});
}

enum { HALVE_BYTES = 5, COMPONENTS_BYTES = 22 };
#define WARP_BYTES 2.3

/* Bytes as kernels/cuda/README.md counts them; a picture that stands for several here counts once. */
const struct bench_operation bench_operations[] = {{"halve", halve, HALVE_BYTES / 4.0},
                                                   {"tile_sums", tile_sums, 2.6},
                                                   {"warp", warp, WARP_BYTES},
                                                   {"warp_chroma", warp_chroma, 5.2 / 4},
                                                   {"halve_mask", halve_mask, HALVE_BYTES / 4.0},
                                                   {"accumulate", accumulate, 22},
                                                   {"statistics", statistics, 16},
                                                   {"limits", limits, 14},
                                                   {"limits_of_one", limits_of_one, 11},
                                                   {"bend", bend, 4},
                                                   {"focus_sums", focus_sums, 9.0 / KERNEL_FOCUS_ROWS},
                                                   {"compare", compare, 10},
                                                   {"compare_of_one", compare_of_one, 4},
                                                   {"components", components, COMPONENTS_BYTES},
                                                   {"profiles", profiles, 0},
                                                   {"cell_sums", cell_sums, 3.0 / 4},
                                                   {NULL, NULL, 0}};

double bench_compare_bytes(const struct image *golden) {
  /* A pixel of each plane: warped, compared, its areas found; a plane at a quarter is made of one at half. */
  enum { COMPARED = 9 + COMPONENTS_BYTES };
  const double luma = WARP_BYTES + (COMPARED - 1); /* which tells by itself where it is seen */
  const double half = 7.2 + 2 * COMPARED, quarter = 3 * HALVE_BYTES + 2 * COMPARED;
  return (double)golden->width * golden->height * (golden->colour ? luma + half / 4 + quarter / 16 : luma);
}
