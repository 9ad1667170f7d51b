#include "tests/kernels/harness.h"

#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_BLOCKS = 16, GUARD = 37 };

struct harness {
  const char *operation;
  uint64_t seed, state;
  char note[512];
  struct block blocks[MOST_BLOCKS];
  size_t count;
};

const int32_t hostile_sizes[][2] = {
    {1, 1},   {2, 1},   {1, 2},   {2, 2},   {3, 3},   {1, 17},  {17, 1},  {5, 7},   {15, 15}, {16, 16},
    {17, 17}, {15, 33}, {31, 16}, {32, 32}, {33, 31}, {47, 13}, {64, 3},  {3, 64},  {63, 17}, {65, 15},
    {97, 11}, {127, 5}, {128, 4}, {129, 9}, {251, 3}, {1, 300}, {300, 1}, {61, 53},
};
const size_t hostile_size_count = sizeof hostile_sizes / sizeof *hostile_sizes;

static const size_t element_sizes[] = {[U8] = 1, [U16] = 2, [U32] = 4, [I32] = 4, [I64] = 8};
static const struct {
  int64_t least, most;
} element_ranges[] = {[U8] = {0, UINT8_MAX},
                      [U16] = {0, UINT16_MAX},
                      [U32] = {0, UINT32_MAX},
                      [I32] = {INT32_MIN, INT32_MAX},
                      [I64] = {INT64_MIN, INT64_MAX}};

/* ---- a case and its memory ---- */

struct harness *harness_open(const char *operation, uint64_t seed) {
  struct harness *h = calloc(1, sizeof *h);
  assert_non_null(h);
  h->operation = operation;
  h->seed = h->state = seed;
  for (int i = 0; i < 3; i++) harness_random(h); /* seeds that are near each other part */
  return h;
}

void harness_close(struct harness *h) {
  for (size_t i = 0; i < h->count; i++) free(h->blocks[i].before), free(h->blocks[i].after);
  free(h);
}

uint64_t harness_random(struct harness *h) {
  return support_random(&h->state);
}

int32_t harness_between(struct harness *h, int32_t low, int32_t high) {
  return (int32_t)(low + (int64_t)(harness_random(h) % (uint64_t)((int64_t)high - low + 1)));
}

void harness_note(struct harness *h, const char *format, ...) {
  size_t used = strlen(h->note);
  va_list args;
  va_start(args, format);
  vsnprintf(h->note + used, sizeof h->note - used, format, args);
  va_end(args);
}

static struct block *add_block(struct harness *h, struct block block) {
  assert_true(h->count < MOST_BLOCKS);
  size_t bytes = block.elements * element_sizes[block.element];
  block.unsaid_from = SIZE_MAX;
  block.before = malloc(bytes), block.after = malloc(bytes);
  assert_non_null(block.before);
  assert_non_null(block.after);
  for (size_t i = 0; i < bytes; i++) block.before[i] = (uint8_t)harness_random(h);
  memcpy(block.after, block.before, bytes);
  h->blocks[h->count] = block;
  return &h->blocks[h->count++];
}

struct block *harness_image(struct harness *h, enum element element, int32_t width, int32_t height) {
  struct block b = {.element = element, .width = width, .height = height};
  b.stride = width + (harness_random(h) % 2 ? harness_between(h, 0, 19) : 0);
  b.offset = (size_t)harness_between(h, 0, GUARD);
  b.elements = b.offset + (size_t)(height - 1) * (size_t)b.stride + (size_t)width;
  if (harness_random(h) % 4) b.elements += (size_t)harness_between(h, 1, GUARD);
  return add_block(h, b);
}

struct block *harness_array(struct harness *h, enum element element, size_t count) {
  struct block b = {.element = element, .width = (int32_t)count, .height = 1, .stride = (int32_t)count};
  b.elements = count + (harness_random(h) % 4 ? (size_t)harness_between(h, 1, GUARD) : 0);
  return add_block(h, b);
}

static size_t index_of(const struct block *b, int32_t x, int32_t y) {
  if (x < 0 || y < 0 || x >= b->width || y >= b->height) fail_msg("(%d, %d) is not in the block", x, y);
  return (b->offset + (size_t)y * (size_t)b->stride + (size_t)x) * element_sizes[b->element];
}

static int64_t load(const uint8_t *at, enum element element) {
  union {
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    int32_t i32;
    int64_t i64;
  } v = {0};
  memcpy(&v, at, element_sizes[element]);
  switch (element) {
  case U8:
    return v.u8;
  case U16:
    return v.u16;
  case U32:
    return v.u32;
  case I32:
    return v.i32;
  case I64:
    break;
  }
  return v.i64;
}

/* Little-endian machines only, as the rest of assay's formats in memory are. */
static void store(uint8_t *at, enum element element, int64_t value) {
  memcpy(at, &value, element_sizes[element]);
}

int64_t block_get(const struct block *b, int32_t x, int32_t y) {
  return load(b->before + index_of(b, x, y), b->element);
}

void block_set(struct block *b, int32_t x, int32_t y, int64_t value) {
  size_t at = index_of(b, x, y);
  store(b->before + at, b->element, value);
  store(b->after + at, b->element, value);
}

void block_expect(struct block *b, int32_t x, int32_t y, int64_t value) {
  if (value < element_ranges[b->element].least || value > element_ranges[b->element].most)
    fail_msg("the test expects %lld, which no such element can be", (long long)value);
  store(b->after + index_of(b, x, y), b->element, value);
}

struct kernel_image block_view(const struct block *b) {
  return (struct kernel_image){
      .buffer = b->buffer, .offset = b->offset, .width = b->width, .height = b->height, .stride = b->stride};
}

static int64_t draw(struct harness *h, enum element element, enum fill fill) {
  int64_t least = element_ranges[element].least, most = element_ranges[element].most;
  uint64_t r = harness_random(h);
  int64_t small = (int64_t)(r >> 8 & 15);
  switch (fill) {
  case FILL_RANDOM:
    return (int64_t)r;
  case FILL_LEAST:
    return least;
  case FILL_MOST:
    return most;
  case FILL_EXTREMES:
    return r & 1 ? least + small % 3 : most - small % 3;
  case FILL_SMALL:
    return small;
  case FILL_SPARSE:
    return small ? most : 0;
  case FILLS:
    break;
  }
  return 0;
}

void block_fill(struct harness *h, struct block *b, enum fill fill) {
  for (int32_t y = 0; y < b->height; y++)
    for (int32_t x = 0; x < b->width; x++) block_set(b, x, y, draw(h, b->element, fill));
}

void block_fill_between(struct harness *h, struct block *b, int64_t low, int64_t high) {
  for (int32_t y = 0; y < b->height; y++)
    for (int32_t x = 0; x < b->width; x++)
      block_set(b, x, y, low + (int64_t)(harness_random(h) % (uint64_t)(high - low + 1)));
}

/* ---- calls ---- */

static const char *place_in(const struct block *b, size_t element, char *text, size_t size) {
  size_t at = element - b->offset, row = at / (size_t)b->stride, column = at % (size_t)b->stride;
  if (element < b->offset)
    snprintf(text, size, "element %zu, before the first pixel", element);
  else if (row >= (size_t)b->height)
    snprintf(text, size, "element %zu, behind the last pixel", element);
  else if (column >= (size_t)b->width)
    snprintf(text, size, "the padding of row %zu", row);
  else
    snprintf(text, size, "pixel (%zu, %zu)", column, row);
  return text;
}

static bool is_unsaid(const struct block *b, size_t element) {
  size_t at = element - b->offset, row = at / (size_t)b->stride, column = at % (size_t)b->stride;
  return element >= b->offset && row < (size_t)b->height && column < (size_t)b->width &&
         row * (size_t)b->width + column >= b->unsaid_from;
}

static void compare_block(const struct harness *h, const char *name, size_t index, const uint8_t *got) {
  const struct block *b = &h->blocks[index];
  size_t size = element_sizes[b->element];
  if (!memcmp(got, b->after, b->elements * size)) return;
  for (size_t i = 0; i < b->elements; i++) {
    if (!memcmp(got + i * size, b->after + i * size, size) || is_unsaid(b, i)) continue;
    char place[80];
    fail_msg("%s, %s, seed %llu,%s: block %zu (%d x %d, stride %d, offset %zu), %s: %lld, expected %lld (before: %lld)",
             h->operation, name, (unsigned long long)h->seed, h->note, index, b->width, b->height, b->stride, b->offset,
             place_in(b, i, place, sizeof place), (long long)load(got + i * size, b->element),
             (long long)load(b->after + i * size, b->element), (long long)load(b->before + i * size, b->element));
  }
}

static void must(const struct harness *h, const char *name, const char *what, enum kernel_status status) {
  if (status)
    fail_msg("%s, %s, seed %llu,%s: %s gives status %d", h->operation, name, (unsigned long long)h->seed, h->note, what,
             (int)status);
}

static void run_one(struct harness *h, const char *name, const struct kernel_backend *backend, harness_call *call,
                    const void *context, enum kernel_status expected) {
  struct kernel_context *device;
  const struct kernel_memory *m = &backend->memory;
  must(h, name, "open", backend->open(&device));
  for (size_t i = 0; i < h->count; i++) {
    struct block *b = &h->blocks[i];
    size_t bytes = b->elements * element_sizes[b->element];
    must(h, name, "allocate", m->allocate(device, bytes, &b->buffer));
    must(h, name, "upload", m->upload(device, b->buffer, 0, b->before, bytes));
  }
  enum kernel_status status = call(&backend->operations, device, context);
  must(h, name, "wait", backend->wait(device));
  if (status != KERNEL_OPERATION_MISSING && status != expected)
    fail_msg("%s, %s, seed %llu,%s: status %d, expected %d", h->operation, name, (unsigned long long)h->seed, h->note,
             (int)status, (int)expected);
  for (size_t i = 0; i < h->count; i++) {
    struct block *b = &h->blocks[i];
    size_t bytes = b->elements * element_sizes[b->element];
    uint8_t *got = malloc(bytes);
    assert_non_null(got);
    must(h, name, "download", m->download(device, b->buffer, 0, got, bytes));
    if (status != KERNEL_OPERATION_MISSING) compare_block(h, name, i, got);
    free(got);
    m->release(device, b->buffer);
    b->buffer = NULL;
  }
  backend->close(device);
}

void harness_run(struct harness *h, harness_call *call, const void *context, enum kernel_status expected) {
  for (size_t i = 0; i < harness_implementation_count; i++) {
    const struct kernel_backend *backend = harness_implementations[i].get();
    if (backend) run_one(h, harness_implementations[i].name, backend, call, context, expected);
  }
}

void harness_sizes(const char *operation, uint64_t seed, int rounds, harness_case *one) {
  int total = (int)hostile_size_count * FILLS + rounds;
  for (int i = 0; i < total; i++) {
    struct harness *h = harness_open(operation, seed + (uint64_t)i);
    bool drawn = i >= (int)hostile_size_count * FILLS;
    int32_t width = drawn ? harness_between(h, 1, 90) : hostile_sizes[i / FILLS][0];
    int32_t height = drawn ? harness_between(h, 1, 70) : hostile_sizes[i / FILLS][1];
    harness_note(h, " round %d, %d x %d", i, width, height);
    one(h, width, height, i);
    harness_close(h);
  }
}
