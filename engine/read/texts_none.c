/* Texts of a build without Tesseract. */
#include "engine/read/texts.h"

#include <stdio.h>

static const char why[] = "this assay was built without Tesseract (Debian: libtesseract-dev)";

enum status texts_here(char *about, size_t room, struct fault *fault) {
  snprintf(about, room, "%s", why);
  return fault_set(fault, STATUS_UNAVAILABLE, "texts cannot be read: %s", why);
}

enum status text_reader_open(const char *languages, struct text_reader **reader, struct fault *fault) {
  (void)languages;
  *reader = NULL;
  return fault_set(fault, STATUS_UNAVAILABLE, "texts cannot be read: %s", why);
}

void text_reader_close(struct text_reader *reader) {
  (void)reader;
}

enum status text_reader_read(struct text_reader *reader, const struct plane *picture, char **text,
                             struct fault *fault) {
  (void)reader, (void)picture;
  *text = NULL;
  return fault_set(fault, STATUS_UNAVAILABLE, "texts cannot be read: %s", why);
}
