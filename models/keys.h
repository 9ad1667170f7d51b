/* Ed25519 keys that sign seals (assay keygen makes them, golden create --key uses them), as files of the kind ed25519
 * (key_file.h); the secret key is the seed. A file of trusted keys holds public lines. */
#ifndef ASSAY_MODELS_KEYS_H
#define ASSAY_MODELS_KEYS_H

#include "models/key_file.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { SIGNATURE_TEXT_CHARS = 88 };

/* Secret: end with signing_key_wipe. */
struct signing_key {
  unsigned char seed[32], pair[64];
  char public_text[KEY_TEXT_CHARS + 1]; /* the public key in base64 */
};

enum status signing_key_make(struct signing_key *key, struct fault *fault);

/* Writes both files; neither may be there already. `comment` is one line for the public one, NULL: none. */
enum status signing_key_write(const struct signing_key *key, const char *path, const char *comment,
                              struct fault *fault);

/* Reads a secret key. A file that others than its owner may read is refused. */
enum status signing_key_read(const char *path, struct signing_key *key, struct fault *fault);
void signing_key_wipe(struct signing_key *key);

/* The signature of the bytes in base64, and whether one is right. A text that is no key or no signature is not. */
void signing_key_sign(const struct signing_key *key, const void *bytes, size_t size,
                      char signature[SIGNATURE_TEXT_CHARS + 1]);
bool signature_valid(const char *public_text, const char *signature, const void *bytes, size_t size);

/* Whether a file of public keys holds the key. */
enum status trusted_key_find(const char *path, const char *public_text, bool *found, struct fault *fault);

#endif
