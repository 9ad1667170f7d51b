#include "tests/engine/drift/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void sample_add(struct season *season, const struct sample *sample) {
  const struct row_dimension dimension = {
      .name = "d", .unit = "mm", .value = sample->value, .lower = 5, .upper = 20, .verdict = VERDICT_PASS};
  struct row_zone zone = {.name = "z", .delta_e = 1, .limit = 6, .has_lab = true, .golden_lab = {50, 10, -20}};
  for (int i = 0; i < COLOUR_AXES && sample->off; i++) zone.lab[i] = zone.golden_lab[i] + sample->off[i];
  struct row_region regions[2];
  size_t count = 0;
  if (sample->scratch) regions[count++] = (struct row_region){.class_ = CLASS_SCRATCH};
  if (sample->stain) regions[count++] = (struct row_region){.class_ = CLASS_STAIN};
  const struct row row = {.photo = "p",
                          .keys = {[ROW_GOLDEN] = sample->golden,
                                   [ROW_FACTORY] = sample->factory,
                                   [ROW_LINE] = sample->line,
                                   [ROW_SHIFT] = sample->shift,
                                   [ROW_LOT] = sample->lot},
                          .has_time = sample->minute >= 0,
                          .time_ms = sample->minute * MINUTE,
                          .verdict = sample->unjudged ? VERDICT_CANNOT_JUDGE : VERDICT_PASS,
                          .score = sample->unjudged ? NAN : 80,
                          .regions = regions,
                          .region_count = count,
                          .dimensions = &dimension,
                          .dimension_count = !sample->unjudged,
                          .zones = &zone,
                          .zone_count = sample->off != NULL};
  assert_int_equal(season_add(season, &row, NULL), STATUS_OK);
}

void sample_look(struct season *season, double budget, struct findings *findings) {
  assert_int_equal(season_sort(season, NULL), STATUS_OK);
  assert_int_equal(findings_look(season, budget, findings, NULL), STATUS_OK);
}
