#include "tests/fault/place.h"

#include "tests/cli/program.h"
#include "tests/cli/scene.h"
#include "tests/support.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

struct place place;

static size_t wrongs;

void place_report(const char *what, const struct trial *trial, char *wrong) {
  if (!wrong) return;
  char *where = trial_describe(trial, place.log);
  print_message("%s, %s: %s\n", what, where, wrong);
  free(where);
  free(wrong);
  wrongs++;
}

size_t place_wrongs(void) {
  size_t count = wrongs;
  wrongs = 0;
  return count;
}

char *place_path(const char *name) {
  return support_text("%s/%s", place.folder, name);
}

void place_clean(void) {
  support_remove(strdup(place.made));
  assert_int_equal(mkdir(place.made, 0777), 0);
}

char *place_results(const char *path) {
  char *text = program_read(path, NULL);
  json_t *all = json_object();
  bool good = true;
  for (const char *line = text; good && *line;) {
    size_t length = strcspn(line, "\n");
    json_t *result = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    const char *id = json_string_value(json_object_get(json_object_get(result, "job"), "id"));
    good = id && !json_object_get(all, id) && line[length] == '\n';
    json_object_del(result, "backend");
    json_object_del(result, "timing_ms");
    if (good) json_object_set(all, id, result);
    json_decref(result);
    line += length + (line[length] == '\n');
  }
  char *written = good ? json_dumps(all, JSON_SORT_KEYS) : NULL;
  json_decref(all);
  free(text);
  return written;
}

bool place_good(const struct trial *trial, const char *results) {
  static const char *const reading[] = {"read", "openat", "fstat", "malloc", "realloc"};
  if (!results) return false;
  if (!strcmp(results, place.quiet)) return true;
  bool read = false;
  for (size_t i = 0; i < sizeof reading / sizeof *reading; i++) read |= !strcmp(trial->name, reading[i]);
  return read && strstr(results, "\"unreadable\"");
}

static void run_quietly(void) {
  char *folder = place_path("made/run");
  const char *const arguments[] = {"run",       place.golden, place.photo[0], place.photo[1], "--json",
                                   "--threads", "1",          "--out",        folder,         NULL};
  assert_int_equal(trial_run(NULL, NULL, arguments, place.out, place.err), 1);
  place.quiet = place_results(place.out);
  assert_non_null(place.quiet);
  free(folder);
}

int place_set_up(void **state) {
  (void)state;
  place.folder = support_folder();
  for (int i = 0; i < PLACE_PHOTOS; i++) {
    char *name = support_text("%d.jpg", i);
    scene_write(place.folder, name, i, i, -i, i > 0);
    place.photo[i] = place_path(name);
    free(name);
  }
  place.golden = place_path("golden");
  place.made = place_path("made");
  place.out = place_path("out");
  place.err = place_path("err");
  place.log = place_path("log");
  mkdir(place.made, 0777);
  const char *const create[] = {"golden",  "create",       place.golden, "--name", "print",
                                "--photo", place.photo[0], "--by",       "test",   NULL};
  assert_int_equal(trial_run(NULL, NULL, create, place.out, place.err), 0);
  run_quietly();
  return 0;
}

int place_tear_down(void **state) {
  (void)state;
  support_remove(place.folder);
  for (int i = 0; i < PLACE_PHOTOS; i++) free(place.photo[i]);
  free(place.golden);
  free(place.made);
  free(place.out);
  free(place.err);
  free(place.log);
  free(place.quiet);
  place = (struct place){.folder = NULL};
  return 0;
}
