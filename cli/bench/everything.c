#include "cli/bench/everything.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5, ROWS = 4, RIGID = 7, SAME = 12 };

static void write_zone(FILE *out, int zone, int width, int height) {
  static const char *const more[] = {"ignore: true", "rigid: true, moves: 3, moves_unit: px", "same_print: true", ""};
  int left = zone % COLUMNS * width / COLUMNS, right = (zone % COLUMNS + 1) * width / COLUMNS - 1;
  int top = zone / COLUMNS * height / ROWS, bottom = (zone / COLUMNS + 1) * height / ROWS - 1;
  int kind = zone == 0 ? 0 : zone == RIGID ? 1 : zone == SAME ? 2 : 3;
  fprintf(out, "  - {name: z%d, polygon: [[%d, %d], [%d, %d], [%d, %d], [%d, %d]]%s%s}\n", zone, left, top, right, top,
          right, bottom, left, bottom, kind < 3 ? ", " : "", more[kind]);
}

enum status everything_open(const struct photo *photos, size_t count, int width, int height, struct golden *golden,
                            struct fault *fault) {
  char *text = NULL;
  size_t size = 0;
  *golden = (struct golden){.version = 1, .photo_count = count};
  memset(golden->sha256, '0', SHA256_CHARS);
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  fputs("name: everything\ncolour: {reference: z0}\nzones:\n", memory);
  for (int i = 0; i < COLUMNS * ROWS; i++) write_zone(memory, i, width, height);
  bool failed = fclose(memory) != 0;
  golden->path = strdup("everything");
  golden->photos = calloc(count, sizeof *golden->photos);
  enum status status = failed || !golden->path || !golden->photos
                           ? fault_set(fault, STATUS_MEMORY, "benchmark: out of memory")
                           : spec_parse(text, size, "everything", &golden->spec, fault);
  if (!status) memcpy(golden->photos, photos, count * sizeof *photos);
  free(text);
  return status;
}

void everything_close(struct golden *golden) {
  free(golden->photos);
  free(golden->path);
  spec_free(&golden->spec);
  *golden = (struct golden){.version = 0};
}
