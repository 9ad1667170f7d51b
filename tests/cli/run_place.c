#include "tests/cli/run_place.h"

#include "tests/cli/scene.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { PATHS_MAX = 64 };
static struct run_place place;
static char *paths[PATHS_MAX];
static size_t path_count;

const char *run_place_path(const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *name = NULL;
  if (vasprintf(&name, format, args) < 0 || path_count == PATHS_MAX) abort();
  va_end(args);
  paths[path_count] = support_text("%s/%s", place.folder, name);
  free(name);
  return paths[path_count++];
}

int run_place_set_up(void **state) {
  place.folder = support_folder();
  place.golden = support_text("%s/golden", place.folder);
  place.photos = support_text("%s/photos", place.folder);
  mkdir(place.photos, 0777);
  for (int i = 0; i < 3; i++) {
    char *name = support_text("good%d.jpg", i);
    scene_write(place.folder, name, 100 + i, i, -i, false);
    free(name);
  }
  for (int i = 0; i < RUN_PLACE_PHOTOS; i++) {
    char *name = support_text("%d.jpg", i);
    scene_write(place.photos, name, i, 2 * i, 3 - i, i == RUN_PLACE_SPOTTED);
    free(name);
  }
  struct program_end end =
      RUN("golden", "create", place.golden, "--name", "print", "--photo", run_place_path("good0.jpg"),
          run_place_path("good1.jpg"), run_place_path("good2.jpg"), "--by", "test");
  ASSERT_EXIT(end, 0);
  program_end_free(&end);
  *state = &place;
  return 0;
}

int run_place_tear_down(void **state) {
  (void)state;
  support_remove(place.folder);
  free(place.golden);
  free(place.photos);
  while (path_count) free(paths[--path_count]);
  return 0;
}

json_t *run_lines(const char *text) {
  json_t *lines = json_array();
  while (*text) {
    size_t length = strcspn(text, "\n");
    assert_int_equal(text[length], '\n');
    json_t *line = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(line)) fail_msg("no JSON object: %.*s", (int)length, text);
    json_array_append_new(lines, line);
    text += length + 1;
  }
  return lines;
}

const char *run_text(const json_t *json, const char *path) {
  char key[64];
  while (json && *path) {
    size_t length = strcspn(path, ".");
    snprintf(key, sizeof key, "%.*s", (int)length, path);
    json = json_is_array(json) ? json_array_get(json, (size_t)atoi(key)) : json_object_get(json, key);
    path += length;
    path += *path == '.';
  }
  const char *text = json_string_value(json);
  return text ? text : "";
}

char *run_comparable(const char *text) {
  json_t *lines = run_lines(text);
  size_t i;
  json_t *line;
  json_array_foreach(lines, i, line) {
    json_object_del(line, "backend");
    json_object_del(line, "timing_ms");
  }
  char *comparable = json_dumps(lines, 0);
  json_decref(lines);
  return comparable;
}
