/* The smallest spots that are found: drawn into the golden photo and judged. */
#include "engine/inspector.h"
#include "engine/reach.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const double reach_sizes[REACH_SIZES] = {3, 5, 10, 20};
const double reach_contrasts[REACH_CONTRASTS] = {8, 11, 14, 18, 23, 30, 40, 55, 75};

/* Found: of all spots of a zone. More spots at once would pass for another light, or another product. */
static const double ENOUGH = 0.95;
enum { MOST_SPOTS = 96, LEAST_SPOTS = 6, GAP = 24 };

struct spot {
  double x, y;
  size_t zone; /* index in the reaches */
};

/* A trial: spots of one size at one contrast, light and dark in turn. */
struct trial {
  double size, contrast;
  const struct spot *spots;
  size_t count;
};

/* Whether all around a place belongs to one zone. */
static bool is_inside(const struct plane *labels, int32_t x, int32_t y, int32_t margin) {
  if (x < margin || y < margin || x + margin >= labels->width || y + margin >= labels->height) return false;
  uint8_t label = labels->pixels[(size_t)y * labels->stride + (size_t)x];
  for (int32_t v = y - margin; v <= y + margin; v++)
    for (int32_t u = x - margin; u <= x + margin; u++)
      if (labels->pixels[(size_t)v * labels->stride + (size_t)u] != label) return false;
  return true;
}

static bool is_zone_of(const struct inspector *in, const struct reach *reach, uint8_t label) {
  const struct spec_zone *zone = zones_of_label(in->spec, label);
  return zone ? reach->zone == zone->name : !reach->zone && label == ZONES_OUTSIDE;
}

/* Places on a grid, as wide as to have no more than MOST_SPOTS of a zone. */
static size_t place_spots(const struct inspector *in, const struct reach *reaches, size_t zone, double size,
                          struct spot spots[MOST_SPOTS]) {
  const struct plane *labels = &in->zones.labels;
  int32_t margin = (int32_t)(0.5 * size) + 3, step = (int32_t)size + GAP;
  size_t count;
  do {
    count = 0;
    for (int32_t y = step / 2; y < labels->height && count <= MOST_SPOTS; y += step)
      for (int32_t x = step / 2; x < labels->width && count <= MOST_SPOTS; x += step) {
        if (!is_zone_of(in, &reaches[zone], labels->pixels[(size_t)y * labels->stride + (size_t)x]) ||
            !is_inside(labels, x, y, margin))
          continue;
        if (count < MOST_SPOTS) spots[count] = (struct spot){x, y, zone};
        count++;
      }
    step += step / 4;
  } while (count > MOST_SPOTS);
  return count;
}

/* Share of a pixel that a disc covers, by 4 x 4 points. */
static double covered(double dx, double dy, double radius) {
  int inside = 0;
  for (int k = 0; k < 16; k++) {
    double x = dx + (k % 4 - 1.5) / 4, y = dy + (k / 4 - 1.5) / 4;
    inside += x * x + y * y <= radius * radius;
  }
  return inside / 16.0;
}

/* Adds a spot to rows of interleaved RGB; towards where there is room for it. */
static void draw_spot(uint8_t *rgb, int32_t width, const struct plane *luma, const struct spot *spot, double size,
                      double contrast, bool light) {
  int32_t x = (int32_t)spot->x, y = (int32_t)spot->y, reach = (int32_t)(0.5 * size) + 1;
  double ground = luma->pixels[(size_t)y * luma->stride + (size_t)x];
  if (light && ground + contrast > 250) light = false;
  if (!light && ground - contrast < 5) light = true;
  for (int32_t v = y - reach; v <= y + reach; v++)
    for (int32_t u = x - reach; u <= x + reach; u++)
      for (int c = 0; c < 3; c++) {
        uint8_t *p = &rgb[3 * ((size_t)v * (size_t)width + (size_t)u) + (size_t)c];
        double value = floor(*p + (light ? contrast : -contrast) * covered(u - x, v - y, 0.5 * size) + 0.5);
        *p = value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
      }
}

static enum status draw(const struct inspector *in, const struct trial *trial, struct photo *photo,
                        struct fault *fault) {
  char header[48];
  const struct image *golden = &in->image;
  int length = snprintf(header, sizeof header, "P6 %d %d 255\n", golden->width, golden->height);
  size_t row = 3 * (size_t)golden->width, size = (size_t)length + row * (size_t)golden->height;
  uint8_t *bytes = malloc(size);
  if (!bytes) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  memcpy(bytes, header, (size_t)length);
  for (int32_t y = 0; y < golden->height; y++) image_rgb_row(golden, y, bytes + length + (size_t)y * row);
  for (size_t i = 0; i < trial->count; i++)
    draw_spot(bytes + length, golden->width, &golden->planes[0], &trial->spots[i], trial->size, trial->contrast, i % 2);
  enum status status = photo_from_bytes("golden photo with spots", bytes, size, photo, fault);
  free(bytes);
  return status;
}

static bool is_found(const struct result *result, const struct spot *spot, double size) {
  double radius = 0.5 * size + 1;
  for (size_t i = 0; i < result->region_count; i++) {
    const int32_t *box = result->regions[i].golden_box;
    if (box[0] <= spot->x + radius && spot->x - radius <= box[0] + box[2] && box[1] <= spot->y + radius &&
        spot->y - radius <= box[1] + box[3])
      return true;
  }
  return false;
}

/* How many of a trial's spots are found. */
static enum status run_trial(const struct inspector *in, struct inspection *inspection, const struct trial *trial,
                             size_t *found, struct fault *fault) {
  struct photo photo = {0};
  struct result result = {0};
  *found = 0;
  enum status status = draw(in, trial, &photo, fault);
  if (!status) status = inspect_photo(inspection, &photo, NULL, &result, fault);
  for (size_t i = 0; i < trial->count && !status; i++) *found += is_found(&result, &trial->spots[i], trial->size);
  result_free(&result);
  photo_free(&photo);
  return status;
}

/* The least contrast of those tried that is found, by halving; spots of more contrast are found where weaker are. */
static enum status try_size(const struct inspector *in, struct inspection *inspection, struct trial *trial,
                            double *least, struct fault *fault) {
  int low = 0, high = REACH_CONTRASTS;
  enum status status = STATUS_OK;
  while (low < high && !status) {
    int middle = (low + high) / 2;
    size_t found;
    trial->contrast = reach_contrasts[middle];
    status = run_trial(in, inspection, trial, &found, fault);
    if ((double)found >= ENOUGH * (double)trial->count)
      high = middle;
    else
      low = middle + 1;
  }
  *least = high < REACH_CONTRASTS ? reach_contrasts[high] : NAN;
  return status;
}

enum status reach_try(const struct inspector *in, struct reach *reaches, size_t count, struct fault *fault) {
  struct inspection *inspection = NULL;
  struct spot spots[MOST_SPOTS];
  enum status status = inspection_open(in, &inspection, fault);
  for (size_t zone = 0; zone < count && !status; zone++)
    for (int k = 0; k < REACH_SIZES && !status; k++) {
      struct trial trial = {.size = reach_sizes[k], .spots = spots};
      trial.count = place_spots(in, reaches, zone, trial.size, spots);
      if (trial.count >= LEAST_SPOTS) status = try_size(in, inspection, &trial, &reaches[zone].found[k], fault);
    }
  inspection_close(inspection);
  return status;
}
