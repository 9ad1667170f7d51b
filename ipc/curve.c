#include "ipc/curve.h"

#include <sodium.h>
#include <string.h>

static enum status derive(struct curve_key *key, struct fault *fault) {
  if (crypto_scalarmult_base(key->public_key, key->secret))
    return fault_set(fault, STATUS_INTERNAL, "no public key for this secret key");
  key_encode(key->public_key, key->public_text);
  return STATUS_OK;
}

enum status curve_key_make(struct curve_key *key, struct fault *fault) {
  *key = (struct curve_key){0};
  if (sodium_init() < 0) return fault_set(fault, STATUS_INTERNAL, "no source of random numbers");
  randombytes_buf(key->secret, sizeof key->secret);
  return derive(key, fault);
}

enum status curve_key_write(const struct curve_key *key, const char *path, const char *comment, struct fault *fault) {
  const struct key_pair pair = {.kind = "curve25519",
                                .warning = "Secret: who has this key can act in your name at the service.",
                                .secret = key->secret,
                                .public_key = key->public_key};
  return key_pair_write(&pair, path, comment, fault);
}

enum status curve_key_read(const char *path, struct curve_key *key, struct fault *fault) {
  *key = (struct curve_key){0};
  enum status status = key_secret_read(path, "curve25519-secret", key->secret, fault);
  return status ? status : derive(key, fault);
}

void curve_key_wipe(struct curve_key *key) {
  sodium_memzero(key, sizeof *key);
}

static bool take(const unsigned char key[KEY_BYTES], void *context) {
  memcpy(context, key, KEY_BYTES);
  return true;
}

enum status curve_public_read(const char *text_or_path, unsigned char key[KEY_BYTES], struct fault *fault) {
  if (key_decode(text_or_path, strlen(text_or_path), key)) return STATUS_OK;
  const struct key_lines lines = {text_or_path, "curve25519-public", take, key};
  memset(key, 0, KEY_BYTES);
  enum status status = key_lines_read(&lines, fault);
  if (!status && sodium_is_zero(key, KEY_BYTES))
    status = fault_set(fault, STATUS_INVALID, "%s: holds no key; expected a line \"curve25519-public BASE64\"",
                       text_or_path);
  return status;
}
