#include "tests/cli/scene.h"

#include "tests/engine/samples.h"
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static uint8_t near_level(int level, uint64_t *random) {
  int value = level + (int)(support_random(random) % 7) - 3;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void fill(uint8_t *rgb, int left, int top, int width, int height, const uint8_t colour[3]) {
  for (int y = top < 0 ? 0 : top; y < top + height && y < SCENE_HEIGHT; y++)
    for (int x = left < 0 ? 0 : left; x < left + width && x < SCENE_WIDTH; x++)
      memcpy(rgb + 3 * ((size_t)y * SCENE_WIDTH + (size_t)x), colour, 3);
}

uint8_t *scene_make(int photo, int dx, int dy, bool spot) {
  uint8_t *rgb = malloc(3 * SCENE_WIDTH * SCENE_HEIGHT);
  if (!rgb) abort();
  memset(rgb, 205, 3 * SCENE_WIDTH * SCENE_HEIGHT);
  uint64_t random = 20260301;
  for (int i = 0; i < 160; i++) {
    int width = 6 + (int)(support_random(&random) % 34), height = 5 + (int)(support_random(&random) % 22);
    int x = 30 + (int)(support_random(&random) % (SCENE_WIDTH - 100));
    int y = 30 + (int)(support_random(&random) % (SCENE_HEIGHT - 85));
    uint8_t colour[3];
    for (int c = 0; c < 3; c++) colour[c] = (uint8_t)(40 + support_random(&random) % 180);
    fill(rgb, x + dx, y + dy, width, height, colour);
  }
  if (spot) fill(rgb, 200 + dx, 150 + dy, 24, 18, (const uint8_t[3]){10, 12, 14});
  uint64_t noise = 77 + (uint64_t)photo;
  for (size_t i = 0; i < (size_t)3 * SCENE_WIDTH * SCENE_HEIGHT; i++) rgb[i] = near_level(rgb[i], &noise);
  return rgb;
}

void scene_write(const char *folder, const char *name, int photo, int dx, int dy, bool spot) {
  uint8_t *rgb = scene_make(photo, dx, dy, spot);
  struct blob jpeg = sample_jpeg(rgb, SCENE_WIDTH, SCENE_HEIGHT, TJSAMP_420, false);
  char *path = support_text("%s/%s", folder, name);
  support_write(path, jpeg.bytes, jpeg.size);
  free(path);
  blob_free(&jpeg);
  free(rgb);
}
