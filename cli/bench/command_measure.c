#include "cli/bench/lab.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct measure_bench_options {
  struct common_options common;
  long runs;
  const char *only;
};

static const struct option options[] = {
    {.name = "runs",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct measure_bench_options, runs),
     .argument = "N",
     .fallback = "40",
     .least = 4,
     .most = 100000,
     .help = "photos a figure, or more where it needs them; 40 make 30,000 measurements of uncertainty"},
    {.name = "only",
     .kind = OPTION_WORD,
     .offset = offsetof(struct measure_bench_options, only),
     .argument = "edges|circles|uncertainty|part|scale|photos|time",
     .help = "a part of the figures"},
    {.name = NULL}};

static enum status part_figures(long runs, struct bench_figures *figures, struct fault *fault) {
  (void)runs;
  enum status status = bench_large_part(figures, fault);
  return status ? status : bench_size(figures, fault);
}

static const struct {
  const char *name;
  enum status (*run)(long runs, struct bench_figures *figures, struct fault *fault);
} parts[] = {{"edges", bench_edges},    {"circles", bench_circles}, {"uncertainty", bench_coverage},
             {"part", part_figures},    {"scale", bench_scale},     {"photos", bench_dimensions},
             {"time", bench_gauge_time}};
enum { PARTS = sizeof parts / sizeof *parts };

static json_t *bound(double value) {
  return isnan(value) ? json_null() : json_real(value);
}

static enum status print(const struct bench_figure *f, bool json, struct fault *fault) {
  bool holds = bench_figure_holds(f);
  if (json)
    return output_json(json_pack("{s:s, s:f, s:o, s:o, s:s, s:b}", "figure", f->what, "value", f->value, "least",
                                 bound(f->least), "most", bound(f->most), "unit", f->unit, "holds", holds),
                       fault);
  printf("%-84s %10.4f %-5s", f->what, f->value, f->unit);
  if (!isnan(f->least) || !isnan(f->most)) {
    printf(" %s ", holds ? "holds" : "FAILS");
    if (!isnan(f->least)) printf(" at least %g", f->least);
    if (!isnan(f->most)) printf(" at most %g", f->most);
  }
  printf("\n");
  return output_flush(fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct measure_bench_options *given = values;
  enum status status = STATUS_OK;
  bool all = true;
  for (int i = 0; i < PARTS && !status; i++) {
    struct bench_figures figures = {0};
    if (given->only && strcmp(given->only, parts[i].name) != 0) continue;
    status = parts[i].run(given->runs, &figures, fault);
    for (size_t k = 0; k < figures.count && !status; k++) {
      status = print(&figures.items[k], given->common.json, fault);
      all = all && bench_figure_holds(&figures.items[k]);
    }
    bench_figures_free(&figures);
  }
  *exit_code = all ? 0 : 1;
  return status;
}

const struct command command_bench_measure = {
    .name = "bench measure",
    .summary = "how exact measuring is, on drawn pictures whose truth is known",
    .text =
        "Prints each figure with the bound that it has to keep, where there is one: spread of straight edges and\n"
        "circles against the Cramer-Rao bound (noise^2 + 1/12, levels known), their bias, how often the true value\n"
        "lies within the stated uncertainty, a part that is 2 % too large under a fixture, the scale from a marker\n"
        "and through a calibrated lens, photos that a camera has sharpened and packed (assay-synth), and the time of\n"
        "200 gauges on 12 megapixels.\n"
        "With --json one line a figure: {\"figure\", \"value\", \"least\", \"most\", \"unit\", \"holds\"}.\n"
        "Exit code 1 where a figure does not keep its bound.",
    .example = "  assay bench measure --only edges --runs 100",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct measure_bench_options),
    .run = run,
};
