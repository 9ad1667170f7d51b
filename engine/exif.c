#include "engine/exif.h"

#include <libexif/exif-data.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* libexif takes a block with this prefix, at most one JPEG segment long. */
static const char PREFIX[6] = "Exif\0";
enum { LONGEST = 65533 };

static int days_in(int year, int month) {
  static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return DAYS[month - 1] + (month == 2 && leap);
}

/* `count` digits at `text`, or -1. */
static int number(const uint8_t *text, int count) {
  int value = 0;
  for (int i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = 10 * value + (text[i] - '0');
  }
  return value;
}

/* Unknown parts of a date are blank or zero. */
void exif_date(const uint8_t *text, size_t size, char captured[32]) {
  captured[0] = 0;
  if (size < 19) return;
  if (text[4] != ':' || text[7] != ':' || text[10] != ' ' || text[13] != ':' || text[16] != ':') return;
  const int year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
  const int hour = number(text + 11, 2), minute = number(text + 14, 2), second = number(text + 17, 2);
  if (year < 1900 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return;
  snprintf(captured, 32, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, hour, minute, second);
}

void exif_camera(const char *make, const char *model, char camera[96]) {
  char first[48] = "", second[48] = "";
  if (make) snprintf(first, sizeof first, "%s", make);
  if (model) snprintf(second, sizeof second, "%s", model);
  for (size_t i = strlen(first); i && first[i - 1] == ' ';) first[--i] = 0;
  for (size_t i = strlen(second); i && second[i - 1] == ' ';) second[--i] = 0;
  bool repeats = *second && !strncasecmp(first, second, strlen(first));
  snprintf(camera, 96, "%s%s%s", repeats ? "" : first, !repeats && *first && *second ? " " : "", second);
  for (char *c = camera; *c; c++)
    if (*c < ' ' || *c > '~') *c = '?';
}

/* libexif drops what it has no memory for without a word; a photo must not stay unturned for that. */
static _Thread_local bool exhausted;

static void *allocate(ExifLong size) {
  void *memory = calloc(1, size);
  if (!memory) exhausted = true;
  return memory;
}

static void *reallocate(void *memory, ExifLong size) {
  void *larger = realloc(memory, size);
  if (!larger && size) exhausted = true;
  return larger;
}

/* A text entry, which need not end in NUL; "" where there is none. */
static void read_text(const ExifData *data, ExifTag tag, char text[48]) {
  const ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], tag);
  text[0] = 0;
  if (!entry || entry->format != EXIF_FORMAT_ASCII) return;
  size_t length = entry->size < 47 ? entry->size : 47;
  memcpy(text, entry->data, length);
  text[length] = 0;
}

static void read_entries(const ExifData *data, struct exif *exif) {
  const ExifEntry *turn = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (turn && turn->format == EXIF_FORMAT_SHORT && turn->size >= 2) {
    const int value = exif_get_short(turn->data, exif_data_get_byte_order((ExifData *)data));
    if (value >= 1 && value <= 8) exif->orientation = value;
  }
  const ExifEntry *taken = exif_content_get_entry(data->ifd[EXIF_IFD_EXIF], EXIF_TAG_DATE_TIME_ORIGINAL);
  if (taken && taken->format == EXIF_FORMAT_ASCII) exif_date(taken->data, taken->size, exif->captured);
  char make[48], model[48];
  read_text(data, EXIF_TAG_MAKE, make);
  read_text(data, EXIF_TAG_MODEL, model);
  exif_camera(make, model, exif->camera);
}

enum status exif_read(const uint8_t *bytes, size_t size, struct exif *exif, struct fault *fault) {
  *exif = (struct exif){.orientation = 1};
  if (size >= sizeof PREFIX && !memcmp(bytes, PREFIX, sizeof PREFIX)) bytes += sizeof PREFIX, size -= sizeof PREFIX;
  if (size > LONGEST - sizeof PREFIX) size = LONGEST - sizeof PREFIX;
  if (size < 8) return STATUS_OK;
  exhausted = false;
  uint8_t *block = allocate((ExifLong)(sizeof PREFIX + size));
  ExifMem *memory = exif_mem_new(allocate, reallocate, free);
  ExifData *data = memory ? exif_data_new_mem(memory) : NULL;
  if (block && data && !exhausted) {
    memcpy(block, PREFIX, sizeof PREFIX);
    memcpy(block + sizeof PREFIX, bytes, size);
    exif_data_load_data(data, block, (unsigned int)(sizeof PREFIX + size));
    if (!exhausted) read_entries(data, exif);
  }
  if (data) exif_data_unref(data);
  if (memory) exif_mem_unref(memory);
  free(block);
  return exhausted ? fault_set(fault, STATUS_MEMORY, "out of memory while reading EXIF") : STATUS_OK;
}
