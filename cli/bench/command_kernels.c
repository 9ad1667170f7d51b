#include "cli/bench/bench.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"
#include "kernels/cuda/cuda.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PLACES = 5, MOST_OPERATIONS = 16, MOST_RUNS = 50, IN_A_ROW = 4 };

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

/* What the operations are timed on: a level of the processor, or a GPU, whose memory is another. */
struct place {
  const struct kernel_backend *backend;
  const struct bench_scene *scene;
  double bandwidth; /* bytes a second; 0: not known, or not asked for */
};

struct times {
  struct place places[MOST_PLACES];
  size_t count;
  struct bench_scene host, gpu;
  double ms[MOST_OPERATIONS][MOST_PLACES][MOST_RUNS];
};

/* The reference, and what else this processor has and --cpu allows. */
static enum status choose_levels(const struct bench_options *given, int32_t width, int32_t height, struct times *times,
                                 struct fault *fault) {
  static const char *const names[] = {"reference", "baseline", "avx2", "avx512"};
  const char *only = given->common.cpu;
  if (only && !kernel_cpu_level(only))
    return fault_set(fault, STATUS_UNAVAILABLE, "--cpu: this processor has no %s", only);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const struct kernel_backend *level = kernel_cpu_level(names[i]);
    if (level && (!i || !only || level == kernel_cpu_level(only)))
      times->places[times->count++] = (struct place){level, &times->host, 0};
  }
  return bench_scene_open(&kernel_cpu, width, height, &times->host, fault);
}

/* The first GPU, as the commands that judge photos choose it. */
static enum status choose_gpu(const struct bench_options *given, int32_t width, int32_t height, struct times *times,
                              struct fault *fault) {
  char why[160];
  bool must = given->common.backend && !strcmp(given->common.backend, "cuda");
  bool may = !given->common.backend || !strcmp(given->common.backend, "auto");
  if (!must && (!may || given->common.cpu)) return STATUS_OK;
  const struct kernel_backend *gpu = kernel_cuda_here(0, why, sizeof why);
  if (!gpu && must)
    return fault_set(fault, STATUS_UNAVAILABLE, "--backend cuda: %s; expected an NVIDIA GPU and its driver, or auto",
                     why);
  if (!gpu) return STATUS_OK;
  times->places[times->count++] = (struct place){gpu, &times->gpu, kernel_cuda_bandwidth(0)};
  return bench_scene_open(gpu, width, height, &times->gpu, fault);
}

/* A GPU is given some calls before its end is waited for, as it is when it judges photos. */
static enum status time_call(const struct bench_operation *operation, const struct place *place, double *ms,
                             struct fault *fault) {
  int calls = place->backend->level ? 1 : IN_A_ROW;
  double begin = bench_now();
  for (int i = 0; i < calls; i++)
    if (operation->call(&place->backend->operations, place->scene))
      return fault_set(fault, STATUS_INTERNAL, "%s refuses the picture of the benchmark", operation->name);
  if (place->backend->wait(place->scene->context))
    return fault_set(fault, STATUS_DEVICE, "%s: the GPU failed, is lost or taken", operation->name);
  *ms = (bench_now() - begin) / calls;
  return STATUS_OK;
}

/* A first round, in which memory is touched, counts nowhere. */
static enum status measure(size_t runs, struct times *times, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t run = 0; run <= runs; run++) {
    for (size_t o = 0; bench_operations[o].name; o++)
      for (size_t p = 0; p < times->count && !status; p++)
        status = time_call(&bench_operations[o], &times->places[p], &times->ms[o][p][run ? run - 1 : 0], fault);
    if (status) return status;
    progress_set(run, runs);
  }
  return STATUS_OK;
}

/* The share of a GPU's bandwidth that an operation of this time takes; 0 where it cannot be told. */
static double share_of(const struct place *place, const struct bench_operation *operation, double ms) {
  double pixels = (double)place->scene->width * place->scene->height;
  return place->bandwidth > 0 ? operation->bytes * pixels / (ms * 1e-3) / place->bandwidth : 0;
}

static json_t *to_json(size_t runs, struct times *times) {
  json_t *rows = json_array();
  for (size_t o = 0; bench_operations[o].name; o++)
    for (size_t p = 0; p < times->count; p++) {
      const struct place *place = &times->places[p];
      double ms = bench_median(times->ms[o][p], runs), share = share_of(place, &bench_operations[o], ms);
      json_array_append_new(rows, json_pack("{s:s, s:s, s:s*, s:f, s:o*}", "operation", bench_operations[o].name,
                                            "backend", place->backend->name, "cpu", place->backend->level, "ms", ms,
                                            "bandwidth_share", share > 0 ? json_real(share) : NULL));
    }
  return json_pack("{s:i, s:i, s:I, s:o}", "width", times->host.width, "height", times->host.height, "runs",
                   (json_int_t)runs, "kernels", rows);
}

static void print_row(const struct bench_operation *operation, const double *ms, const struct times *times) {
  printf("%-14s %14.2f", operation->name, ms[0]);
  for (size_t p = 1; p < times->count; p++) {
    double share = share_of(&times->places[p], operation, ms[p]);
    printf(" %8.2f %6.1fx", ms[p], ms[0] / ms[p]);
    if (share > 0) printf(" %5.1f %%", 100 * share);
  }
  putchar('\n');
}

static void print_table(size_t runs, struct times *times) {
  printf("%d x %d pixels, medians of %zu runs, ms and times as fast as the reference", times->host.width,
         times->host.height, runs);
  if (times->gpu.context) printf("; on the GPU also the share of its memory's bandwidth");
  printf("\n\n%-14s %14s", "", times->places[0].backend->level);
  for (size_t p = 1; p < times->count; p++)
    printf(" %16s", times->places[p].backend->level ? times->places[p].backend->level : "cuda");
  putchar('\n');
  for (size_t o = 0; bench_operations[o].name; o++) {
    double ms[MOST_PLACES] = {0};
    for (size_t p = 0; p < times->count; p++) ms[p] = bench_median(times->ms[o][p], runs);
    print_row(&bench_operations[o], ms, times);
  }
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct bench_options *given = values;
  static struct times times;
  size_t runs = (size_t)given->runs;
  int32_t height = (int32_t)floor(sqrt((double)given->megapixels * 1e6 * 3 / 4) + 0.5), width = height * 4 / 3;
  enum status status = choose_levels(given, width, height, &times, fault);
  if (!status) status = choose_gpu(given, width, height, &times, fault);
  progress_begin("runs", runs);
  if (!status) status = measure(runs, &times, fault);
  progress_end();
  if (!status && given->common.json)
    status = output_json(to_json(runs, &times), fault);
  else if (!status)
    print_table(runs, &times);
  bench_scene_close(&times.gpu);
  bench_scene_close(&times.host);
  return status;
}

const struct command command_bench_kernels = {
    .name = "bench kernels",
    .summary = "how long each operation on pixels takes, at each level of the processor and on a GPU",
    .text =
        "Times every operation of the kernels on a drawn picture, the levels and the first GPU in turn, and\n"
        "compares them with the reference. One thread. On a GPU it also tells which share of its memory's bandwidth\n"
        "an operation takes: the bytes that must cross the bus at least (profiles excepted, whose strips are small)\n"
        "over the time, of what the memory's clock and width allow.\n\n"
        "With --json: {\"width\", \"height\", \"runs\", \"kernels\": [{\"operation\", \"backend\", \"cpu\" (its "
        "level),\n"
        "\"ms\", \"bandwidth_share\" (0..1, on a GPU)}]}.",
    .example = "  assay bench kernels --megapixels 12",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct bench_options),
    .run = run,
};
