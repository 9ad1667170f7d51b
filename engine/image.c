#include "engine/image.h"

#include "engine/colour.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Planes begin on a cache line. Large photos are read at an angle, a page a row: large pages save most of the look-ups.
 */
enum { PLANE_ALIGNMENT = 64, LARGE_PAGE = 2 << 20 };

static size_t aligned(size_t size) {
  return (size + PLANE_ALIGNMENT - 1) / PLANE_ALIGNMENT * PLANE_ALIGNMENT;
}

void *image_memory(size_t size) {
  size = aligned(size);
  if (size <= LARGE_PAGE) return aligned_alloc(PLANE_ALIGNMENT, size);
  size_t pages = (size + LARGE_PAGE - 1) & ~(size_t)(LARGE_PAGE - 1);
  void *memory = aligned_alloc(LARGE_PAGE, pages);
  if (memory) madvise(memory, pages, MADV_HUGEPAGE);
  return memory;
}

void image_memory_return(void *memory, size_t size) {
  if (memory && size > LARGE_PAGE) madvise(memory, size & ~(size_t)(LARGE_PAGE - 1), MADV_DONTNEED);
}

enum status image_reserve(struct image *image, int32_t width, int32_t height, bool colour, struct fault *fault) {
  if (width < 1 || height < 1 || width > IMAGE_MAX_SIDE || height > IMAGE_MAX_SIDE)
    return fault_set(fault, STATUS_LIMIT, "the image would be %d x %d pixels: a side may have 1 to %d", width, height,
                     IMAGE_MAX_SIDE);
  const int32_t chroma_width = (width + 1) / 2, chroma_height = (height + 1) / 2;
  const size_t luma_size = aligned((size_t)width * (size_t)height);
  const size_t chroma_size = colour ? aligned((size_t)chroma_width * (size_t)chroma_height) : 0;
  const size_t size = luma_size + 2 * chroma_size;
  if (size > image->memory_size) {
    free(image->memory);
    image->memory = image_memory(size);
    image->memory_size = image->memory ? size : 0;
    if (!image->memory) {
      free(image->fraction_memory);
      *image = (struct image){0};
      return fault_set(fault, STATUS_MEMORY, "out of memory: an image of %d x %d pixels needs %zu bytes", width, height,
                       size);
    }
  }
  uint8_t *base = image->memory;
  image->planes[0] = (struct plane){base, width, height, (size_t)width};
  for (int i = 1; i < 3; i++) {
    image->planes[i] = (struct plane){0};
    if (colour)
      image->planes[i] = (struct plane){base + luma_size + (size_t)(i - 1) * chroma_size, chroma_width, chroma_height,
                                        (size_t)chroma_width};
  }
  image->colour = colour;
  image->step[0] = image->step[1] = 0;
  image->fractions = false;
  image->full = IMAGE_FULL;
  image->width = image->full_width = width;
  image->height = image->full_height = height;
  image->reduction = 1;
  return STATUS_OK;
}

enum status image_reserve_fractions(struct image *image, struct fault *fault) {
  const int32_t side = IMAGE_FRACTION_SIDE / image->reduction;
  const int32_t width = (image->width + side - 1) / side, height = (image->height + side - 1) / side;
  const size_t size = (size_t)width * (size_t)height, all = (image->colour ? 3 : 1) * size;
  if (all > image->fraction_memory_size) {
    free(image->fraction_memory);
    image->fraction_memory = malloc(all);
    image->fraction_memory_size = image->fraction_memory ? all : 0;
    if (!image->fraction_memory)
      return fault_set(fault, STATUS_MEMORY, "out of memory: the means of %d x %d pixels need %zu bytes", image->width,
                       image->height, all);
  }
  uint8_t *base = image->fraction_memory;
  memset(base, 128, all);
  for (int i = 0; i < 3; i++) {
    image->fraction[i] = (struct plane){0};
    if (!i || image->colour) image->fraction[i] = (struct plane){base + (size_t)i * size, width, height, (size_t)width};
  }
  image->fractions = true;
  return STATUS_OK;
}

void image_free(struct image *image) {
  if (!image) return;
  free(image->memory);
  free(image->fraction_memory);
  *image = (struct image){0};
}

enum { PART = 128 }; /* luma pixels of a row at once */

/* The chroma at luma positions (left..left + count - 1, y), at most PART: samples lie at 2i + 0.5, so the weights are
 * 3/4 and 1/4 each way. `to` has room for two more. Returns where that of `left` is. */
static const uint8_t *chroma_of(const struct plane *plane, int32_t left, int32_t y, int32_t count,
                                uint8_t to[PART + 2]) {
  const int32_t y0 = y / 2, beside = y & 1 ? y0 + 1 : y0 - 1, y1 = beside < 0 || beside >= plane->height ? y0 : beside;
  const uint8_t *restrict near = plane->pixels + (size_t)y0 * plane->stride;
  const uint8_t *restrict far = plane->pixels + (size_t)y1 * plane->stride;
  const int32_t first = left / 2, samples = (left + count + 1) / 2 - first;
  int16_t columns[PART / 2 + 3], *restrict column = columns + 1;
  near += first, far += first;
  for (int32_t i = 0; i < samples; i++) column[i] = (int16_t)(3 * near[i] + far[i]);
  /* Beyond the plane it is its edge's. */
  const int32_t before = first ? -1 : 0, after = first + samples < plane->width ? samples : samples - 1;
  column[-1] = (int16_t)(3 * near[before] + far[before]), column[samples] = (int16_t)(3 * near[after] + far[after]);
  for (int32_t i = 0; i < samples; i++) {
    to[2 * i] = (uint8_t)((3 * column[i] + column[i - 1] + 8) >> 4);
    to[2 * i + 1] = (uint8_t)((3 * column[i] + column[i + 1] + 8) >> 4);
  }
  return to + (left & 1);
}

void image_rgb_row(const struct image *image, int32_t y, uint8_t *rgb) {
  image_rgb_part(image, 0, y, image->width, rgb);
}

void image_rgb_part(const struct image *image, int32_t left, int32_t y, int32_t width, uint8_t *rgb) {
  const uint8_t *luma = image->planes[0].pixels + (size_t)y * image->planes[0].stride;
  uint8_t cb[PART + 2], cr[PART + 2];
  if (!image->colour)
    for (int32_t i = 0; i < width; i++) memset(rgb + 3 * (size_t)i, luma[left + i], 3);
  for (int32_t at = 0; at < width && image->colour; at += PART) {
    const int32_t x = left + at, count = width - at < PART ? width - at : PART;
    colour_ycbcr_row(luma + x, chroma_of(&image->planes[1], x, y, count, cb),
                     chroma_of(&image->planes[2], x, y, count, cr), (size_t)count, rgb + 3 * (size_t)at);
  }
}
