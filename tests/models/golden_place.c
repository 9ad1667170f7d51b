#include "tests/models/golden_place.h"
#include "models/file.h"
#include "tests/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char spec_text[] = "# the front\nname: from-the-spec\ntolerance: {absolute: 9}\n"
                                "zones:\n  - {name: body, mask: body.png}\n";

struct place place_make(void) {
  struct place place = {.folder = support_folder()};
  place.first = support_text("%s/front.jpg", place.folder);
  place.second = support_text("%s/back of it.JPG", place.folder);
  place.spec = support_text("%s/spec.yaml", place.folder);
  place.golden = support_text("%s/golden", place.folder);
  char *mask = support_text("%s/body.png", place.folder);
  support_write(place.first, "first photo", 11);
  support_write(place.second, "second photo", 12);
  support_write(place.spec, spec_text, strlen(spec_text));
  support_write(mask, "mask", 4);
  free(mask);
  return place;
}

void place_end(struct place *place) {
  support_remove(place->folder);
  free(place->first);
  free(place->second);
  free(place->spec);
  free(place->golden);
}

enum status place_create(const struct place *place, const char *name, const char *spec, const char *key,
                         struct fault *fault) {
  const char *const photos[] = {place->first, place->second};
  const struct golden_create how = {.path = place->golden,
                                    .name = name,
                                    .photos = photos,
                                    .photo_count = 2,
                                    .spec_file = spec,
                                    .by = "Ann",
                                    .why = "approved",
                                    .key_file = key};
  return golden_create(&how, fault);
}

void place_created(const struct place *place) {
  struct fault fault = {0};
  if (place_create(place, "carton", place->spec, NULL, &fault)) fail_msg("%s", fault.text);
}

void place_put(const struct place *place, const char *name, const char *text) {
  char *path = support_text("%s/%s", place->golden, name);
  support_write(path, text, strlen(text));
  free(path);
}

char *place_read(const struct place *place, const char *name) {
  char *path = support_text("%s/%s", place->golden, name), *text;
  uint8_t *bytes;
  size_t size;
  assert_int_equal(file_read(AT_FDCWD, path, path, true, 1 << 20, &bytes, &size, NULL), STATUS_OK);
  text = support_text("%.*s", (int)size, (const char *)bytes);
  free(bytes);
  free(path);
  return text;
}

int place_entries(const char *folder) {
  DIR *dir = opendir(folder);
  assert_non_null(dir);
  int count = 0;
  while (readdir(dir)) count++;
  closedir(dir);
  return count - 2;
}
