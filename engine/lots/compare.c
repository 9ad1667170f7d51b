#include "engine/lots/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory for the comparison");
}

/* Room for the moments of `index`; what is new is empty. */
static bool reserve(struct moments **moments, size_t index, size_t *room) {
  if (index < *room) return true;
  size_t more = 2 * index + 8;
  struct moments *grown = realloc(*moments, more * sizeof *grown);
  if (!grown) return false;
  memset(grown + *room, 0, (more - *room) * sizeof *grown);
  *moments = grown;
  *room = more;
  return true;
}

/* There are few cells: a search from the first is quicker than a hash. */
static bool find_cell(struct compare *compare, const struct row *row, uint32_t *cell) {
  struct compare_cell at;
  if (!names_add(&compare->factories, row->keys[ROW_FACTORY], &at.factory)) return false;
  if (!names_add(&compare->shifts, row->keys[ROW_SHIFT], &at.shift)) return false;
  for (*cell = 0; *cell < compare->cell_count; ++*cell)
    if (compare->cells[*cell].factory == at.factory && compare->cells[*cell].shift == at.shift) return true;
  struct compare_cell *cells = realloc(compare->cells, (compare->cell_count + 1) * sizeof *cells);
  if (!cells) return false;
  compare->cells = cells;
  cells[compare->cell_count++] = at;
  return true;
}

static struct compare_measure *add_measure(struct compare *compare, const struct row *row, uint32_t golden,
                                           const char *name, const char *unit) {
  struct compare_measure *measures = realloc(compare->measures, (compare->measure_count + 1) * sizeof *measures);
  if (!measures) return NULL;
  compare->measures = measures;
  struct compare_measure measure = {.name = strdup(name),
                                    .unit = strdup(unit),
                                    .golden = golden,
                                    .version = row->golden_version,
                                    .lower = NAN,
                                    .upper = NAN};
  if (!measure.name || !measure.unit) {
    free(measure.name);
    free(measure.unit);
    return NULL;
  }
  measures[compare->measure_count] = measure;
  return &measures[compare->measure_count++];
}

/* Dimensions come in the same order photo after photo: mostly the one after the last is it. */
static struct compare_measure *find_measure(struct compare *compare, const struct row *row, uint32_t golden,
                                            const char *name, const char *unit) {
  for (size_t tried = 0; tried < compare->measure_count; tried++) {
    size_t index = (compare->measure_next + tried) % compare->measure_count;
    struct compare_measure *measure = &compare->measures[index];
    if (measure->golden != golden || measure->version != row->golden_version || strcmp(measure->name, name) != 0)
      continue;
    compare->measure_next = index + 1;
    return measure;
  }
  compare->measure_next = compare->measure_count + 1;
  return add_measure(compare, row, golden, name, unit);
}

static bool add_value(struct compare_measure *measure, uint32_t group, uint32_t cell, double value) {
  if (!reserve(&measure->groups, group, &measure->group_room) || !reserve(&measure->cells, cell, &measure->cell_room))
    return false;
  moments_add(&measure->groups[group], value);
  moments_add(&measure->cells[cell], value);
  return true;
}

/* Colour differences from the golden; they are no normal values, so that limits would give no index. */
static bool add_zones(struct compare *compare, const struct row *row, uint32_t group, uint32_t cell, uint32_t golden) {
  for (size_t i = 0; i < row->zone_count; i++) {
    if (!isfinite(row->zones[i].delta_e)) continue;
    char name[96] = "colour of ";
    const size_t begun = strlen(name);
    memcpy(name + begun, row->zones[i].name, strnlen(row->zones[i].name, sizeof name - begun - 1));
    struct compare_measure *measure = find_measure(compare, row, golden, name, "dE");
    if (!measure || !add_value(measure, group, cell, row->zones[i].delta_e)) return false;
  }
  return true;
}

enum status compare_add(struct compare *compare, const struct row *row, struct fault *fault) {
  enum status status = lots_add(&compare->units, row, fault);
  if (status) return status;
  uint32_t group = lots_last(&compare->units), cell, golden;
  if (!find_cell(compare, row, &cell) || !names_add(&compare->goldens, row->keys[ROW_GOLDEN], &golden))
    return no_memory(fault);
  if (isfinite(row->score)) {
    struct compare_measure *score = find_measure(compare, row, golden, "score", "");
    if (!score || !add_value(score, group, cell, row->score)) return no_memory(fault);
  }
  for (size_t i = 0; i < row->dimension_count; i++) {
    const struct row_dimension *dimension = &row->dimensions[i];
    if (dimension->verdict == VERDICT_CANNOT_JUDGE || !isfinite(dimension->value)) continue;
    struct compare_measure *measure = find_measure(compare, row, golden, dimension->name, dimension->unit);
    if (!measure || !add_value(measure, group, cell, dimension->value)) return no_memory(fault);
    measure->lower = dimension->lower;
    measure->upper = dimension->upper;
  }
  return add_zones(compare, row, group, cell, golden) ? STATUS_OK : no_memory(fault);
}

enum status compare_end(struct compare *compare, struct fault *fault) {
  for (size_t i = 0; i < compare->measure_count; i++) {
    struct compare_measure *measure = &compare->measures[i];
    if (!reserve(&measure->groups, compare->units.count, &measure->group_room) ||
        !reserve(&measure->cells, compare->cell_count, &measure->cell_room))
      return no_memory(fault);
    for (size_t j = 0; j < compare->measure_count; j++)
      measure->superseded |=
          compare->measures[j].golden == measure->golden && compare->measures[j].version > measure->version;
  }
  return lots_end(&compare->units, fault);
}

void compare_free(struct compare *compare) {
  for (size_t i = 0; i < compare->measure_count; i++) {
    free(compare->measures[i].name);
    free(compare->measures[i].unit);
    free(compare->measures[i].groups);
    free(compare->measures[i].cells);
  }
  free(compare->measures);
  free(compare->cells);
  names_free(&compare->goldens);
  names_free(&compare->factories);
  names_free(&compare->shifts);
  lots_free(&compare->units);
  *compare = (struct compare){0};
}

struct compare_mean compare_mean(const struct compare_measure *measure, size_t group) {
  struct compare_mean mean = {.moments = measure->groups[group], .cpk = {NAN, NAN, NAN}};
  mean.mean = mean_interval(&mean.moments, 0.95);
  mean.spread = spread_interval(&mean.moments, 0.95);
  double deviation = sqrt(moments_variance(&mean.moments));
  double room = fmin(mean.moments.mean - measure->lower, measure->upper - mean.moments.mean);
  if (!(deviation > 0) || isnan(room)) return mean;
  double df = (double)(mean.moments.count - 1);
  mean.cpk = capability_cpk(room / (3 * deviation), (double)mean.moments.count, df, 0.95);
  return mean;
}

const char *compare_kind_name(struct compare_kind kind) {
  if (kind.group == COMPARE_SEVERITY) return severity_name((enum severity)kind.value);
  if (kind.group == COMPARE_CLASS) return class_name((enum defect_class)kind.value);
  return "defective";
}
