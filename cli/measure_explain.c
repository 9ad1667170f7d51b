#include "cli/measure_explain.h"

#include "cli/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void print_freedom(double freedom) {
  if (isfinite(freedom))
    printf("%10.0f", floor(freedom));
  else
    printf("%10s", "inf");
}

/* "u, mm"; a bare number has no unit. */
static void unit_of(const struct measured *m, const char *what, char *text, size_t room) {
  const bool bare = !strcmp(m->spec->unit, "1");
  snprintf(text, room, "%s%s%s", what, bare ? "" : ", ", bare ? "" : m->spec->unit);
}

void measure_explain_value(const struct measured *m) {
  const struct budget *b = &m->budget;
  char head[32];
  if (!m->found) return;
  unit_of(m, "u", head, sizeof head);
  printf("    %-20s %12s %10s\n", "from", head, "freedom");
  for (int i = 0; i < b->count; i++) {
    printf("    %-20s %12.6f ", b->line[i].name, b->line[i].u);
    print_freedom(b->line[i].freedom);
    printf("\n");
  }
  printf("    %-20s %12.6f ", "combined", b->u);
  print_freedom(b->freedom);
  printf("   expanded %.6f = %.4f u (95.45 %%)\n", b->expanded, b->factor);
}

static void count_states(const struct inspect_gauges *g, const struct gauge *gauge, size_t number[EDGE_BESIDE + 1]) {
  memset(number, 0, (EDGE_BESIDE + 1) * sizeof *number);
  for (size_t i = 0; i < gauge->count; i++) number[g->edges[gauge->first + i].state]++;
}

void measure_explain_gauge(const struct inspect_gauges *g, const struct gauge *gauge) {
  size_t number[EDGE_BESIDE + 1];
  count_states(g, gauge, number);
  printf("  gauge %-18s ", gauge->spec->name);
  if (!gauge->found) {
    printf("not found: %s\n", gauge->why);
    return;
  }
  if (gauge->spec->gauge == GAUGE_COUNT) {
    printf("%d counted\n", gauge->number);
    return;
  }
  printf("%zu edges (weak %zu, outside %zu, outliers %zu, beside them %zu), blur %.2f px, noise %.2f grey levels\n",
         number[EDGE_FOUND], number[EDGE_WEAK], number[EDGE_OUTSIDE], number[EDGE_OUTLIER], number[EDGE_BESIDE],
         gauge->sigma, gauge->noise);
  for (int i = 0; i < 2; i++) {
    const struct gauge_step *step = &gauge->step[i];
    if (step->width != 0)
      printf(
          "    a second step, or a tail, of %.0f %% of the contrast about %.1f px %s it: the larger one is measured\n",
          100 * step->share, fabs(step->width), step->width > 0 ? "behind" : "before");
  }
  if (gauge->hidden > 0)
    printf("    unlike the photo's other edges: a bevel, a burr or a shadow too narrow to be fitted may be in it\n");
  for (size_t i = 0; i < gauge->count; i++) {
    const struct gauge_edge *e = &g->edges[gauge->first + i];
    if (e->state != EDGE_FOUND) printf("    %s at (%.1f, %.1f)\n", edge_state_name(e->state), e->x, e->y);
  }
}

void measure_explain_scale(const struct spec *spec) {
  if (spec->scale == SCALE_NONE || spec->scale_within > 0) return;
  printf("  the scale's %s is taken as exact: scale.within says by how many per cent it may be off\n",
         spec->scale == SCALE_FIXTURE  ? "mm_per_px"
         : spec->scale == SCALE_MARKER ? "marker"
                                       : "length");
}

static json_t *finite_or_null(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *budget_json(const struct measured *m) {
  const struct budget *b = &m->budget;
  json_t *lines = json_array();
  for (int i = 0; i < b->count; i++)
    json_array_append_new(lines, json_pack("{s:s, s:f, s:o}", "from", b->line[i].name, "u", b->line[i].u, "freedom",
                                           finite_or_null(b->line[i].freedom)));
  return json_pack("{s:s, s:s, s:o, s:o, s:o, s:f, s:o}", "name", m->spec->name, "unit", m->spec->unit, "budget", lines,
                   "u", finite_or_null(m->found ? b->u : NAN), "freedom", finite_or_null(b->freedom), "factor",
                   b->factor, "expanded", finite_or_null(m->found ? b->expanded : NAN));
}

/* To 1e-4 px, as a result has its pixels. */
static double pixels(double value) {
  return output_rounded(value, 4);
}

static json_t *gauge_json(const struct inspect_gauges *g, const struct gauge *gauge) {
  size_t number[EDGE_BESIDE + 1];
  json_t *steps = json_array(), *left_out = json_array();
  count_states(g, gauge, number);
  for (int i = 0; i < 2; i++) {
    const struct gauge_step *step = &gauge->step[i];
    if (step->width != 0)
      json_array_append_new(
          steps, json_pack("{s:f, s:f}", "width_px", pixels(step->width), "share", output_rounded(step->share, 3)));
  }
  for (size_t i = 0; i < gauge->count; i++) {
    const struct gauge_edge *e = &g->edges[gauge->first + i];
    if (e->state != EDGE_FOUND)
      json_array_append_new(left_out, json_pack("{s:s, s:f, s:f}", "state", edge_state_name(e->state), "x",
                                                pixels(e->x), "y", pixels(e->y)));
  }
  return json_pack("{s:s, s:b, s:o, s:I, s:o, s:o, s:f, s:o, s:o}", "name", gauge->spec->name, "found", gauge->found,
                   "why", gauge->found ? json_null() : json_string(gauge->why), "edges", (json_int_t)number[EDGE_FOUND],
                   "blur_px", gauge->found ? json_real(pixels(gauge->sigma)) : json_null(), "noise",
                   gauge->found ? json_real(pixels(gauge->noise)) : json_null(), "hidden_px", pixels(gauge->hidden),
                   "steps", steps, "left_out", left_out);
}

void measure_explain_json(const struct inspect_gauges *g, json_t *json) {
  json_t *budgets = json_array(), *gauges = json_array();
  for (size_t i = 0; i < g->value_count; i++) json_array_append_new(budgets, budget_json(&g->values[i]));
  for (size_t i = 0; i < g->gauge_count; i++) json_array_append_new(gauges, gauge_json(g, &g->gauges[i]));
  json_object_set_new(json, "budgets", budgets);
  json_object_set_new(json, "gauges", gauges);
}
