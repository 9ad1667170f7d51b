#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"

#include "engine/drift/run_length.h"

#include <math.h>
#include <stdio.h>

struct charts_options {
  struct common_options common;
  long runs;
};

static const struct option options[] = {{.name = "runs",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct charts_options, runs),
                                         .argument = "N",
                                         .fallback = "10000",
                                         .least = 100,
                                         .most = 10000000,
                                         .help = "simulated charts a figure"},
                                        {.name = NULL}};

enum { SHIFTS = 4 };
static const double shifts[SHIFTS] = {0, 0.5, 1, 2};

/* Published figures; NAN where none is. Shewhart: Montgomery (2009), 6.2.4, by the normal distribution. Western
 * Electric: Champ and Woodall, Technometrics 29 (1987), table 1. EWMA: Lucas and Saccucci, Technometrics 32 (1990), in
 * Montgomery, table 9.11. CUSUM: Montgomery, table 9.3; k 0.5, h 4.77: table 9.4. */
static const struct {
  const char *name;
  struct run_setting setting;
  double published[SHIFTS];
} charts[] = {
    {"individuals or means", {RUN_SHEWHART, 0, 0}, {370.4, 155.2, 43.89, 6.30}},
    {"with moving range", {RUN_MOVING_RANGE, 0, 0}, {NAN, NAN, NAN, NAN}},
    {"western electric rules", {RUN_WESTERN_ELECTRIC, 0, 0}, {91.75, NAN, 9.22, 3.13}},
    {"nelson's rules", {RUN_NELSON, 0, 0}, {NAN, NAN, NAN, NAN}},
    {"ewma 0.1, 2.814", {RUN_EWMA, 0.1, 2.814}, {500, 31.3, 10.3, 4.4}},
    {"ewma 0.2, 2.962", {RUN_EWMA, 0.2, 2.962}, {500, 41.8, 10.5, 3.7}},
    {"cusum 0.5, 4", {RUN_CUSUM, 0.5, 4}, {168, 26.6, 8.38, 3.34}},
    {"cusum 0.5, 4.77", {RUN_CUSUM, 0.5, 4.77}, {370, NAN, NAN, NAN}},
    {"cusum 0.5, 5", {RUN_CUSUM, 0.5, 5}, {465, 38.0, 10.4, 4.01}},
    {"p, 5 % of 100", {RUN_P, 0.05, 100}, {NAN, NAN, NAN, NAN}},
    {"u, 2 a unit of 4", {RUN_U, 2, 4}, {NAN, NAN, NAN, NAN}},
};
enum { CHARTS = sizeof charts / sizeof *charts };

static enum status print_json(size_t chart, int shift, const struct run_length *length, double exact,
                              struct fault *fault) {
  json_t *computed = isnan(exact) ? json_null() : json_real(exact);
  double published = charts[chart].published[shift];
  return output_json(json_pack("{s:s, s:f, s:f, s:f, s:o, s:o}", "chart", charts[chart].name, "shift", shifts[shift],
                               "simulated", length->mean, "error", length->error, "computed", computed, "published",
                               isnan(published) ? json_null() : json_real(published)),
                     fault);
}

static void print_row(size_t chart, int shift, const struct run_length *length, double exact) {
  printf("%-24s %5.1f %10.2f %8.2f", shift ? "" : charts[chart].name, shifts[shift], length->mean, length->error);
  if (isnan(exact))
    printf(" %10s", "-");
  else
    printf(" %10.2f", exact);
  if (isnan(charts[chart].published[shift]))
    printf(" %10s\n", "-");
  else
    printf(" %10g\n", charts[chart].published[shift]);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct charts_options *given = values;
  enum status status = STATUS_OK;
  if (!given->common.json)
    printf("%-24s %5s %10s %8s %10s %10s\n", "average run length", "sigma", "simulated", "+-", "computed", "published");
  for (size_t i = 0; i < CHARTS && !status; i++)
    for (int s = 0; s < SHIFTS && !status; s++) {
      struct run_length length = run_length_simulate(&charts[i].setting, shifts[s], (int)given->runs, 1 + i);
      double exact = run_length_exact(&charts[i].setting, shifts[s]);
      if (given->common.json)
        status = print_json(i, s, &length, exact, fault);
      else
        print_row(i, s, &length, exact);
    }
  return status ? status : output_flush(fault);
}

const struct command command_bench_charts = {
    .name = "bench charts",
    .summary = "how long control charts run until they signal, beside published figures",
    .text =
        "Simulates every kind of control chart in control and with the mean 0.5, 1 and 2 standard errors off, and\n"
        "prints the average run length with its standard error, what a Markov chain or the distribution gives, and\n"
        "what is published.\n\n"
        "With --json a line each: {\"chart\", \"shift\", \"simulated\", \"error\", \"computed\", \"published\"}.",
    .example = "  assay bench charts\n  assay bench charts --runs 100000 --json",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct charts_options),
    .run = run,
};
