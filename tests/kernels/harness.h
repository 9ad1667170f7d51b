/* One harness for every operation and every implementation of it.
 *
 * A test describes the memory of one call as blocks: what is in them before, and what must be in them after, written by
 * a plain statement of the operation's contract. harness_run makes the call on each implementation and compares every
 * byte of every block: pixels, the padding of rows, and the guards before and behind. What no contract says anything
 * about is filled with noise beforehand and must stay. The seed and the parameters are printed on failure.
 *
 *   struct harness *h = harness_open("halve", seed);
 *   struct block *from = harness_image(h, U8, w, h), *to = harness_image(h, U8, ...);
 *   block_fill(from, FILL_RANDOM);
 *   block_expect(to, x, y, value) ...
 *   harness_run(h, call, context, KERNEL_OK);
 *   harness_close(h);
 */
#ifndef ASSAY_TESTS_KERNELS_HARNESS_H
#define ASSAY_TESTS_KERNELS_HARNESS_H

#include "kernels/kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An implementation to be tested: `get` gives its backend, or NULL where this machine cannot run it. The list is
 * harness_implementations, in implementations.c; its first is the reference. */
struct implementation {
  const char *name;
  const struct kernel_backend *(*get)(void);
};
extern const struct implementation harness_implementations[];
extern const size_t harness_implementation_count;

enum element { U8, U16, U32, I32, I64 };

/* Memory of one call. An image's pixel (x, y) is element offset + y stride + x; an array is an image of one row. */
struct block {
  enum element element;
  int32_t width, height, stride;
  size_t offset, elements; /* elements before the first pixel; all of them, with guards */
  uint8_t *before, *after; /* contents; `after` is what is expected */
  size_t unsaid_from;      /* pixels from this one on may hold anything afterwards: scratch, rows not written */
  struct kernel_buffer *buffer;
};

struct harness;

/* What is at work, for messages: the operation's name and the seed that gives everything else. */
struct harness *harness_open(const char *operation, uint64_t seed);
void harness_close(struct harness *harness);
uint64_t harness_random(struct harness *harness);
/* low..high */
int32_t harness_between(struct harness *harness, int32_t low, int32_t high);
/* The parameters of the case, printed on failure: printf. */
void harness_note(struct harness *harness, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Noise everywhere; stride, offset and the guard behind are drawn. */
struct block *harness_image(struct harness *harness, enum element element, int32_t width, int32_t height);
/* `count` elements from the start of the buffer, a guard behind. */
struct block *harness_array(struct harness *harness, enum element element, size_t count);

/* Values of the pixels before the call (and, until block_expect says otherwise, after it). */
int64_t block_get(const struct block *block, int32_t x, int32_t y);
void block_set(struct block *block, int32_t x, int32_t y, int64_t value);
void block_expect(struct block *block, int32_t x, int32_t y, int64_t value);

enum fill {
  FILL_RANDOM,   /* over the whole range of the element */
  FILL_LEAST,    /* 0, or the least number */
  FILL_MOST,     /* the largest number */
  FILL_EXTREMES, /* near the two ends */
  FILL_SMALL,    /* 0..15 */
  FILL_SPARSE,   /* mostly the largest number, some 0: masks */
  FILLS
};
void block_fill(struct harness *harness, struct block *block, enum fill fill);
/* Even over low..high. */
void block_fill_between(struct harness *harness, struct block *block, int64_t low, int64_t high);

/* The view or buffer as it is on the implementation that is being called. */
struct kernel_image block_view(const struct block *block);

typedef enum kernel_status harness_call(const struct kernel_operations *operations, struct kernel_context *device,
                                        const void *context);
/* Calls on every implementation that has the operation (`call` returns KERNEL_OPERATION_MISSING where it has not) and
 * fails the test where status or bytes differ. */
void harness_run(struct harness *harness, harness_call *call, const void *context, enum kernel_status expected);
#define KERNEL_OPERATION_MISSING ((enum kernel_status)1000)

/* Sides that find what a clean implementation forgets: 1 and 3, cells of 16 and one more or less, primes. */
extern const int32_t hostile_sizes[][2];
extern const size_t hostile_size_count;

/* Runs `one` FILLS times for every hostile size and for `rounds` drawn sizes, each with its own seed; round % FILLS
 * goes through the kinds of filling. */
typedef void harness_case(struct harness *harness, int32_t width, int32_t height, int round);
void harness_sizes(const char *operation, uint64_t seed, int rounds, harness_case *one);

/* Arithmetic of the contract: 32-bit numbers wrap; division by powers of two rounds down. */
int32_t wrap32(int64_t value);
int64_t floor_shift(int64_t value, int bits);
int32_t clamp(int64_t value, int32_t low, int32_t high);

/* Bilinear values of a grid (a block of I32, `values` a corner over an image of this width) at pixel (x, y): between
 * the two ends of the cell's row, which lie between two corners each. */
int32_t grid_at(const struct block *grid, int32_t width, int32_t values, int32_t value, int32_t x, int32_t y);
/* Whether Q16 (x, y), rounded to 1/256 px, lies within the picture, and the picture's bilinear value there, Q4. */
bool sample_at(const struct block *photo, int32_t x, int32_t y, int32_t *value);
/* Fills `count` pairs of a scale (Q12) and a shift (Q4). Without `most` they jump between 2000 and 9000, and between
 * -2000 and 2000; else they go by little steps about some scale up to `most` and some shift to 9000 either way.
 * `wild`: any number. */
void harness_lights(struct harness *harness, struct block *light, size_t count, int32_t most, bool wild);
/* A grid of places over width x height pixels that spreads them over a photo, turned and shaken a little, partly
 * outside; `wild`: any number. */
struct block *harness_places(struct harness *harness, int32_t width, int32_t height, int32_t photo_width,
                             int32_t photo_height, bool wild);

#endif
