/* What the benchmarks share: a clock, medians, and the picture that the kernels are timed on. */
#ifndef ASSAY_CLI_BENCH_H
#define ASSAY_CLI_BENCH_H

#include "engine/image.h"
#include "kernels/kernels.h"
#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that does not go back. */
double bench_now(void);

/* What the system calls the processor, or "unknown processor". */
void bench_processor(char *name, size_t size);

/* Sorts the values; the mean of the two in the middle where there is no middle one. `count` is at least 1. */
double bench_median(double *values, size_t count);

/* A picture of a product, a photo of it turned by 3 degrees and 2 % larger, and room for every operation's results: on
 * the memory of one backend. Every operation can be called in the order of enum kernel_operations. */
struct bench_scene {
  const struct kernel_backend *backend;
  struct kernel_context *context;
  int32_t width, height;
  struct kernel_image golden, photo, out, half, quarter, quarter_seen, cb, cr, tint, map, zones; /* u8 */
  struct kernel_image mean, rise, fall, count, bend, cells;                                      /* u16; bend i16 */
  struct kernel_image sum, square, variance;                                                     /* u32 */
  struct kernel_buffer *place, *light, *half_place, *half_light, *tile_light, *sums, *scratch, *rows, *counts,
      *histogram, *cell_sums, *gauges, *bins;
  struct kernel_buffer *owned[40];
  size_t owned_count;
};

enum { BENCH_AREAS = 65536, BENCH_GAUGES = 200, BENCH_GAUGE_BINS = 80, BENCH_CELL_SIDE = 32 };

/* All zero beforehand; the caller ends with bench_scene_close in either case. */
enum status bench_scene_open(const struct kernel_backend *backend, int32_t width, int32_t height,
                             struct bench_scene *scene, struct fault *fault);
void bench_scene_close(struct bench_scene *scene);

/* The operations, by name, called on a scene. `operations` may be those of any backend that shares the scene's memory.
 * Ended by a NULL name. */
struct bench_operation {
  const char *name;
  enum kernel_status (*call)(const struct kernel_operations *operations, const struct bench_scene *scene);
  double bytes; /* that cross the memory's bus at least, a pixel of the picture; 0: it does not go by its pixels */
};
extern const struct bench_operation bench_operations[];

/* Bytes that cross the memory's bus at least while a photo is compared with this golden, counted in the same way. */
double bench_compare_bytes(const struct image *golden);

#endif
