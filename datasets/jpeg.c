#include "datasets/jpeg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <turbojpeg.h>

/* The APP1 segment: a little-endian TIFF with one directory and its EXIF directory (CIPA DC-008, 4.5 to 4.6). */
enum { EXIF_SIZE = 2 + 2 + 6 + 8 + (2 + 2 * 12 + 4) + (2 + 12 + 4) + 6 + 20 };

static uint8_t *put(uint8_t *at, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; i++) *at++ = (uint8_t)(value >> (8 * i));
  return at;
}

static uint8_t *put_entry(uint8_t *at, uint32_t tag, uint32_t type, uint32_t count, uint32_t value) {
  return put(put(put(put(at, tag, 2), type, 2), count, 4), value, 4);
}

static void make_exif(const char *captured, uint8_t segment[EXIF_SIZE]) {
  enum { ASCII = 2, LONG = 4, MAKE_AT = 8 + 30 + 18, TIME_AT = MAKE_AT + 6 };
  uint8_t *at = segment;
  *at++ = 0xFF, *at++ = 0xE1, *at++ = (uint8_t)((EXIF_SIZE - 2) >> 8), *at++ = (uint8_t)(EXIF_SIZE - 2);
  memcpy(at, "Exif\0", 6), at += 6;
  memcpy(at, "II*", 4), at = put(at + 4, 8, 4);
  at = put(at, 2, 2);
  at = put_entry(at, 0x010F, ASCII, 6, MAKE_AT);
  at = put_entry(at, 0x8769, LONG, 1, 8 + 30);
  at = put(at, 0, 4);
  at = put(at, 1, 2);
  at = put_entry(at, 0x9003, ASCII, 20, TIME_AT);
  at = put(at, 0, 4);
  memcpy(at, "synth", 6), at += 6;
  char time[20] = "";
  snprintf(time, sizeof time, "%.4s:%.2s:%.2s %.8s", captured, captured + 5, captured + 8, captured + 11);
  memcpy(at, time, sizeof time);
}

static enum status write_file(const char *path, const uint8_t *exif, const uint8_t *jpeg, size_t size,
                              struct fault *fault) {
  FILE *file = fopen(path, "wb");
  if (!file) return fault_set(fault, STATUS_IO, "%s: cannot be written: %s", path, strerror(errno));
  /* The segment stands right after the marker that starts the picture. */
  size_t written = fwrite(jpeg, 1, 2, file) + fwrite(exif, 1, EXIF_SIZE, file) + fwrite(jpeg + 2, 1, size - 2, file);
  int failed = fclose(file) || written != size + EXIF_SIZE;
  return failed ? fault_set(fault, STATUS_IO, "%s: writing failed: %s", path, strerror(errno)) : STATUS_OK;
}

enum status jpeg_write(const char *path, const uint8_t *rgb, int width, int height, int quality, const char *captured,
                       struct fault *fault) {
  unsigned char *jpeg = NULL;
  unsigned long size = 0;
  uint8_t exif[EXIF_SIZE];
  make_exif(captured, exif);
  tjhandle handle = tjInitCompress();
  if (!handle) return fault_set(fault, STATUS_MEMORY, "%s: out of memory for JPEG", path);
  enum status status = STATUS_OK;
  if (tjCompress2(handle, rgb, width, 0, height, TJPF_RGB, &jpeg, &size, TJSAMP_420, quality, TJFLAG_ACCURATEDCT))
    status = fault_set(fault, STATUS_INTERNAL, "%s: %s", path, tjGetErrorStr2(handle));
  if (status == STATUS_OK) status = write_file(path, exif, jpeg, size, fault);
  tjFree(jpeg);
  tjDestroy(handle);
  return status;
}
