#include "cli/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *verdict_words(enum verdict verdict) {
  switch (verdict) {
  case VERDICT_PASS:
    return "pass";
  case VERDICT_FAIL:
    return "FAIL";
  case VERDICT_CANNOT_JUDGE:
    return "cannot judge";
  }
  return "";
}

enum text_style verdict_style(enum verdict verdict) {
  switch (verdict) {
  case VERDICT_PASS:
    return STYLE_GREEN;
  case VERDICT_FAIL:
    return STYLE_RED;
  case VERDICT_CANNOT_JUDGE:
    return STYLE_YELLOW;
  }
  return STYLE_PLAIN;
}

static const struct region *strongest_region(const struct result *result) {
  const struct region *worst = NULL;
  for (size_t i = 0; i < result->region_count; i++)
    if (!worst || result->regions[i].peak > worst->peak) worst = &result->regions[i];
  return worst;
}

static void region_words(const struct region *region, char *text, size_t size) {
  int used = snprintf(text, size, "%s, %s, %.1f tolerances, %d x %d px at (%d, %d)", class_name(region->class_),
                      severity_name(region->severity), region->peak, region->box[2], region->box[3], region->box[0],
                      region->box[1]);
  if (used > 0 && (size_t)used < size && *region->zone)
    snprintf(text + used, size - (size_t)used, " in %s", region->zone);
}

void report_finding(const struct result *result, char *text, size_t size) {
  const struct region *worst = strongest_region(result);
  if (result->verdict == VERDICT_FAIL && worst && (!result->reason_count || result->reasons[0].code == REASON_REGION))
    region_words(worst, text, size);
  else
    snprintf(text, size, "%s", result->reason_count ? result->reasons[0].text : "-");
}

enum { VERDICT_WIDTH = 12, SCORE_WIDTH = 6, SPACES = 6, FINDING_LEAST = 44, NAME_LEAST = 16 };

void report_begin(struct report *report, FILE *out, size_t widest) {
  size_t terminal = table_terminal_width(out), fixed = VERDICT_WIDTH + SCORE_WIDTH + SPACES, name = widest;
  if (name < 5) name = 5;
  /* Names and findings share a terminal; in a file nothing is cut. */
  if (terminal > fixed && name + fixed + FINDING_LEAST > terminal) {
    size_t room = terminal > fixed + FINDING_LEAST ? terminal - fixed - FINDING_LEAST : 0;
    if (room < NAME_LEAST) room = NAME_LEAST;
    if (name > room) name = room;
  }
  const struct column columns[] = {{.title = "photo", .width = name, .keep_end = true},
                                   {.title = "verdict", .width = VERDICT_WIDTH},
                                   {.title = "score", .width = SCORE_WIDTH, .right = true},
                                   {.title = "worst finding"}};
  memcpy(report->columns, columns, sizeof columns);
  report->table = (struct table){out, report->columns, 4, text_coloured(out)};
  table_head(&report->table);
}

void report_row(const struct report *report, const struct result *result) {
  char score[24] = "-", finding[512];
  if (result->verdict != VERDICT_CANNOT_JUDGE) snprintf(score, sizeof score, "%.2f", result->score);
  report_finding(result, finding, sizeof finding);
  table_row(&report->table, (const struct cell[]){{.text = result->photo},
                                                  {verdict_words(result->verdict), verdict_style(result->verdict)},
                                                  {.text = score},
                                                  {.text = finding}});
}

enum { REGIONS_SHOWN = 20 };

static int by_falling_peak(const void *a, const void *b) {
  const struct region *one = *(const struct region *const *)a, *other = *(const struct region *const *)b;
  if (one->peak != other->peak) return one->peak > other->peak ? -1 : 1;
  /* Both point into one array, which is sorted by place. */
  return one < other ? -1 : one > other;
}

const struct region **report_strongest(const struct result *result) {
  const struct region **regions = calloc(result->region_count + 1, sizeof *regions);
  if (!regions) return NULL;
  for (size_t i = 0; i < result->region_count; i++) regions[i] = &result->regions[i];
  qsort(regions, result->region_count, sizeof *regions, by_falling_peak);
  return regions;
}

static void print_regions(FILE *out, const struct result *result) {
  const struct region **worst = report_strongest(result);
  if (!worst) return;
  const struct column columns[] = {{.title = "#", .width = 4, .right = true},
                                   {.title = "class", .width = 9},
                                   {.title = "severity", .width = 8},
                                   {.title = "tolerances", .width = 10, .right = true},
                                   {.title = "confidence", .width = 10, .right = true},
                                   {.title = "x, y, width, height in the photo", .width = 32},
                                   {.title = "zone"}};
  const struct table table = {out, columns, sizeof columns / sizeof *columns, text_coloured(out)};
  table_head(&table);
  for (size_t i = 0; i < result->region_count && i < REGIONS_SHOWN; i++) {
    const struct region *region = worst[i];
    char number[24], peak[24], confidence[24], box[64];
    snprintf(number, sizeof number, "%zu", i + 1);
    snprintf(peak, sizeof peak, "%.2f", region->peak);
    snprintf(confidence, sizeof confidence, "%.2f", region->confidence);
    snprintf(box, sizeof box, "%d, %d, %d, %d", region->box[0], region->box[1], region->box[2], region->box[3]);
    table_row(&table, (const struct cell[]){{.text = number},
                                            {.text = class_name(region->class_)},
                                            {.text = severity_name(region->severity)},
                                            {.text = peak},
                                            {.text = confidence},
                                            {.text = box},
                                            {.text = region->zone}});
  }
  if (result->region_count > REGIONS_SHOWN)
    fprintf(out, "and %zu weaker ones; --json lists all\n", result->region_count - REGIONS_SHOWN);
  free(worst);
}

static void print_dimensions(FILE *out, const struct result *result) {
  for (size_t i = 0; i < result->dimension_count; i++) {
    const struct dimension_result *dimension = &result->dimensions[i];
    char lower[32] = "-", upper[32] = "-";
    if (!isnan(dimension->lower)) snprintf(lower, sizeof lower, "%.5g", dimension->lower);
    if (!isnan(dimension->upper)) snprintf(upper, sizeof upper, "%.5g", dimension->upper);
    fprintf(out, "%s  %.5g %s, uncertainty %.2g, limits %s to %s: %s\n", dimension->name, dimension->value,
            dimension->unit, dimension->uncertainty, lower, upper, verdict_words(dimension->verdict));
  }
}

void report_detail(FILE *out, const struct result *result) {
  bool coloured = text_coloured(out);
  char *name = text_clean(result->photo ? result->photo : "", 0, false);
  fprintf(out, "%s: %s%s%s", name ? name : "", coloured ? text_style(verdict_style(result->verdict)) : "",
          verdict_words(result->verdict), coloured ? text_style(STYLE_PLAIN) : "");
  free(name);
  if (result->verdict != VERDICT_CANNOT_JUDGE) fprintf(out, ", score %.2f of 100 (50 is the limit)", result->score);
  fputc('\n', out);
  for (size_t i = 0; i < result->reason_count; i++)
    fprintf(out, "  %s: %s\n", reason_name(result->reasons[i].code), result->reasons[i].text);
  if (result->aligned)
    fprintf(out, "  aligned, residual %.2f golden pixels, %.1f %% of the golden seen\n", result->residual_px,
            100 * result->overlap);
  if (result->region_count) print_regions(out, result);
  print_dimensions(out, result);
}
