#include "models/keys.h"
#include "models/file.h"
#include "models/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 1 << 20, LINE_MAX_CHARS = 512 };

static void encode(const unsigned char *bytes, size_t size, char *text, size_t room) {
  sodium_bin2base64(text, room, bytes, size, sodium_base64_VARIANT_ORIGINAL);
}

static bool decode(const char *text, size_t chars, unsigned char *bytes, size_t size) {
  size_t got = 0;
  const char *end = NULL;
  if (sodium_base642bin(bytes, size, text, chars, NULL, &got, &end, sodium_base64_VARIANT_ORIGINAL)) return false;
  return got == size && end == text + chars;
}

static void derive(struct signing_key *key) {
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_seed_keypair(public_key, key->pair, key->seed);
  encode(public_key, sizeof public_key, key->public_text, sizeof key->public_text);
}

enum status signing_key_make(struct signing_key *key, struct fault *fault) {
  *key = (struct signing_key){0};
  if (sodium_init() < 0) return fault_set(fault, STATUS_INTERNAL, "no source of random numbers");
  randombytes_buf(key->seed, sizeof key->seed);
  derive(key);
  return STATUS_OK;
}

void signing_key_wipe(struct signing_key *key) {
  sodium_memzero(key, sizeof *key);
}

enum status signing_key_write(const struct signing_key *key, const char *path, const char *comment,
                              struct fault *fault) {
  char text[LINE_MAX_CHARS], seed[KEY_TEXT_CHARS + 1], *public_path = NULL;
  if (comment && (strlen(comment) > 200 || !utf8_printable(comment, strlen(comment))))
    return fault_set(fault, STATUS_USAGE, "comment of the key: expected one line of at most 200 bytes");
  if (asprintf(&public_path, "%s.pub", path) < 0) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  encode(key->seed, sizeof key->seed, seed, sizeof seed);
  int length = snprintf(text, sizeof text,
                        "# Secret: who has this key can sign goldens in your name.\ned25519-secret %s\n", seed);
  enum status status = file_write(AT_FDCWD, path, path, 0600, text, (size_t)length, fault);
  sodium_memzero(text, sizeof text);
  sodium_memzero(seed, sizeof seed);
  if (status) goto end;
  length = snprintf(text, sizeof text, "ed25519-public %s%s%s\n", key->public_text, comment ? " " : "",
                    comment ? comment : "");
  status = file_write(AT_FDCWD, public_path, public_path, 0644, text, (size_t)length, fault);
  if (status) unlink(path);
end:
  free(public_path);
  return status;
}

/* Goes through the keys of a file: lines "KIND BASE64 ...". `each` returns true to stop. */
struct key_lines {
  const char *path, *kind;
  bool (*each)(const unsigned char key[32], void *context);
  void *context;
};

static enum status read_line(const struct key_lines *lines, const char *line, size_t size, int number, bool *stop,
                             struct fault *fault) {
  size_t kind = strlen(lines->kind);
  unsigned char key[32];
  if (!size || line[0] == '#') return STATUS_OK;
  size_t rest = size > kind + 1 ? size - kind - 1 : 0;
  const char *text = line + kind + 1;
  const char *space = rest ? memchr(text, ' ', rest) : NULL;
  if (!rest || memcmp(line, lines->kind, kind) || line[kind] != ' ' ||
      !decode(text, space ? (size_t)(space - text) : rest, key, sizeof key))
    return fault_set(fault, STATUS_INVALID, "%s:%d: not a key; expected \"%s\" and 44 characters of base64",
                     lines->path, number, lines->kind);
  *stop = lines->each(key, lines->context);
  sodium_memzero(key, sizeof key);
  return STATUS_OK;
}

static enum status read_keys(const struct key_lines *lines, struct fault *fault) {
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

static bool take_seed(const unsigned char key[32], void *context) {
  memcpy(((struct signing_key *)context)->seed, key, 32);
  derive(context);
  return true;
}

enum status signing_key_read(const char *path, struct signing_key *key, struct fault *fault) {
  struct stat info;
  *key = (struct signing_key){0};
  if (!stat(path, &info) && S_ISREG(info.st_mode) && (info.st_mode & (S_IRWXG | S_IRWXO)))
    return fault_set(fault, STATUS_INVALID, "%s: others may read this secret key; expected mode 0600 (chmod 600)",
                     path);
  const struct key_lines lines = {path, "ed25519-secret", take_seed, key};
  enum status status = read_keys(&lines, fault);
  if (!status && !key->public_text[0])
    status = fault_set(fault, STATUS_INVALID, "%s: holds no key; expected a line \"ed25519-secret BASE64\"", path);
  if (status) signing_key_wipe(key);
  return status;
}

void signing_key_sign(const struct signing_key *key, const void *bytes, size_t size,
                      char signature[SIGNATURE_TEXT_CHARS + 1]) {
  unsigned char raw[crypto_sign_BYTES];
  crypto_sign_detached(raw, NULL, bytes, size, key->pair);
  encode(raw, sizeof raw, signature, SIGNATURE_TEXT_CHARS + 1);
}

bool signature_valid(const char *public_text, const char *signature, const void *bytes, size_t size) {
  unsigned char key[crypto_sign_PUBLICKEYBYTES], raw[crypto_sign_BYTES];
  return decode(public_text, strlen(public_text), key, sizeof key) &&
         decode(signature, strlen(signature), raw, sizeof raw) && !crypto_sign_verify_detached(raw, bytes, size, key);
}

struct wanted {
  const char *public_text;
  bool found;
};

static bool compare_key(const unsigned char key[32], void *context) {
  struct wanted *wanted = context;
  char text[KEY_TEXT_CHARS + 1];
  encode(key, 32, text, sizeof text);
  wanted->found = !strcmp(text, wanted->public_text);
  return wanted->found;
}

enum status trusted_key_find(const char *path, const char *public_text, bool *found, struct fault *fault) {
  struct wanted wanted = {public_text, false};
  const struct key_lines lines = {path, "ed25519-public", compare_key, &wanted};
  enum status status = read_keys(&lines, fault);
  *found = !status && wanted.found;
  return status;
}
