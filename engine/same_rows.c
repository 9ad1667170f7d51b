#include "engine/same_rows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Strides of whole STEPs: a few rows then fill whole pages. FILLED bytes or a little more are filled; where they would
 * not be mapped LEAST_REPEATS times, it saves nothing. */
enum { STEP = 256, FILLED = 128 << 10, LEAST_REPEATS = 4 };

static size_t whole(size_t size, size_t unit) {
  return (size + unit - 1) / unit * unit;
}

static void fill(const uint8_t *row, const struct plane *plane, int32_t rows) {
  for (int32_t y = 0; y < rows; y++) memcpy(plane->pixels + (size_t)y * plane->stride, row, (size_t)plane->width);
}

/* A file in memory of so many rows; negative: none. */
static int file_of(const uint8_t *row, const struct plane *plane, size_t rows) {
  int file = memfd_create("rows", MFD_CLOEXEC);
  if (file < 0) return file;
  struct plane filled = *plane;
  size_t bytes = rows * plane->stride;
  void *pages =
      ftruncate(file, (off_t)bytes) ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (pages == MAP_FAILED) {
    close(file);
    return -1;
  }
  filled.pixels = pages;
  fill(row, &filled, (int32_t)rows);
  munmap(pages, bytes);
  return file;
}

/* The file all over the plane; its mappings are private, so that what is written becomes the place's own. */
static bool map_again(int file, size_t bytes, struct plane *plane) {
  size_t size = plane->stride * (size_t)plane->height;
  uint8_t *pixels = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pixels == MAP_FAILED) return false;
  for (size_t at = 0; at < size; at += bytes) {
    size_t length = size - at < bytes ? size - at : bytes;
    if (mmap(pixels + at, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 0) == MAP_FAILED) {
      munmap(pixels, size);
      return false;
    }
  }
  plane->pixels = pixels;
  return true;
}

static bool map_rows(const uint8_t *row, struct plane *plane) {
  size_t rows = whole((FILLED + plane->stride - 1) / plane->stride, (size_t)sysconf(_SC_PAGESIZE) / STEP);
  if (LEAST_REPEATS * rows > (size_t)plane->height) return false;
  int file = file_of(row, plane, rows);
  bool mapped = file >= 0 && map_again(file, rows * plane->stride, plane);
  if (file >= 0) close(file);
  return mapped;
}

bool same_rows_make(const uint8_t *row, int32_t width, int32_t height, struct same_rows *rows) {
  rows->plane = (struct plane){NULL, width, height, whole((size_t)width, STEP)};
  rows->mapped = map_rows(row, &rows->plane);
  if (rows->mapped) return true;
  rows->plane.pixels = image_memory(rows->plane.stride * (size_t)height);
  if (rows->plane.pixels) fill(row, &rows->plane, height);
  return rows->plane.pixels;
}

void same_rows_free(struct same_rows *rows) {
  size_t size = rows->plane.stride * (size_t)rows->plane.height;
  if (rows->mapped)
    munmap(rows->plane.pixels, size);
  else
    free(rows->plane.pixels);
  *rows = (struct same_rows){.mapped = false};
}
