/* Pixel work behind one table of operations.
 *
 * A backend (cpu, cuda) offers memory, a stream and operations, each apart. cpu/ is the reference and the default;
 * every other implementation must give the same bytes. The engine holds handles and never touches pixels except through
 * this header: it uploads a photo, calls operations, and downloads sums, tables and the evidence.
 *
 * Everything here is integer arithmetic with a stated rounding, in profiles single precision in a stated order, so that
 * "the same bytes" needs no tolerance. The arithmetic of one pixel stands in pixel.h, which C and CUDA share.
 *
 * Conventions
 * - Pixel centres are at integers. An image is rows of elements with a stride in elements, 1..KERNEL_MAX_SIDE a side.
 * - Qn is a fixed-point number with n fraction bits.
 * - A *grid* holds one value a cell corner: cells of KERNEL_CELL x KERNEL_CELL pixels, corner (i, j) at pixel
 *   (16 i, 16 j), KERNEL_NODES(width) x KERNEL_NODES(height) corners, rows without padding. Values between corners
 *   are interpolated bilinearly as pixel.h says. A *tile* is a cell.
 * - Inputs and outputs of one call must not overlap.
 * - Operations are asynchronous on a backend with a stream; download and wait are the points that block.
 * - Sizes that do not fit together, or a NULL where none may be, give KERNEL_ARGUMENT and nothing is written.
 * - Threads: a context belongs to one thread at a time. A buffer may be read by several contexts of one backend at
 * once.
 */
#ifndef ASSAY_KERNELS_KERNELS_H
#define ASSAY_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define KERNEL_CELL 16
#define KERNEL_NODES(side) (((side) + KERNEL_CELL - 1) / KERNEL_CELL + 1)
#define KERNEL_TILES(side) (((side) + KERNEL_CELL - 1) / KERNEL_CELL)

enum { KERNEL_MAX_SIDE = 32000, KERNEL_MAP_UNIT = 32 };

enum kernel_status {
  KERNEL_OK = 0,
  KERNEL_NO_MEMORY,
  KERNEL_DEVICE,  /* the device failed; the context is to be closed */
  KERNEL_ARGUMENT /* the call makes no sense */
};

struct kernel_context; /* a device and a stream, for one thread */
struct kernel_buffer;  /* memory of a backend */

/* A two-dimensional view of a buffer. The element type is said by the operation. */
struct kernel_image {
  struct kernel_buffer *buffer;
  size_t offset; /* elements before the first pixel */
  int32_t width, height;
  int32_t stride; /* elements a row, at least width */
};

/* Half the size by the rounded mean of 2 x 2 pixels, (a + b + c + d + 2) >> 2; the last column or row of an odd size is
 * repeated. u8 -> u8. `to` is (width + 1) / 2 x (height + 1) / 2; its pixel (i, j) lies at (2 i + 0.5, 2 j + 0.5). */
struct kernel_halve {
  struct kernel_image from, to;
};

/* The same size rule for masks: 255 where all of the 2 x 2 pixels are not 0, else 0. u8 -> u8. */
struct kernel_halve_mask {
  struct kernel_image from, to;
};

/* What Gauss-Newton needs to know, tile by tile.
 *
 * For each golden pixel that is not on the border of the golden, has mask != 0 and whose place in the photo (from
 * `place`, rounded to 1/256 px) lies within the photo:
 *   G golden value, X = G(x+1) - G(x-1), Y = G(y+1) - G(y-1)            (twice the gradient)
 *   P photo value, bilinear, Q4; E = P - (G gain >> 8) - offset          (gain Q12, offset Q4: of the tile)
 *   W = 64 (1 - (E / cut)^2), rounded down, at least 0                   (cut Q4, 16..2032)
 * and the tile's row of KERNEL_SUMS int64 gets the sums over its pixels, in the order of enum kernel_sum. */
struct kernel_tile_sums {
  struct kernel_image golden;  /* u8 */
  struct kernel_image mask;    /* u8, same size; buffer NULL: all of it */
  struct kernel_image photo;   /* u8 */
  struct kernel_buffer *place; /* grid over golden of {int32 x, int32 y}, Q16 photo pixels */
  struct kernel_buffer *light; /* one {int32 gain, int32 offset} a tile */
  int32_t cut;
  int32_t light_only; /* not 0: SUM_W, SUM_G and SUM_E, which tell the light, are all that is asked; the others are 0 */
  struct kernel_buffer *sums; /* int64 [tiles of height][tiles of width][KERNEL_SUMS] */
};

enum kernel_sum {
  SUM_W, /* sums of W times ... */
  SUM_G, /* G */
  SUM_GG,
  SUM_E,
  SUM_EE,
  SUM_GE,
  SUM_X,
  SUM_Y,
  SUM_XX,
  SUM_XY,
  SUM_YY,
  SUM_XE,
  SUM_YE,
  SUM_XG,
  SUM_YG,
  SUM_SEEN, /* number of pixels used, whatever W */
  KERNEL_SUMS
};

/* The photo brought to the golden's place and light: luma.
 * out = clamp(((P scale >> 12) + shift + 16 (tint - 128) + 8) >> 4, 1, 255), P bilinear Q4; scale Q12 and shift Q4 from
 * the grid `light`; tint (may be absent) is read at half size, pixel (x >> 1, y >> 1). Where the place does not lie
 * within the photo out is 0, so that it tells by itself what is seen. */
struct kernel_warp {
  struct kernel_image photo;   /* u8 */
  struct kernel_buffer *place; /* grid over out, {x, y} Q16 */
  struct kernel_buffer *light; /* grid over out, {scale, shift} */
  struct kernel_image tint;    /* u8, (width + 1) / 2 x (height + 1) / 2; buffer NULL: none */
  struct kernel_image out;     /* u8 */
};

/* The same for chroma at half size. The photo's luma at half size, Cb and Cr are sampled at one place, taken to red,
 * green, blue (BT.601 full range), multiplied and shifted channel by channel, and taken back. `tint` gets 128 + what
 * the luma of the corrected colour has beyond the luma that kernel_warp's scale and shift give by themselves. All three
 * are 128, and `seen` is 0 instead of 255, where the place does not lie within the photo. */
struct kernel_warp_chroma {
  struct kernel_image luma, cb, cr; /* u8, one size */
  struct kernel_buffer *place;      /* grid over out, {x, y} Q16 */
  struct kernel_buffer *light;      /* grid over out, {scale, shift} of red, green, blue, luma: 8 int32 a corner */
  struct kernel_image out_cb, out_cr, tint, seen; /* u8, one size */
};

/* What a picture of another focus shows elsewhere, to first order: 3 x 3 binomial mean (1 2 1; 2 4 2; 1 2 1) of the
 * golden's mean, edges repeated, less that mean itself. With M its values, Q4, and B their binomial sum,
 * bend = clamp((B - 16 M) / 4, rounded down), Q6, to 16 bits; kept as two's complement in 16 bits. */
struct kernel_bend {
  struct kernel_image mean, bend; /* u16, i16 */
};

/* How much softer a photo is than the golden: sums over every KERNEL_FOCUS_ROWSth row, from row 0 on, of the pixels
 * whose `compared` is not 0, of whose 3 x 3 all nine are seen, whose bend is KERNEL_FOCUS_BEND or more either way, and
 * whose difference D = S - mean (S as in kernel_accumulate, without a bend) is at most `cut` (Q4, 0..4080) either way.
 * With b = bend >> 3: sums[0] = sum of b b, sums[1] = sum of b D. */
enum { KERNEL_FOCUS_ROWS = 4, KERNEL_FOCUS_BEND = 128 };
struct kernel_focus_sums {
  struct kernel_image photo, seen;          /* u8 */
  struct kernel_image mean, bend, compared; /* u16, i16, u16 */
  int32_t cut;
  struct kernel_buffer *sums; /* int64 [2] */
};

/* Adds an aligned photo to a golden's statistics. S = 3 x 3 binomial sum (1 2 1; 2 4 2; 1 2 1) of the photo, Q4, edges
 * repeated; less what its focus makes of it, clamp(S - ((bend focus) >> 16), 0, 4080), where there is a bend; where
 * `seen` is not 0 in all nine: sum += S, square += S S, count += 1. At most 256 photos. */
struct kernel_accumulate {
  struct kernel_image photo, seen;        /* u8 */
  struct kernel_image bend;               /* i16; buffer NULL: none */
  int32_t focus;                          /* Q14, -32768..32767 */
  struct kernel_image sum, square, count; /* u32, u32, u16 */
};

/* A golden's mean and variance; sums that no photos give wrap in 64 bits and are cut to the outputs. With n = count:
 * mean = (sum + n / 2) / n, Q4; variance = (square n - sum sum) / (n (n - 1)), Q8, 0 for n < 2; both 0 where n = 0. */
struct kernel_statistics {
  struct kernel_image sum, square, count; /* u32, u32, u16 */
  struct kernel_image mean, variance;     /* u16, u32 */
};

/* From mean M and variance to limits. With n = count, v the mean of the variance over the 5 x 5 pixels (those within
 * the picture), rounded down; "max" and "min" are over the pixels whose count is not 0:
 *   r = max 5 x 5 of M - min 5 x 5 of M, p = prior_variance + ((prior_edge r r) >> 16)
 *   deviation = floor(sqrt((prior p + (n - 1) v) / (prior + n - 1)))                                             Q4
 *   spread = max(absolute + ((detail D) >> 4), (relative deviation) >> 8), D the pixel of `detail`               Q4
 *   rise   = spread + ((edge (max 3 x 3 of M - M) + sharp r) >> 8)               Q4
 *   fall   = the same with M - min 3 x 3 of M
 * and the outputs are reciprocals for kernel_compare: min(65535, (KERNEL_MAP_UNIT << 16) / limit). They are 0, never
 * compared, where count is 0, the zone is over tolerance_count, or the zone of any of the 3 x 3 pixels (those within
 * the picture) is 0, since the ground there is in the smoothed value; zone z takes tolerances[z - 1]. */
struct kernel_tolerance {
  int32_t absolute;       /* Q4, at least 1 */
  int32_t detail;         /* Q8 */
  int32_t relative;       /* Q8 */
  int32_t edge, sharp;    /* Q8 */
  int32_t prior;          /* photos that the prior counts for, at least 1 */
  int32_t prior_variance; /* Q8 */
  int32_t prior_edge;     /* Q16 */
};

struct kernel_limits {
  struct kernel_image mean, variance, count; /* u16, u32, u16 */
  struct kernel_image zones, detail;         /* u8 */
  const struct kernel_tolerance *tolerances; /* host memory */
  int32_t tolerance_count;
  struct kernel_image rise, fall; /* u16 */
};

/* Mean and limits of a golden of one photo: mean = S as in kernel_accumulate, and limits as by kernel_limits with the
 * variance 0 and the count 1 everywhere. */
struct kernel_limits_of_one {
  struct kernel_image photo;                 /* u8 */
  struct kernel_image zones, detail;         /* u8 */
  const struct kernel_tolerance *tolerances; /* host memory */
  int32_t tolerance_count;
  struct kernel_image mean, rise, fall; /* u16 */
};

/* The map of the difference: S as in kernel_accumulate (without a bend), D = S - mean, or, where there is a bend,
 * D = S - clamp(mean + ((bend focus) >> 16), 0, 65535);
 * map = min(255, (D rise) >> 16) for D >= 0, min(255, (-D fall) >> 16) else; 0 where one of the nine pixels is not
 * seen or rise is 0. KERNEL_MAP_UNIT is one tolerance. `histogram` counts the map's values over the pixels that are
 * compared (seen, rise not 0). */
struct kernel_compare {
  struct kernel_image photo, seen;      /* u8 */
  struct kernel_image mean, rise, fall; /* u16 */
  struct kernel_image bend;             /* i16; buffer NULL: none */
  int32_t focus;                        /* Q14, -32768..32767 */
  struct kernel_image map;              /* u8 */
  struct kernel_buffer *histogram;      /* int32 [256] */
};

/* kernel_compare with what kernel_limits_of_one makes of the golden, which is kept nowhere, in some rows alone: `map`
 * is written and `histogram` counted in rows first..first + rows - 1. */
struct kernel_compare_of_one {
  struct kernel_image golden;                /* u8 */
  struct kernel_image zones, detail;         /* u8 */
  const struct kernel_tolerance *tolerances; /* host memory */
  int32_t tolerance_count;
  struct kernel_image photo, seen; /* u8 */
  int32_t first, rows;
  struct kernel_image map;         /* u8 */
  struct kernel_buffer *histogram; /* int32 [256] */
};

/* Connected areas (8 neighbours) of map >= low. Areas are numbered in the order of their first pixel (top row first,
 * then left); the first `capacity` of them are examined, and those that hold a pixel >= high and at least min_area
 * pixels are written to `rows`, in order; what lies behind them in `rows` is not said. counts[0] = rows written,
 * counts[1] = areas there were. */
struct kernel_component {
  int32_t left, top, right, bottom; /* inclusive */
  int32_t area;
  int32_t peak;             /* largest map value */
  int64_t total;            /* sum of map values */
  int64_t x, y, xx, xy, yy; /* sums over the pixels of their coordinates, the squares and product of these */
};

struct kernel_components {
  struct kernel_image map;       /* u8 */
  int32_t low, high, min_area;   /* low at least 1 */
  struct kernel_buffer *scratch; /* int32 a pixel */
  struct kernel_buffer *rows;    /* kernel_component [capacity] */
  int32_t capacity;
  struct kernel_buffer *counts; /* int32 [2] */
};

/* Mean profiles across edges, from the photo's own pixels: nothing is interpolated, each pixel goes whole into the bin
 * of its distance. A profile is a strip about a place, with a unit vector across the edge and the edge's curvature
 * there (positive where the vector points away from the centre). With u, v the pixel less the place, across = u nx + v
 * ny, along = v nx - u ny, distance from the edge's circle (or straight line, curvature 0) d = q / (1 + sqrt(1 +
 * curvature q)), q = 2 across + curvature (along along + across across) a pixel counts where |along| <= length (1 +
 * curvature across), which is the same angle at any distance, and (d - first) KERNEL_PROFILE_SCALE, rounded down, is
 * the number of one of the profile's bins: its count grows by 1, its sum by the value, its place by the rest of the
 * division in 1/KERNEL_PROFILE_FINE, rounded down. In single precision as profile.h says. The profiles' bins follow
 * each other: `at` is the sum of the bins of those before. */
struct kernel_profile {
  double x, y, nx, ny; /* photo pixels; a unit vector to within 1e-6 */
  double curvature;    /* 1/px, -1..1 */
  double length;       /* half the strip's, px, above 0; nowhere in it more than KERNEL_PROFILE_LENGTH */
  double
      first; /* distance of the first bin's begin, px; at most KERNEL_PROFILE_BINS / KERNEL_PROFILE_SCALE either way */
  int32_t bins, at; /* 1..KERNEL_PROFILE_BINS; in elements of `bins` */
};

/* Pixels in bits 0..15, the sum of their values in 16..39, of their places in 40..63. A bin is too narrow for the row
 * or the slanting lines of pixels in it to be more than 65535. */
struct kernel_bin {
  uint64_t word;
};

static inline uint32_t kernel_bin_count(struct kernel_bin bin) {
  return (uint32_t)bin.word & 0xffff;
}
static inline uint32_t kernel_bin_sum(struct kernel_bin bin) {
  return (uint32_t)(bin.word >> 16) & 0xffffff;
}
static inline uint32_t kernel_bin_place(struct kernel_bin bin) {
  return (uint32_t)(bin.word >> 40);
}

enum {
  KERNEL_PROFILE_SCALE = 2,
  KERNEL_PROFILE_FINE = 256,
  KERNEL_PROFILE_BINS = 65536,
  KERNEL_PROFILE_LENGTH = 30000,
  KERNEL_MOST_PROFILES = 1 << 20
};

struct kernel_profiles {
  struct kernel_image photo;             /* u8 */
  const struct kernel_profile *profiles; /* host memory */
  int32_t count;
  struct kernel_buffer *scratch; /* kernel_profile [count]; contents not said afterwards */
  struct kernel_buffer *bins;    /* kernel_bin [all bins] */
};

/* Sums of a photo's colour over the cells of a golden. `cells` has the number of each golden pixel's cell, from 1 on; 0
 * and what is over cell_count is none. For each pixel of a cell whose place (from `place`, rounded to 1/256 px) lies
 * within the photo, the cell's row of KERNEL_CELL_SUMS int64 gets 1 and the photo's luma, Cb and Cr there, bilinear,
 * Q4, in the order of enum kernel_cell_sum. */
struct kernel_cell_sums {
  struct kernel_image cells;        /* u16 */
  struct kernel_image luma, cb, cr; /* u8, one size */
  struct kernel_buffer *place;      /* grid over cells, {x, y} Q16 */
  int32_t cell_count;               /* 1..65535 */
  struct kernel_buffer *sums;       /* int64 [cell_count][KERNEL_CELL_SUMS] */
};

enum kernel_cell_sum { CELL_SEEN, CELL_LUMA, CELL_CB, CELL_CR, KERNEL_CELL_SUMS };

/* Every operation of assay. A backend fills a row or leaves it NULL; the engine then takes another backend before the
 * photo is uploaded. */
struct kernel_operations {
  enum kernel_status (*halve)(struct kernel_context *, const struct kernel_halve *);
  enum kernel_status (*halve_mask)(struct kernel_context *, const struct kernel_halve_mask *);
  enum kernel_status (*tile_sums)(struct kernel_context *, const struct kernel_tile_sums *);
  enum kernel_status (*warp)(struct kernel_context *, const struct kernel_warp *);
  enum kernel_status (*warp_chroma)(struct kernel_context *, const struct kernel_warp_chroma *);
  enum kernel_status (*bend)(struct kernel_context *, const struct kernel_bend *);
  enum kernel_status (*focus_sums)(struct kernel_context *, const struct kernel_focus_sums *);
  enum kernel_status (*accumulate)(struct kernel_context *, const struct kernel_accumulate *);
  enum kernel_status (*statistics)(struct kernel_context *, const struct kernel_statistics *);
  enum kernel_status (*limits)(struct kernel_context *, const struct kernel_limits *);
  enum kernel_status (*limits_of_one)(struct kernel_context *, const struct kernel_limits_of_one *);
  enum kernel_status (*compare)(struct kernel_context *, const struct kernel_compare *);
  enum kernel_status (*components)(struct kernel_context *, const struct kernel_components *);
  enum kernel_status (*profiles)(struct kernel_context *, const struct kernel_profiles *);
  enum kernel_status (*cell_sums)(struct kernel_context *, const struct kernel_cell_sums *);
  enum kernel_status (*compare_of_one)(struct kernel_context *, const struct kernel_compare_of_one *);
};

/* Memory of a backend. allocate gives zeroed memory. borrow gives a buffer that is host memory itself, for reading, or,
 * where the host may write it, for an operation's answer: the memory must stay until the buffer is released or, given
 * to borrow again (else NULL is given), is for other memory; a backend whose memory is elsewhere leaves the row empty.
 * view gives a buffer's bytes where they are the host's own memory, in which case nothing that writes them may be under
 * way; a backend whose memory is elsewhere leaves the row empty. upload and download copy bytes between host memory and
 * a buffer, at a byte offset; when they return, the host memory may be reused. */
struct kernel_memory {
  enum kernel_status (*allocate)(struct kernel_context *, size_t bytes, struct kernel_buffer **);
  enum kernel_status (*borrow)(struct kernel_context *, const void *host, size_t bytes, struct kernel_buffer **);
  void *(*view)(struct kernel_buffer *);
  void (*release)(struct kernel_context *, struct kernel_buffer *); /* NULL is nothing */
  enum kernel_status (*upload)(struct kernel_context *, struct kernel_buffer *, size_t at, const void *, size_t bytes);
  enum kernel_status (*download)(struct kernel_context *, const struct kernel_buffer *, size_t at, void *,
                                 size_t bytes);
};

struct kernel_backend {
  const char *name;  /* "cpu", "cuda" */
  const char *level; /* of the CPU backend: "reference", "baseline", "avx2", "avx512"; else NULL */
  enum kernel_status (*open)(struct kernel_context **);
  void (*close)(struct kernel_context *);              /* NULL is nothing */
  enum kernel_status (*wait)(struct kernel_context *); /* until all work of the context is done */
  struct kernel_memory memory;
  struct kernel_operations operations;
};

/* The plain C reference: always there. */
extern const struct kernel_backend kernel_cpu;

/* The CPU backend with the processor features of a level, NULL where this processor or build has no such level: by name
 * as above (baseline is what every processor of the architecture has), or NULL for the best there is. Every level gives
 * the same bytes. Thread-safe. */
const struct kernel_backend *kernel_cpu_level(const char *name);

#endif
