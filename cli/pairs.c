#include "cli/pairs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status pairs_add(struct pairs *pairs, const char *golden, const char *photo, int line, struct fault *fault) {
  /* Doubles at each power of two. */
  if (!(pairs->count & (pairs->count - 1))) {
    struct pair *items = realloc(pairs->items, (pairs->count ? 2 * pairs->count : 1) * sizeof *items);
    if (!items) return fault_set(fault, STATUS_MEMORY, "out of memory for the list of pairs");
    pairs->items = items;
  }
  struct pair pair = {strdup(golden), strdup(photo), line};
  if (!pair.golden || !pair.photo) {
    free(pair.golden);
    free(pair.photo);
    return fault_set(fault, STATUS_MEMORY, "out of memory for the list of pairs");
  }
  pairs->items[pairs->count++] = pair;
  return STATUS_OK;
}

static enum status read_line(struct pairs *pairs, const char *path, char *text, size_t size, int line,
                             struct fault *fault) {
  if (size && text[size - 1] == '\n') text[--size] = 0;
  if (size && text[size - 1] == '\r') text[--size] = 0;
  if (!size) return STATUS_OK;
  char *tab = memchr(text, '\t', size);
  if (strlen(text) != size || !tab || tab == text || !tab[1] || strchr(tab + 1, '\t'))
    return fault_set(fault, STATUS_INVALID, "%s:%d: expected two paths with a tab between them, GOLDEN<TAB>PHOTO", path,
                     line);
  *tab = 0;
  return pairs_add(pairs, text, tab + 1, line, fault);
}

enum status pairs_read(const char *path, struct pairs *pairs, struct fault *fault) {
  FILE *file = fopen(path, "re");
  if (!file)
    return fault_set(fault, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: the list of pairs cannot be read: %s",
                     path, strerror(errno));
  char *text = NULL;
  size_t capacity = 0;
  ssize_t size;
  enum status status = STATUS_OK;
  int line = 0;
  while (!status && (size = getline(&text, &capacity, file)) >= 0)
    status = read_line(pairs, path, text, (size_t)size, ++line, fault);
  if (!status && ferror(file))
    status = fault_set(fault, STATUS_IO, "%s: the list of pairs cannot be read: %s", path, strerror(errno));
  if (!status && !pairs->count)
    status = fault_set(fault, STATUS_INVALID, "%s: no pair in the list; expected lines GOLDEN<TAB>PHOTO", path);
  free(text);
  fclose(file);
  return status;
}

void pairs_free(struct pairs *pairs) {
  for (size_t i = 0; i < pairs->count; i++) {
    free(pairs->items[i].golden);
    free(pairs->items[i].photo);
  }
  free(pairs->items);
  *pairs = (struct pairs){0};
}
