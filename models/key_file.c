#include "models/key_file.h"

#include "models/file.h"
#include "models/utf8.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 1 << 20, LINE_MAX_CHARS = 512 };

void key_encode(const unsigned char key[KEY_BYTES], char text[KEY_TEXT_CHARS + 1]) {
  sodium_bin2base64(text, KEY_TEXT_CHARS + 1, key, KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
}

bool key_decode(const char *text, size_t chars, unsigned char key[KEY_BYTES]) {
  size_t got = 0;
  const char *end = NULL;
  if (sodium_base642bin(key, KEY_BYTES, text, chars, NULL, &got, &end, sodium_base64_VARIANT_ORIGINAL)) return false;
  return got == KEY_BYTES && end == text + chars;
}

enum status key_pair_write(const struct key_pair *pair, const char *path, const char *comment, struct fault *fault) {
  char text[LINE_MAX_CHARS], key[KEY_TEXT_CHARS + 1], *public_path = NULL;
  if (comment && (strlen(comment) > 200 || !utf8_printable(comment, strlen(comment))))
    return fault_set(fault, STATUS_USAGE, "comment of the key: expected one line of at most 200 bytes");
  if (asprintf(&public_path, "%s.pub", path) < 0) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  key_encode(pair->secret, key);
  int length = snprintf(text, sizeof text, "# %s\n%s-secret %s\n", pair->warning, pair->kind, key);
  enum status status = file_write(AT_FDCWD, path, path, 0600, text, (size_t)length, fault);
  sodium_memzero(text, sizeof text);
  sodium_memzero(key, sizeof key);
  if (status) goto end;
  key_encode(pair->public_key, key);
  length =
      snprintf(text, sizeof text, "%s-public %s%s%s\n", pair->kind, key, comment ? " " : "", comment ? comment : "");
  status = file_write(AT_FDCWD, public_path, public_path, 0644, text, (size_t)length, fault);
  if (status) unlink(path);
end:
  free(public_path);
  return status;
}

static enum status read_line(const struct key_lines *lines, const char *line, size_t size, int number, bool *stop,
                             struct fault *fault) {
  size_t kind = strlen(lines->kind);
  unsigned char key[KEY_BYTES];
  if (!size || line[0] == '#') return STATUS_OK;
  size_t rest = size > kind + 1 ? size - kind - 1 : 0;
  const char *text = line + kind + 1;
  const char *space = rest ? memchr(text, ' ', rest) : NULL;
  if (!rest || memcmp(line, lines->kind, kind) || line[kind] != ' ' ||
      !key_decode(text, space ? (size_t)(space - text) : rest, key))
    return fault_set(fault, STATUS_INVALID, "%s:%d: not a key; expected \"%s\" and 44 characters of base64",
                     lines->path, number, lines->kind);
  *stop = lines->each(key, lines->context);
  sodium_memzero(key, sizeof key);
  return STATUS_OK;
}

enum status key_lines_read(const struct key_lines *lines, struct fault *fault) {
  uint8_t *bytes;
  size_t size;
  enum status status = file_read(AT_FDCWD, lines->path, lines->path, true, KEY_FILE_MAX, &bytes, &size, fault);
  bool stop = false;
  int number = 1;
  for (size_t i = 0; i < size && !status && !stop; number++) {
    const char *line = (const char *)bytes + i, *end = memchr(line, '\n', size - i);
    size_t length = end ? (size_t)(end - line) : size - i;
    i += length + 1;
    if (length && line[length - 1] == '\r') length--;
    status = read_line(lines, line, length, number, &stop, fault);
  }
  if (bytes) sodium_memzero(bytes, size);
  free(bytes);
  return status;
}

struct first {
  unsigned char *key;
  bool found;
};

static bool take_first(const unsigned char key[KEY_BYTES], void *context) {
  struct first *first = context;
  memcpy(first->key, key, KEY_BYTES);
  first->found = true;
  return true;
}

/* systemd hands a credential over with an access list, whose mask shows as the group's permission. */
static bool is_credential(const char *path) {
  const char *folder = getenv("CREDENTIALS_DIRECTORY");
  size_t size = folder ? strlen(folder) : 0;
  return size && !strncmp(path, folder, size) && path[size] == '/';
}

enum status key_secret_read(const char *path, const char *kind, unsigned char key[KEY_BYTES], struct fault *fault) {
  struct stat info;
  const mode_t others = is_credential(path) ? S_IWGRP | S_IRWXO : S_IRWXG | S_IRWXO;
  if (!stat(path, &info) && S_ISREG(info.st_mode) && (info.st_mode & others))
    return fault_set(fault, STATUS_INVALID, "%s: others may read this secret key; expected mode 0600 (chmod 600)",
                     path);
  struct first first = {key, false};
  const struct key_lines lines = {path, kind, take_first, &first};
  enum status status = key_lines_read(&lines, fault);
  if (!status && !first.found)
    status = fault_set(fault, STATUS_INVALID, "%s: holds no key; expected a line \"%s BASE64\"", path, kind);
  if (status) sodium_memzero(key, KEY_BYTES);
  return status;
}
