#include "cli/bench/bench.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"

#include <math.h>
#include <stdio.h>

enum { MOST_LEVELS = 4, MOST_OPERATIONS = 16, MOST_RUNS = 50 };

struct bench_options {
  struct common_options common;
  long megapixels, runs;
};

static const struct option options[] = {{.name = "megapixels",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct bench_options, megapixels),
                                         .argument = "M",
                                         .fallback = "3",
                                         .help = "size of the picture, 4:3",
                                         .least = 1,
                                         .most = 100},
                                        {.name = "runs",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct bench_options, runs),
                                         .argument = "N",
                                         .fallback = "5",
                                         .help = "the median of so many runs, of all in turn",
                                         .least = 1,
                                         .most = MOST_RUNS},
                                        {.name = NULL}};

struct times {
  const struct kernel_backend *levels[MOST_LEVELS];
  size_t level_count;
  double ms[MOST_OPERATIONS][MOST_LEVELS][MOST_RUNS];
};

/* The reference, and what else this processor has and --cpu allows. */
static void choose_levels(const char *only, struct times *times) {
  static const char *const names[MOST_LEVELS] = {"reference", "baseline", "avx2", "avx512"};
  for (size_t i = 0; i < MOST_LEVELS; i++) {
    const struct kernel_backend *level = kernel_cpu_level(names[i]);
    if (level && (!i || !only || level == kernel_cpu_level(only))) times->levels[times->level_count++] = level;
  }
}

static enum status measure(const struct bench_scene *scene, long runs, struct times *times, struct fault *fault) {
  for (long run = 0; run < runs; run++) {
    for (size_t o = 0; bench_operations[o].name; o++)
      for (size_t l = 0; l < times->level_count; l++) {
        double begin = bench_now();
        if (bench_operations[o].call(&times->levels[l]->operations, scene))
          return fault_set(fault, STATUS_INTERNAL, "%s refuses the picture of the benchmark", bench_operations[o].name);
        times->ms[o][l][run] = bench_now() - begin;
      }
    progress_set((size_t)run + 1, (size_t)runs);
  }
  return STATUS_OK;
}

static json_t *to_json(const struct bench_scene *scene, long runs, struct times *times) {
  json_t *rows = json_array();
  for (size_t o = 0; bench_operations[o].name; o++)
    for (size_t l = 0; l < times->level_count; l++)
      json_array_append_new(rows,
                            json_pack("{s:s, s:s, s:f}", "operation", bench_operations[o].name, "cpu",
                                      times->levels[l]->level, "ms", bench_median(times->ms[o][l], (size_t)runs)));
  return json_pack("{s:i, s:i, s:I, s:o}", "width", scene->width, "height", scene->height, "runs", (json_int_t)runs,
                   "kernels", rows);
}

static void print_table(const struct bench_scene *scene, long runs, struct times *times) {
  printf("%d x %d pixels, medians of %ld runs, ms and times as fast as the reference\n\n%-12s", scene->width,
         scene->height, runs, "");
  for (size_t l = 0; l < times->level_count; l++) printf(" %16s", times->levels[l]->level);
  putchar('\n');
  for (size_t o = 0; bench_operations[o].name; o++) {
    double reference = bench_median(times->ms[o][0], (size_t)runs);
    printf("%-12s %16.2f", bench_operations[o].name, reference);
    for (size_t l = 1; l < times->level_count; l++) {
      double ms = bench_median(times->ms[o][l], (size_t)runs);
      printf(" %8.2f %6.1fx", ms, reference / ms);
    }
    putchar('\n');
  }
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct bench_options *given = values;
  static struct times times;
  struct bench_scene scene = {0};
  int32_t height = (int32_t)floor(sqrt((double)given->megapixels * 1e6 * 3 / 4) + 0.5);
  if (given->common.cpu && !kernel_cpu_level(given->common.cpu))
    return fault_set(fault, STATUS_UNAVAILABLE, "--cpu: this processor has no %s", given->common.cpu);
  choose_levels(given->common.cpu, &times);
  progress_begin("runs", (size_t)given->runs);
  enum status status = bench_scene_open(&kernel_cpu, height * 4 / 3, height, &scene, fault);
  if (!status) status = measure(&scene, given->runs, &times, fault);
  progress_end();
  if (!status && given->common.json)
    status = output_json(to_json(&scene, given->runs, &times), fault);
  else if (!status)
    print_table(&scene, given->runs, &times);
  bench_scene_close(&scene);
  return status;
}

const struct command command_bench_kernels = {
    .name = "bench kernels",
    .summary = "how long each operation on pixels takes, at each level of the processor",
    .text = "Times every operation of the kernels on a drawn picture, the levels in turn, and compares them with the\n"
            "reference. One thread.\n\n"
            "With --json: {\"width\", \"height\", \"runs\", \"kernels\": [{\"operation\", \"cpu\", \"ms\"}]}.",
    .example = "  assay bench kernels --megapixels 12",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct bench_options),
    .run = run,
};
