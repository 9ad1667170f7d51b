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

/* The chroma at luma position (x, y): samples lie at 2i + 0.5, so the weights are 3/4 and 1/4 each way. */
static int chroma_at(const struct plane *plane, int32_t x, int32_t y) {
  int32_t x0 = x / 2, x1 = x & 1 ? x0 + 1 : x0 - 1;
  int32_t y0 = y / 2, y1 = y & 1 ? y0 + 1 : y0 - 1;
  if (x1 < 0 || x1 >= plane->width) x1 = x0;
  if (y1 < 0 || y1 >= plane->height) y1 = y0;
  const uint8_t *near = plane->pixels + (size_t)y0 * plane->stride, *far = plane->pixels + (size_t)y1 * plane->stride;
  return (9 * near[x0] + 3 * near[x1] + 3 * far[x0] + far[x1] + 8) >> 4;
}

void image_rgb_row(const struct image *image, int32_t y, uint8_t *rgb) {
  image_rgb_part(image, 0, y, image->width, rgb);
}

void image_rgb_part(const struct image *image, int32_t left, int32_t y, int32_t width, uint8_t *rgb) {
  const uint8_t *luma = image->planes[0].pixels + (size_t)y * image->planes[0].stride;
  for (int32_t x = left; x < left + width; x++, rgb += 3) {
    if (image->colour)
      colour_ycbcr_to_rgb(luma[x], chroma_at(&image->planes[1], x, y), chroma_at(&image->planes[2], x, y), rgb);
    else
      memset(rgb, luma[x], 3);
  }
}
