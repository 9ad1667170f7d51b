#include "engine/aligned.h"

#include "engine/bands.h"
#include "engine/crew.h"
#include "engine/field_columns.h"
#include "engine/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double RGB_FROM_CHROMA[3][2] = {{0, 1.402}, {-0.344136, -0.714136}, {1.772, 0}};

int aligned_level(enum aligned_plane plane) {
  return plane == ALIGNED_LUMA ? 0 : plane < ALIGNED_CB_QUARTER ? 1 : 2;
}

/* ---- light of the channels ---- */

struct means {
  double weight, golden, photo;
};

static struct means tile_means(const struct tiles *t, size_t i) {
  const int64_t *s = t->sums + i * KERNEL_SUMS;
  const int32_t *l = t->light + 2 * i;
  struct means m = {(double)s[SUM_W] / 64, 0, 0};
  if (s[SUM_W] < 64 * 16) return (struct means){0, 0, 0};
  m.golden = (double)s[SUM_G] / (double)s[SUM_W];
  m.photo = m.golden * l[0] / 4096 + l[1] / 16.0 + (double)s[SUM_E] / (double)s[SUM_W] / 16;
  return m;
}

/* The colour of the light is smooth: so many pixels tell it. */
static const double COLOUR_PIXELS = 0.4e6;

/* The level whose tiles give it: no finer than chroma is, on either side. */
static int light_level(const struct align_golden *g, const struct alignment *a) {
  int level = g->final_level > 0 ? g->final_level : 1;
  while (level + 1 < g->luma.count &&
         ((double)g->luma.level[level].width * (double)g->luma.level[level].height > COLOUR_PIXELS ||
          placement_photo_level(&a->placement, level, g->width, g->height, a->photo.count) < 1))
    level++;
  return level;
}

static enum status measure(struct device *device, const struct aligned_golden *golden, const struct alignment *a,
                           const struct kernel_image *from, const struct kernel_image *photo, int level,
                           int photo_level, const struct light *light, struct tiles *tiles, struct fault *fault) {
  const struct pyramid *mask = golden->mask;
  struct tiles_call call = {.golden = from,
                            .mask = level < mask->count ? &mask->level[level] : NULL,
                            .photo = photo,
                            .golden_level = level,
                            .photo_level = photo_level,
                            .placement = &a->placement,
                            .light = light,
                            .cut = 127,
                            .light_only = true};
  return tiles_measure(device, tiles, &call, fault);
}

/* Of each channel at tile i, where all planes tell of it: *samples with `pitch` between the channels'. */
static bool sample_channels(const struct aligned *out, size_t i, size_t pitch, struct light_sample *samples) {
  const struct tiles *t = &out->luma_tiles;
  const struct means y = tile_means(t, i), cb = tile_means(&out->chroma_tiles[0], i),
                     cr = tile_means(&out->chroma_tiles[1], i);
  if (!(y.weight > 0 && cb.weight > 0 && cr.weight > 0)) return false;
  for (int channel = 0; channel < 3; channel++, samples += pitch) {
    const double *k = RGB_FROM_CHROMA[channel];
    *samples = (struct light_sample){tiles_middle(t, (int)(i % (size_t)t->columns)),
                                     tiles_middle(t, (int)(i / (size_t)t->columns)),
                                     y.golden + k[0] * (cb.golden - 128) + k[1] * (cr.golden - 128),
                                     y.photo + k[0] * (cb.photo - 128) + k[1] * (cr.photo - 128), y.weight};
  }
  return true;
}

static enum status fit_channels(struct aligned *out, struct fault *fault) {
  size_t tiles = (size_t)out->luma_tiles.columns * (size_t)out->luma_tiles.rows, count = 0;
  struct light_sample *samples = malloc(3 * tiles * sizeof *samples);
  if (!samples) return fault_set(fault, STATUS_MEMORY, "light: out of memory");
  for (size_t i = 0; i < tiles; i++) count += sample_channels(out, i, tiles, samples + count);
  enum status status = STATUS_OK;
  for (int channel = 0; channel < 3 && !status; channel++) {
    out->light.channel[channel] = out->light.luma;
    status = light_fit(samples + (size_t)channel * tiles, count, LIGHT_MAX_ORDER, LIGHT_ROUNDS,
                       &out->light.channel[channel], fault);
  }
  free(samples);
  return status;
}

/* Mean residual of the tiles, smoothed over 3 x 3 of them (1 2 1) and bounded. */
static enum status find_shade(const struct alignment *a, struct aligned *out, struct fault *fault) {
  const struct tiles *t = &a->tiles;
  struct field *shade = &out->light.shade;
  enum status status =
      field_reserve(shade, t->columns, t->rows, KERNEL_CELL * (double)(1 << t->level), tiles_middle(t, 0), fault);
  if (status) return status;
  for (int j = 0; j < t->rows; j++) {
    struct light_row row = light_row(&out->light.luma, tiles_middle(t, j));
    for (int i = 0; i < t->columns; i++) {
      double sum = 0, weight = 0;
      for (int v = j ? j - 1 : 0; v <= j + 1 && v < t->rows; v++)
        for (int u = i ? i - 1 : 0; u <= i + 1 && u < t->columns; u++) {
          const int64_t *s = t->sums + ((size_t)v * (size_t)t->columns + (size_t)u) * KERNEL_SUMS;
          double w = (v == j ? 2 : 1) * (u == i ? 2 : 1);
          sum += w * (double)s[SUM_E] / 16, weight += w * (double)s[SUM_W];
        }
      double gain = light_row_gain(&row, tiles_middle(t, i));
      double d = weight > 0 ? sum / weight / gain : 0;
      shade->x[(size_t)j * (size_t)t->columns + (size_t)i] = d > ALIGNED_SHADE    ? ALIGNED_SHADE
                                                             : d < -ALIGNED_SHADE ? -ALIGNED_SHADE
                                                                                  : d;
    }
  }
  return STATUS_OK;
}

static enum status find_light(struct device *device, const struct aligned_golden *golden, struct alignment *a,
                              struct aligned *out, struct fault *fault) {
  out->light.luma = out->light.channel[0] = a->light;
  out->light.channels = out->colour ? 3 : 1;
  enum status status = find_shade(a, out, fault);
  if (status || !out->colour) return status;
  int level = light_level(golden->align, a);
  int photo_level =
      placement_photo_level(&a->placement, level, golden->align->width, golden->align->height, a->photo.count);
  if (photo_level < 1) photo_level = 1;
  status = measure(device, golden, a, &golden->align->luma.level[level], &a->photo.level[photo_level], level,
                   photo_level, &out->light.luma, &out->luma_tiles, fault);
  if (!status)
    status = measure(device, golden, a, &golden->cb->level[level - 1], &out->photo_cb.level[photo_level - 1], level,
                     photo_level, NULL, &out->chroma_tiles[0], fault);
  if (!status)
    status = measure(device, golden, a, &golden->cr->level[level - 1], &out->photo_cr.level[photo_level - 1], level,
                     photo_level, NULL, &out->chroma_tiles[1], fault);
  return status ? status : fit_channels(out, fault);
}

/* ---- planes ---- */

/* On a line of one y: {scale Q12, shift Q4} that take the photo's light to the golden's, `pitch` numbers from place to
 * place; FIELD_COLUMNS places at most. */
static void undo(const struct light *light, double y, const double *restrict x, int count, size_t pitch, int32_t *out) {
  const struct light_row row = light_row(light, y);
  const double dark = LIGHT_PEDESTAL - light->offset;
  int32_t scale[FIELD_COLUMNS], shift[FIELD_COLUMNS];
  for (int i = 0; i < count; i++) {
    double inverse = 1 / light_row_gain(&row, x[i]);
    scale[i] = fixed_round(4096 * inverse, 1 << 17);
    shift[i] = fixed_round(16 * (dark * inverse - LIGHT_PEDESTAL), 1 << 15);
  }
  for (int i = 0; i < count; i++, out += pitch) out[0] = scale[i], out[1] = shift[i];
}

static void take_shade(const double *restrict shade, int count, int32_t *restrict out) {
  for (int i = 0; i < count; i++) out[2 * i + 1] -= fixed_round(16 * shade[i], 16 * ALIGNED_SHADE);
}

/* Lights of a grid's corners, a level of the golden; the shade is the only light's. */
static void fill_lights(const struct light *const *lights, size_t count, const struct field *shade, int level,
                        int columns, int rows, int32_t *to) {
  const double unit = (double)(1 << level);
  for (int first = 0; first < columns; first += FIELD_COLUMNS) {
    int part = columns - first < FIELD_COLUMNS ? columns - first : FIELD_COLUMNS;
    double x[FIELD_COLUMNS], shades[FIELD_COLUMNS];
    struct field_columns across;
    for (int i = 0; i < part; i++) x[i] = ((double)(first + i) * KERNEL_CELL + 0.5) * unit - 0.5;
    field_columns_begin(shade, x, part, &across);
    for (int j = 0; j < rows; j++) {
      double y = ((double)j * KERNEL_CELL + 0.5) * unit - 0.5;
      int32_t *out = to + 2 * count * ((size_t)j * (size_t)columns + (size_t)first);
      for (size_t k = 0; k < count; k++) undo(lights[k], y, x, part, 2 * count, out + 2 * k);
      if (!shade) continue;
      field_columns_at(&across, y, shades, NULL);
      take_shade(shades, part, out);
    }
  }
}

static enum status reserve_grid(int32_t **grid, size_t *size, size_t need, struct fault *fault) {
  if (need <= *size) return STATUS_OK;
  int32_t *larger = realloc(*grid, need);
  if (!larger) return fault_set(fault, STATUS_MEMORY, "light: out of memory");
  *grid = larger, *size = need;
  return STATUS_OK;
}

/* Uploads the places and the light of one level of the golden: `values` int32 a corner, two for each light. */
static enum status upload_grids(struct device *device, const struct alignment *a, struct aligned *out, int level,
                                int photo_level, int32_t width, int32_t height, const struct light *const *lights,
                                size_t count, const struct field *shade, struct fault *fault) {
  size_t columns = (size_t)KERNEL_NODES(width), rows = (size_t)KERNEL_NODES(height);
  size_t places = columns * rows * 2 * sizeof(int32_t), values = places * count;
  enum status status = reserve_grid(&out->host_place, &out->host_place_size, places, fault);
  if (!status) status = reserve_grid(&out->host_grid, &out->host_grid_size, values, fault);
  if (status) return status;
  placement_grid(&a->placement, level, width, height, photo_level, out->host_place);
  fill_lights(lights, count, shade, level, (int)columns, (int)rows, out->host_grid);
  status = device_lend(device, &out->place, out->host_place, places, fault);
  return status ? status : device_lend(device, &out->grid, out->host_grid, values, fault);
}

static enum status plane_of(struct device *device, struct device_memory *memory, int32_t width, int32_t height,
                            struct kernel_image *view, struct fault *fault) {
  enum status status = device_reserve(device, memory, (size_t)width * (size_t)height, fault);
  if (!status) *view = device_view(memory, width, height);
  return status;
}

static enum status make_chroma(struct device *device, const struct align_golden *g, struct alignment *a,
                               struct aligned *out, int photo_level, int threads, struct kernel_image *tint,
                               struct fault *fault) {
  int32_t width = (g->width + 1) / 2, height = (g->height + 1) / 2;
  const struct light *lights[4] = {&out->light.channel[0], &out->light.channel[1], &out->light.channel[2],
                                   &out->light.luma};
  enum status status = plane_of(device, &out->memory[ALIGNED_CB], width, height, &out->plane[ALIGNED_CB], fault);
  if (!status) status = plane_of(device, &out->memory[ALIGNED_CR], width, height, &out->plane[ALIGNED_CR], fault);
  if (!status) status = plane_of(device, &out->seen_memory[1], width, height, &out->seen[ALIGNED_CB], fault);
  out->seen[ALIGNED_CR] = out->seen[ALIGNED_CB];
  if (!status) status = plane_of(device, &out->tint, width, height, tint, fault);
  if (!status) status = upload_grids(device, a, out, 1, photo_level + 1, width, height, lights, 4, NULL, fault);
  if (status) return status;
  struct kernel_warp_chroma call = {.luma = a->photo.level[photo_level + 1],
                                    .cb = out->photo_cb.level[photo_level],
                                    .cr = out->photo_cr.level[photo_level],
                                    .place = out->place.buffer,
                                    .light = out->grid.buffer,
                                    .out_cb = out->plane[ALIGNED_CB],
                                    .out_cr = out->plane[ALIGNED_CR],
                                    .tint = *tint,
                                    .seen = out->seen[ALIGNED_CB]};
  return bands_warp_chroma(device, threads, &call, fault);
}

static enum status make_quarter(struct device *device, struct aligned *out, struct fault *fault) {
  const struct kernel_operations *ops = &device->backend->operations;
  int32_t width = (out->plane[ALIGNED_CB].width + 1) / 2, height = (out->plane[ALIGNED_CB].height + 1) / 2;
  enum status status = plane_of(device, &out->seen_memory[2], width, height, &out->seen[ALIGNED_CB_QUARTER], fault);
  out->seen[ALIGNED_CR_QUARTER] = out->seen[ALIGNED_CB_QUARTER];
  for (int i = 0; i < 2 && !status; i++) {
    struct kernel_image *to = &out->plane[ALIGNED_CB_QUARTER + i];
    status = plane_of(device, &out->memory[ALIGNED_CB_QUARTER + i], width, height, to, fault);
    struct kernel_halve call = {.from = out->plane[ALIGNED_CB + i], .to = *to};
    if (!status) status = device_check(ops->halve(device->context, &call), "halve", fault);
  }
  struct kernel_halve_mask mask = {.from = out->seen[ALIGNED_CB], .to = out->seen[ALIGNED_CB_QUARTER]};
  return status ? status : device_check(ops->halve_mask(device->context, &mask), "halve_mask", fault);
}

/* What is made of a photo, and what its planes are made with. */
struct making {
  struct device *device;
  const struct aligned_golden *golden;
  const struct image *photo;
  struct alignment *alignment;
  struct aligned *out;
  int photo_level;
  struct kernel_image tint;
};

static enum status make_pyramid(void *context, size_t second, struct fault *fault) {
  const struct making *m = context;
  struct pyramid *pyramid = second ? &m->out->photo_cr : &m->out->photo_cb;
  return pyramid_build(m->device, pyramid, &m->photo->planes[1 + second], m->alignment->photo.count - 1, fault);
}

static enum status make_luma(const struct making *m, struct fault *fault) {
  const struct align_golden *g = m->golden->align;
  struct aligned *out = m->out;
  struct device *device = m->device;
  enum status status =
      plane_of(device, &out->memory[ALIGNED_LUMA], g->width, g->height, &out->plane[ALIGNED_LUMA], fault);
  out->seen[ALIGNED_LUMA] = out->plane[ALIGNED_LUMA];
  const struct light *luma = &out->light.luma;
  if (!status)
    status = upload_grids(device, m->alignment, out, 0, m->photo_level, g->width, g->height, &luma, 1,
                          &out->light.shade, fault);
  if (status) return status;
  struct kernel_warp call = {.photo = m->alignment->photo.level[m->photo_level],
                             .place = out->place.buffer,
                             .light = out->grid.buffer,
                             .tint = m->tint,
                             .out = out->plane[ALIGNED_LUMA]};
  return bands_warp(device, m->golden->threads, &call, fault);
}

/* What is left when the chroma at half size is there: the luma, and the chroma at a quarter. One thread makes the
 * latter first, while what it is made of is still at hand; of several the first begins with what takes longest. */
static enum status make_rest(void *context, size_t piece, struct fault *fault) {
  const struct making *m = context;
  const size_t quarter = m->golden->threads > 1 ? 1 : 0;
  return m->out->colour && piece == quarter ? make_quarter(m->device, m->out, fault) : make_luma(m, fault);
}

enum status aligned_make(struct device *device, const struct aligned_golden *golden, const struct image *photo,
                         struct alignment *a, struct aligned *out, struct fault *fault) {
  const struct align_golden *g = golden->align;
  struct making m = {.device = device, .golden = golden, .photo = photo, .alignment = a, .out = out};
  const struct crew pyramids = {golden->threads, make_pyramid, &m}, rest = {golden->threads, make_rest, &m};
  enum status status = STATUS_OK;
  out->colour = photo->colour && golden->cb->count && a->photo.count > 1;
  out->planes = out->colour ? ALIGNED_PLANES : 1;
  out->photo = photo, out->placement = &a->placement;
  out->bend.buffer = NULL, out->focus = 0;
  if (out->colour) status = crew_run(&pyramids, 2, fault);
  if (!status) status = find_light(device, golden, a, out, fault);
  m.photo_level = placement_photo_level(&a->placement, 0, g->width, g->height, a->photo.count);
  if (m.photo_level + 2 > a->photo.count) m.photo_level = a->photo.count > 1 ? a->photo.count - 2 : 0;
  if (!status && out->colour) status = make_chroma(device, g, a, out, m.photo_level, golden->threads, &m.tint, fault);
  if (!status) status = crew_run(&rest, out->colour ? 2 : 1, fault);
  return status;
}

static enum status upload_all_seen(struct device *device, int32_t width, int32_t height, struct device_memory *memory,
                                   struct kernel_image *view, struct fault *fault) {
  size_t size = (size_t)width * (size_t)height;
  uint8_t *all = malloc(size);
  if (!all) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  memset(all, 255, size);
  struct plane plane = {all, width, height, (size_t)width};
  enum status status = device_upload_plane(device, memory, &plane, view, fault);
  free(all);
  return status;
}

enum status aligned_of_golden(struct device *device, const struct image *golden, bool colour, struct aligned *out,
                              struct fault *fault) {
  out->colour = colour;
  out->planes = colour ? ALIGNED_PLANES : 1;
  out->photo = NULL, out->placement = NULL;
  out->bend.buffer = NULL, out->focus = 0;
  enum status status = STATUS_OK;
  for (int i = ALIGNED_LUMA; i <= (colour ? ALIGNED_CR : ALIGNED_LUMA) && !status; i++)
    status = device_upload_plane(device, &out->memory[i], &golden->planes[i], &out->plane[i], fault);
  for (int i = ALIGNED_LUMA; i <= (colour ? ALIGNED_CB : ALIGNED_LUMA) && !status; i++)
    status = upload_all_seen(device, golden->planes[i].width, golden->planes[i].height, &out->seen_memory[i],
                             &out->seen[i], fault);
  out->seen[ALIGNED_CR] = out->seen[ALIGNED_CB];
  return !status && colour ? make_quarter(device, out, fault) : status;
}

void aligned_free(struct device *device, struct aligned *out) {
  pyramid_release(device, &out->photo_cb);
  pyramid_release(device, &out->photo_cr);
  tiles_free(device, &out->chroma_tiles[0]);
  tiles_free(device, &out->chroma_tiles[1]);
  tiles_free(device, &out->luma_tiles);
  for (int i = 0; i < ALIGNED_PLANES; i++) device_release(device, &out->memory[i]);
  for (int i = 0; i < 3; i++) device_release(device, &out->seen_memory[i]);
  device_release(device, &out->tint);
  field_free(&out->light.shade);
  device_release(device, &out->place);
  device_release(device, &out->grid);
  device_release(device, &out->focus_sums);
  free(out->host_place);
  free(out->host_grid);
  memset(out, 0, sizeof *out);
}
