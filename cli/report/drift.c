#include "cli/report/drift.h"

#include "engine/drift/findings.h"
#include "engine/drift/signals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Photos a point of a share's chart: fewer where a line has made few. */
enum { SAMPLE_MOST = 50, SAMPLE_LEAST = 10, POINTS_WANTED = 12 };
enum { REFERENCE_MOST = 100, REFERENCE_LEAST = 20 };
static const double budget = 0.05;

static void put_text(struct text *out, const char *key, const char *value) {
  text_put(out, key);
  text_json_string(out, value);
}

static void put_real(struct text *out, const char *key, double value) {
  text_put(out, key);
  text_json_significant(out, value, 7);
}

static void put_integer(struct text *out, const char *key, int64_t value) {
  text_put(out, key);
  text_json_integer(out, value);
}

/* Leaves the points of the chart's line. */
static void keep_line(const struct season *season, const struct line_charts *chart, struct season_points *points) {
  size_t kept = 0;
  for (size_t i = 0; i < points->count; i++) {
    const struct season_cell *cell = &season->cells[season->cell[points->rows[i]]];
    if (cell->factory != chart->cell.factory || cell->line != chart->cell.line) continue;
    points->values[kept] = points->values[i];
    points->rows[kept++] = points->rows[i];
  }
  points->count = kept;
}

/* Values a point: one, where there are few enough of them and they are measured. */
static size_t values_a_point(const struct season_quantity *quantity, size_t count, size_t sample) {
  size_t per = quantity_counted(quantity->kind) ? sample : 1;
  size_t least = (count + REPORT_CHART_POINTS - 1) / REPORT_CHART_POINTS;
  return per < least ? least : per;
}

static void put_points(struct text *out, const struct season *season, const struct season_points *points, size_t per) {
  put_integer(out, ",\"per\":", (int64_t)per);
  for (int list = 0; list < 2; list++) {
    text_put(out, list ? "],\"values\":[" : ",\"times\":[");
    for (size_t i = 0; i + per <= points->count; i += per) {
      double sum = 0;
      for (size_t k = 0; k < per; k++) sum += points->values[i + k];
      if (i) text_put(out, ",");
      if (list)
        text_json_significant(out, sum / (double)per, 7);
      else
        text_json_integer(out, season->times[points->rows[i + per - 1]]);
    }
  }
  text_put(out, "]");
}

static struct chart_limits limits_of(const struct season_quantity *quantity, const struct line_charts *chart,
                                     size_t per) {
  if (quantity_counted(quantity->kind)) return chart_p(chart->centre, (double)per);
  return per > 1 ? chart_given(chart->centre, chart->sigma, per) : chart->charts[SIGNAL_INDIVIDUALS].limits;
}

static enum status put_chart(struct text *out, const struct season *season, const struct line_charts *chart,
                             size_t sample, struct fault *fault) {
  const struct season_quantity *quantity = &season->quantities[chart->quantity];
  struct season_points points = {0};
  enum status status = season_points(season, quantity, &points, fault);
  if (!status) {
    keep_line(season, chart, &points);
    size_t per = values_a_point(quantity, points.count, sample), signals = 0;
    struct chart_limits limits = limits_of(quantity, chart, per);
    for (int k = 0; k < SIGNAL_CHARTS; k++) signals += chart->charts[k].used ? chart->charts[k].signals : 0;
    put_text(out, "{\"quantity\":", quantity_kind_name(quantity->kind));
    put_text(out, ",\"name\":", quantity->name);
    put_text(out, ",\"unit\":", quantity->unit);
    put_text(out, ",\"golden\":", names_text(&season->names, quantity->golden));
    put_text(out, ",\"factory\":", names_text(&season->names, chart->cell.factory));
    put_text(out, ",\"line\":", names_text(&season->names, chart->cell.line));
    put_real(out, ",\"centre\":", limits.centre);
    put_real(out, ",\"lower\":", limits.lower);
    put_real(out, ",\"upper\":", limits.upper);
    put_real(out, ",\"spec_lower\":", quantity->lower);
    put_real(out, ",\"spec_upper\":", quantity->upper);
    put_integer(out, ",\"signals\":", (int64_t)signals);
    put_points(out, season, &points, per);
    text_put(out, "}");
  }
  season_points_free(&points);
  return status;
}

static size_t count_lines(const struct season *season) {
  size_t lines = 0;
  for (size_t i = 0; i < season->cell_count; i++) {
    size_t k = 0;
    while (k < i &&
           (season->cells[k].factory != season->cells[i].factory || season->cells[k].line != season->cells[i].line))
      k++;
    lines += k == i;
  }
  return lines;
}

static size_t sample_of(const struct season *season) {
  size_t lines = count_lines(season), sample = lines ? season->count / lines / POINTS_WANTED : SAMPLE_MOST;
  return sample < SAMPLE_LEAST ? SAMPLE_LEAST : sample > SAMPLE_MOST ? SAMPLE_MOST : sample;
}

static enum status put_charts(struct text *out, const struct season *season, struct fault *fault) {
  size_t lines = count_lines(season), reference = lines ? season->count / lines / 3 : 0, sample = sample_of(season);
  if (reference > REFERENCE_MOST) reference = REFERENCE_MOST;
  if (reference < REFERENCE_LEAST) reference = REFERENCE_LEAST;
  const struct signal_options how = {.reference = reference, .subgroup = 5, .sample = sample, .run_length = 370};
  struct signals signals = {0};
  enum status status = signals_look(season, &how, &signals, fault);
  size_t shown = signals.count < REPORT_CHARTS ? signals.count : REPORT_CHARTS;
  put_integer(out, ",\"reference\":", (int64_t)reference);
  put_integer(out, ",\"left_out\":", (int64_t)(signals.count - shown));
  text_put(out, ",\"charts\":[");
  for (size_t i = 0; i < shown && !status; i++) {
    if (i) text_put(out, ",");
    status = put_chart(out, season, &signals.items[i], sample, fault);
  }
  text_put(out, "]}");
  signals_free(&signals);
  return status;
}

static bool is_of(const struct season *season, const struct season_cell *cell, const char *factory) {
  const char *name = names_text(&season->names, cell->factory);
  return name && !strcmp(name, factory);
}

/* Whether a finding is of the factory, or of all that make the golden, it among them. */
static bool concerns(const struct season *season, const struct finding *finding, const char *factory) {
  bool everywhere = finding->key == KEY_ALL, in_shift = finding->key == KEY_SHIFT_EVERYWHERE;
  if (!factory) return true;
  if (!everywhere && !in_shift) return is_of(season, &finding->cell, factory);
  for (size_t i = 0; i < season->cell_count; i++) {
    const struct season_cell *cell = &season->cells[i];
    if (cell->golden == finding->cell.golden && (!in_shift || cell->shift == finding->cell.shift) &&
        is_of(season, cell, factory))
      return true;
  }
  return false;
}

static enum status put_findings(struct text *out, const struct season *season, const struct findings *findings,
                                const char *factory, struct fault *fault) {
  const char *between = "";
  for (size_t i = 0; i < findings->count; i++) {
    if (!concerns(season, &findings->items[i], factory)) continue;
    char *line = finding_write(season, &findings->items[i]);
    if (!line) return fault_set(fault, STATUS_MEMORY, "out of memory for the findings");
    text_put(out, between);
    text_put(out, line);
    free(line);
    between = ",";
  }
  return STATUS_OK;
}

enum status report_drift_json(const struct report_data *data, struct text *out, struct fault *fault) {
  const struct season *season = data->only_factory ? &data->whole : &data->season;
  struct findings findings = {0};
  enum status status = findings_look(season, budget, &findings, fault);
  put_real(out, "{\"budget\":", budget);
  put_integer(out, ",\"looked_at\":", (int64_t)findings.charts);
  text_put(out, ",\"findings\":[");
  if (!status) status = put_findings(out, season, &findings, data->only_factory, fault);
  text_put(out, "]");
  findings_free(&findings);
  return status ? status : put_charts(out, &data->season, fault);
}
