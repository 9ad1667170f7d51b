/* Every operation is there, and a call that makes no sense gives KERNEL_ARGUMENT and writes nothing, whatever is wrong
 * with it. */
#include "tests/kernels/harness.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 35, HEIGHT = 21, HALF_WIDTH = 18, HALF_HEIGHT = 11, NODES = 4 * 3, TILES = 3 * 2, MOST = 10 };

union call {
  struct kernel_halve halve;
  struct kernel_halve_mask halve_mask;
  struct kernel_tile_sums tile_sums;
  struct kernel_warp warp;
  struct kernel_warp_chroma warp_chroma;
  struct kernel_bend bend;
  struct kernel_focus_sums focus_sums;
  struct kernel_accumulate accumulate;
  struct kernel_statistics statistics;
  struct kernel_limits limits;
  struct kernel_limits_of_one limits_of_one;
  struct kernel_compare compare;
  struct kernel_compare_of_one compare_of_one;
  struct kernel_components components;
  struct kernel_profiles profiles;
  struct kernel_cell_sums cell_sums;
};

/* What an operation's call is made of. An image's element is its own; a buffer's is 1 byte, so many of them. */
struct part {
  size_t at; /* offset in the call */
  enum element element;
  bool half;     /* of half the size */
  bool optional; /* its buffer may be NULL */
  size_t bytes;  /* of a buffer; 0: an image */
};

struct operation {
  const char *name;
  enum kernel_status (*run)(const struct kernel_operations *o, struct kernel_context *device, const union call *call);
  void (*scalars)(union call *call, int32_t wrong); /* 0: right; 1.. each a wrong one */
  int32_t wrong_scalars;
  struct part parts[MOST];
};

#define RUN(name)                                                                                                      \
  static enum kernel_status run_##name(const struct kernel_operations *o, struct kernel_context *device,               \
                                       const union call *call) {                                                       \
    return o->name ? o->name(device, &call->name) : KERNEL_OPERATION_MISSING;                                          \
  }
RUN(halve)
RUN(halve_mask)
RUN(tile_sums)
RUN(warp)
RUN(warp_chroma)
RUN(bend)
RUN(focus_sums)
RUN(accumulate)
RUN(statistics)
RUN(limits)
RUN(limits_of_one)
RUN(compare)
RUN(compare_of_one)
RUN(components)
RUN(profiles)
RUN(cell_sums)

static void none(union call *call, int32_t wrong) {
  (void)call, (void)wrong;
}

static void cuts(union call *call, int32_t wrong) {
  static const int32_t values[] = {500, 15, 0, -1, 2033, INT32_MAX, INT32_MIN};
  call->tile_sums.cut = values[wrong];
}

static void focus_cuts(union call *call, int32_t wrong) {
  static const int32_t values[] = {500, -1, 4081, INT32_MAX, INT32_MIN};
  call->focus_sums.cut = values[wrong];
}

static const int32_t focuses[] = {0, 32768, -32769, INT32_MAX, INT32_MIN};

static void focus_of_accumulate(union call *call, int32_t wrong) {
  call->accumulate.focus = focuses[wrong];
}

static void focus_of_compare(union call *call, int32_t wrong) {
  call->compare.focus = focuses[wrong];
}

static void tolerances(union call *call, int32_t wrong) {
  static const struct kernel_tolerance fine = {.absolute = 1, .prior = 1};
  static struct kernel_tolerance t[2];
  t[0] = t[1] = fine;
  call->limits.tolerances = t, call->limits.tolerance_count = 2;
  switch (wrong) {
  case 1:
    call->limits.tolerances = NULL;
    break;
  case 2:
    call->limits.tolerance_count = 0;
    break;
  case 3:
    call->limits.tolerance_count = -1;
    break;
  case 4:
    t[1].absolute = 0;
    break;
  case 5:
    t[1].relative = -1;
    break;
  case 6:
    t[1].edge = -1;
    break;
  case 7:
    t[1].sharp = -1;
    break;
  case 8:
    t[1].prior = 0;
    break;
  case 9:
    t[1].prior_variance = -1;
    break;
  case 10:
    t[1].prior_edge = -1;
    break;
  case 11:
    t[1].detail = -1;
    break;
  default:
    break;
  }
}

static void tolerances_of_one(union call *call, int32_t wrong) {
  union call other;
  tolerances(&other, wrong);
  call->limits_of_one.tolerances = other.limits.tolerances;
  call->limits_of_one.tolerance_count = other.limits.tolerance_count;
}

static void rows_of_one(union call *call, int32_t wrong) {
  union call other;
  struct kernel_compare_of_one *c = &call->compare_of_one;
  tolerances(&other, wrong);
  c->tolerances = other.limits.tolerances, c->tolerance_count = other.limits.tolerance_count;
  c->first = wrong == 12 ? -1 : wrong == 13 ? HEIGHT : wrong == 14 ? INT32_MAX : 3;
  c->rows = wrong == 15 ? 0 : wrong == 16 ? HEIGHT - 2 : 5;
}

static void thresholds(union call *call, int32_t wrong) {
  struct kernel_components *c = &call->components;
  c->low = wrong == 1 ? 0 : wrong == 2 ? INT32_MIN : 10, c->high = wrong == 3 ? 9 : 20, c->min_area = 1;
  c->capacity = wrong == 4 ? 0 : wrong == 5 ? -1 : wrong == 6 ? 4 : wrong == 7 ? INT32_MAX : 3;
}

/* Two profiles of 8 bins. */
static void strips(union call *call, int32_t wrong) {
  static struct kernel_profile p[2];
  p[0] = p[1] = (struct kernel_profile){.x = 9, .y = 9, .nx = 0.6, .ny = 0.8, .length = 4, .first = -1, .bins = 8};
  p[1].at = 8;
  call->profiles.profiles = wrong == 1 ? NULL : p;
  call->profiles.count = wrong == 2 ? 0 : wrong == 3 ? -1 : wrong == 4 ? INT32_MAX : 2;
  const double nan = NAN, far = 1e9;
  switch (wrong) {
  case 5:
    p[1].at = 7;
    break;
  case 6:
    p[1].bins = 0;
    break;
  case 7:
    p[1].bins = KERNEL_PROFILE_BINS + 1;
    break;
  case 8:
    p[1].bins = 9;
    break;
  case 9:
    p[1].nx = 0.61;
    break;
  case 10:
    p[1].x = nan;
    break;
  case 11:
    p[1].y = far;
    break;
  case 12:
    p[1].length = 0;
    break;
  case 13:
    p[1].length = far;
    break;
  case 14:
    p[1].curvature = -1.5;
    break;
  case 15:
    p[1].first = nan;
    break;
  case 16:
    p[1].first = -far;
    break;
  default:
    break;
  }
}

static void cell_counts(union call *call, int32_t wrong) {
  static const int32_t counts[] = {2, 0, -1, 3, 65536, INT32_MAX};
  call->cell_sums.cell_count = counts[wrong];
}

#define IMAGE(call, member, type)                                                                                      \
  { .at = offsetof(struct kernel_##call, member), .element = type }
#define HALF(call, member)                                                                                             \
  { .at = offsetof(struct kernel_##call, member), .element = U8, .half = true }
#define BUFFER(call, member, size)                                                                                     \
  { .at = offsetof(struct kernel_##call, member), .bytes = (size) }

static const struct operation operations[] = {
    {"halve", run_halve, none, 0, {IMAGE(halve, from, U8), HALF(halve, to)}},
    {"halve_mask", run_halve_mask, none, 0, {IMAGE(halve_mask, from, U8), HALF(halve_mask, to)}},
    {"tile_sums",
     run_tile_sums,
     cuts,
     6,
     {IMAGE(tile_sums, golden, U8),
      {.at = offsetof(struct kernel_tile_sums, mask), .element = U8, .optional = true},
      HALF(tile_sums, photo),
      BUFFER(tile_sums, place, NODES * 2 * 4),
      BUFFER(tile_sums, light, TILES * 2 * 4),
      BUFFER(tile_sums, sums, TILES *KERNEL_SUMS * 8)}},
    {"warp",
     run_warp,
     none,
     0,
     {HALF(warp, photo),
      BUFFER(warp, place, NODES * 2 * 4),
      BUFFER(warp, light, NODES * 2 * 4),
      {.at = offsetof(struct kernel_warp, tint), .element = U8, .half = true, .optional = true},
      IMAGE(warp, out, U8)}},
    {"warp_chroma",
     run_warp_chroma,
     none,
     0,
     {HALF(warp_chroma, luma), HALF(warp_chroma, cb), HALF(warp_chroma, cr), BUFFER(warp_chroma, place, NODES * 2 * 4),
      BUFFER(warp_chroma, light, NODES * 8 * 4), IMAGE(warp_chroma, out_cb, U8), IMAGE(warp_chroma, out_cr, U8),
      IMAGE(warp_chroma, tint, U8), IMAGE(warp_chroma, seen, U8)}},
    {"bend", run_bend, none, 0, {IMAGE(bend, mean, U16), IMAGE(bend, bend, U16)}},
    {"focus_sums",
     run_focus_sums,
     focus_cuts,
     4,
     {IMAGE(focus_sums, photo, U8), IMAGE(focus_sums, seen, U8), IMAGE(focus_sums, mean, U16),
      IMAGE(focus_sums, bend, U16), IMAGE(focus_sums, compared, U16), BUFFER(focus_sums, sums, 2 * 8)}},
    {"accumulate",
     run_accumulate,
     focus_of_accumulate,
     4,
     {IMAGE(accumulate, photo, U8),
      IMAGE(accumulate, seen, U8),
      {.at = offsetof(struct kernel_accumulate, bend), .element = U16, .optional = true},
      IMAGE(accumulate, sum, U32),
      IMAGE(accumulate, square, U32),
      IMAGE(accumulate, count, U16)}},
    {"statistics",
     run_statistics,
     none,
     0,
     {IMAGE(statistics, sum, U32), IMAGE(statistics, square, U32), IMAGE(statistics, count, U16),
      IMAGE(statistics, mean, U16), IMAGE(statistics, variance, U32)}},
    {"limits",
     run_limits,
     tolerances,
     11,
     {IMAGE(limits, mean, U16), IMAGE(limits, variance, U32), IMAGE(limits, count, U16), IMAGE(limits, zones, U8),
      IMAGE(limits, detail, U8), IMAGE(limits, rise, U16), IMAGE(limits, fall, U16)}},
    {"limits_of_one",
     run_limits_of_one,
     tolerances_of_one,
     11,
     {IMAGE(limits_of_one, photo, U8), IMAGE(limits_of_one, zones, U8), IMAGE(limits_of_one, detail, U8),
      IMAGE(limits_of_one, mean, U16), IMAGE(limits_of_one, rise, U16), IMAGE(limits_of_one, fall, U16)}},
    {"compare",
     run_compare,
     focus_of_compare,
     4,
     {IMAGE(compare, photo, U8),
      IMAGE(compare, seen, U8),
      IMAGE(compare, mean, U16),
      IMAGE(compare, rise, U16),
      IMAGE(compare, fall, U16),
      {.at = offsetof(struct kernel_compare, bend), .element = U16, .optional = true},
      IMAGE(compare, map, U8),
      BUFFER(compare, histogram, 256 * 4)}},
    {"compare_of_one",
     run_compare_of_one,
     rows_of_one,
     16,
     {IMAGE(compare_of_one, golden, U8), IMAGE(compare_of_one, zones, U8), IMAGE(compare_of_one, detail, U8),
      IMAGE(compare_of_one, photo, U8), IMAGE(compare_of_one, seen, U8), IMAGE(compare_of_one, map, U8),
      BUFFER(compare_of_one, histogram, 256 * 4)}},
    {"components",
     run_components,
     thresholds,
     7,
     {IMAGE(components, map, U8), BUFFER(components, scratch, WIDTH *HEIGHT * 4),
      BUFFER(components, rows, 3 * sizeof(struct kernel_component)), BUFFER(components, counts, 2 * 4)}},
    {"profiles",
     run_profiles,
     strips,
     16,
     {IMAGE(profiles, photo, U8), BUFFER(profiles, scratch, 2 * sizeof(struct kernel_profile)),
      BUFFER(profiles, bins, 16 * sizeof(struct kernel_bin))}},
    {"cell_sums",
     run_cell_sums,
     cell_counts,
     5,
     {IMAGE(cell_sums, cells, U16), HALF(cell_sums, luma), HALF(cell_sums, cb), HALF(cell_sums, cr),
      BUFFER(cell_sums, place, NODES * 2 * 4), BUFFER(cell_sums, sums, 2 * KERNEL_CELL_SUMS * 8)}},
};

/* What can be wrong with a view. */
static const char *spoil(struct kernel_image *image, const struct block *block, int how) {
  switch (how) {
  case 0:
    image->width = 0;
    return "width 0";
  case 1:
    image->width = -image->width;
    return "a negative width";
  case 2:
    image->height = 0;
    return "height 0";
  case 3:
    image->height = INT32_MIN;
    return "the least height";
  case 4:
    image->stride = image->width - 1;
    return "a stride under the width";
  case 5:
    image->stride = -image->stride;
    return "a negative stride";
  case 6:
    image->stride = INT32_MAX;
    return "the largest stride";
  case 7:
    image->offset = SIZE_MAX;
    return "the largest offset";
  case 8:
    image->offset = block->elements;
    return "an offset behind the buffer";
  case 9:
    image->offset = block->elements - (size_t)(image->height - 1) * (size_t)image->stride - (size_t)image->width + 1;
    return "an offset one too large";
  case 10:
    image->width = image->stride = KERNEL_MAX_SIDE + 1, image->height = 1;
    return "a width over the most";
  case 11:
    image->height = KERNEL_MAX_SIDE + 1;
    return "a height over the most";
  case 12:
    image->offset = SIZE_MAX / 2 + 1;
    return "an offset that overflows in bytes";
  default:
    return NULL;
  }
}

struct wrong_call {
  const struct operation *operation;
  struct block *blocks[MOST], *tiny;
  int part, how; /* part -1: nothing but the scalars */
  int32_t scalar;
  bool missing, small, other_size;
};

static bool has_part(const struct operation *o, size_t i) {
  return i < MOST && (o->parts[i].bytes || i == 0 || o->parts[i].at);
}

static enum kernel_status run_wrong(const struct kernel_operations *o, struct kernel_context *device,
                                    const void *context) {
  const struct wrong_call *w = context;
  union call call = {0};
  for (size_t i = 0; has_part(w->operation, i); i++) {
    const struct part *p = &w->operation->parts[i];
    char *at = (char *)&call + p->at;
    bool spoilt = (int)i == w->part;
    if (p->bytes) {
      *(struct kernel_buffer **)(void *)at = spoilt && w->missing ? NULL
                                             : spoilt && w->small ? w->tiny->buffer
                                                                  : w->blocks[i]->buffer;
      continue;
    }
    struct kernel_image *image = (struct kernel_image *)(void *)at;
    *image = block_view(w->blocks[i]);
    if (spoilt && w->missing)
      image->buffer = NULL;
    else if (spoilt && w->other_size)
      image->width--;
    else if (spoilt)
      spoil(image, w->blocks[i], w->how);
  }
  w->operation->scalars(&call, w->scalar);
  return w->operation->run(o, device, &call);
}

static struct harness *open_case(const struct operation *o, struct wrong_call *w) {
  struct harness *h = harness_open(o->name, 77);
  *w = (struct wrong_call){.operation = o, .part = -1};
  for (size_t i = 0; has_part(o, i); i++) {
    const struct part *p = &o->parts[i];
    w->blocks[i] = p->bytes  ? harness_array(h, U8, p->bytes)
                   : p->half ? harness_image(h, p->element, HALF_WIDTH, HALF_HEIGHT)
                             : harness_image(h, p->element, WIDTH, HEIGHT);
    /* No guard behind a buffer: one byte less is too little. */
    if (p->bytes) w->blocks[i]->elements = p->bytes;
  }
  return h;
}

static void refuse(struct harness *h, const struct wrong_call *w, const char *what) {
  harness_note(h, " part %d, scalar %d: %s", w->part, w->scalar, what);
  harness_run(h, run_wrong, w, KERNEL_ARGUMENT);
  harness_close(h);
}

static void calls_that_fit_are_made(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    struct wrong_call w;
    struct harness *h = open_case(&operations[i], &w);
    for (size_t p = 0; has_part(&operations[i], p); p++) w.blocks[p]->unsaid_from = 0;
    harness_run(h, run_wrong, &w, KERNEL_OK);
    harness_close(h);
  }
}

/* A row is a pointer to a function. */
static void every_implementation_has_every_operation(void **state) {
  (void)state;
  typedef void (*row)(void);
  enum { ROWS = sizeof(struct kernel_operations) / sizeof(row) };
  assert_int_equal(sizeof operations / sizeof *operations, ROWS);
  for (size_t i = 0; i < harness_implementation_count; i++) {
    const struct kernel_backend *backend = harness_implementations[i].get();
    row rows[ROWS];
    if (!backend) continue;
    memcpy(rows, &backend->operations, sizeof rows);
    for (size_t r = 0; r < ROWS; r++)
      if (!rows[r]) fail_msg("%s: row %zu of the table of operations is empty", harness_implementations[i].name, r);
  }
}

static void views_that_leave_their_buffer_are_refused(void **state) {
  (void)state;
  struct wrong_call w;
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    for (size_t p = 0; has_part(&operations[i], p); p++)
      for (int how = 0; !operations[i].parts[p].bytes; how++) {
        struct harness *h = open_case(&operations[i], &w);
        struct kernel_image view = block_view(w.blocks[p]);
        const char *what = spoil(&view, w.blocks[p], how);
        if (!what) {
          harness_close(h);
          break;
        }
        w.part = (int)p, w.how = how;
        refuse(h, &w, what);
      }
}

/* Pictures that may have any size of their own: the photos of the operations that sample. */
static bool has_own_size(const struct operation *o, const struct part *p) {
  return (o->run == run_tile_sums && p->at == offsetof(struct kernel_tile_sums, photo)) ||
         (o->run == run_warp && p->at == offsetof(struct kernel_warp, photo)) || o->run == run_components ||
         o->run == run_profiles || (o->run == run_cell_sums && p->at == offsetof(struct kernel_cell_sums, cells));
}

static void sizes_that_do_not_fit_together_are_refused(void **state) {
  (void)state;
  struct wrong_call w;
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    for (size_t p = 0; has_part(&operations[i], p); p++) {
      if (operations[i].parts[p].bytes || has_own_size(&operations[i], &operations[i].parts[p])) continue;
      struct harness *h = open_case(&operations[i], &w);
      w.part = (int)p, w.other_size = true;
      refuse(h, &w, "a column less");
    }
}

static void missing_and_small_buffers_are_refused(void **state) {
  (void)state;
  struct wrong_call w;
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    for (size_t p = 0; has_part(&operations[i], p); p++) {
      const struct part *part = &operations[i].parts[p];
      if (!part->optional) {
        struct harness *h = open_case(&operations[i], &w);
        w.part = (int)p, w.missing = true;
        refuse(h, &w, "no buffer");
      }
      if (!part->bytes) continue;
      struct harness *h = open_case(&operations[i], &w);
      w.tiny = harness_array(h, U8, part->bytes - 1);
      w.tiny->elements = part->bytes - 1;
      w.part = (int)p, w.small = true;
      refuse(h, &w, "a buffer a byte too small");
    }
}

static void numbers_out_of_range_are_refused(void **state) {
  (void)state;
  struct wrong_call w;
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    for (int32_t scalar = 1; scalar <= operations[i].wrong_scalars; scalar++) {
      struct harness *h = open_case(&operations[i], &w);
      w.scalar = scalar;
      refuse(h, &w, "a number out of range");
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_implementation_has_every_operation),
      cmocka_unit_test(calls_that_fit_are_made),
      cmocka_unit_test(views_that_leave_their_buffer_are_refused),
      cmocka_unit_test(sizes_that_do_not_fit_together_are_refused),
      cmocka_unit_test(missing_and_small_buffers_are_refused),
      cmocka_unit_test(numbers_out_of_range_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
