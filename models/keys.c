#include "models/keys.h"

#include <sodium.h>
#include <string.h>

static void derive(struct signing_key *key) {
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_seed_keypair(public_key, key->pair, key->seed);
  key_encode(public_key, key->public_text);
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
  unsigned char public_key[KEY_BYTES];
  crypto_sign_ed25519_sk_to_pk(public_key, key->pair);
  const struct key_pair pair = {.kind = "ed25519",
                                .warning = "Secret: who has this key can sign goldens in your name.",
                                .secret = key->seed,
                                .public_key = public_key};
  return key_pair_write(&pair, path, comment, fault);
}

enum status signing_key_read(const char *path, struct signing_key *key, struct fault *fault) {
  *key = (struct signing_key){0};
  enum status status = key_secret_read(path, "ed25519-secret", key->seed, fault);
  if (!status) derive(key);
  return status;
}

void signing_key_sign(const struct signing_key *key, const void *bytes, size_t size,
                      char signature[SIGNATURE_TEXT_CHARS + 1]) {
  unsigned char raw[crypto_sign_BYTES];
  crypto_sign_detached(raw, NULL, bytes, size, key->pair);
  sodium_bin2base64(signature, SIGNATURE_TEXT_CHARS + 1, raw, sizeof raw, sodium_base64_VARIANT_ORIGINAL);
}

static bool decode_signature(const char *text, unsigned char raw[crypto_sign_BYTES]) {
  size_t got = 0, chars = strlen(text);
  const char *end = NULL;
  if (sodium_base642bin(raw, crypto_sign_BYTES, text, chars, NULL, &got, &end, sodium_base64_VARIANT_ORIGINAL))
    return false;
  return got == crypto_sign_BYTES && end == text + chars;
}

bool signature_valid(const char *public_text, const char *signature, const void *bytes, size_t size) {
  unsigned char key[crypto_sign_PUBLICKEYBYTES], raw[crypto_sign_BYTES];
  return key_decode(public_text, strlen(public_text), key) && decode_signature(signature, raw) &&
         !crypto_sign_verify_detached(raw, bytes, size, key);
}

struct wanted {
  const char *public_text;
  bool found;
};

static bool compare_key(const unsigned char key[KEY_BYTES], void *context) {
  struct wanted *wanted = context;
  char text[KEY_TEXT_CHARS + 1];
  key_encode(key, text);
  wanted->found = !strcmp(text, wanted->public_text);
  return wanted->found;
}

enum status trusted_key_find(const char *path, const char *public_text, bool *found, struct fault *fault) {
  struct wanted wanted = {public_text, false};
  const struct key_lines lines = {path, "ed25519-public", compare_key, &wanted};
  enum status status = key_lines_read(&lines, fault);
  *found = !status && wanted.found;
  return status;
}
