/* The keys of CURVE (X25519, RFC 7748), by which a broker and its peers know each other over tcp://, as files of the
 * kind curve25519 (models/key_file.h). */
#ifndef ASSAY_IPC_CURVE_H
#define ASSAY_IPC_CURVE_H

#include "models/key_file.h"
#include "models/status.h"

/* Secret: end with curve_key_wipe. */
struct curve_key {
  unsigned char secret[KEY_BYTES], public_key[KEY_BYTES];
  char public_text[KEY_TEXT_CHARS + 1]; /* the public key in base64 */
};

enum status curve_key_make(struct curve_key *key, struct fault *fault);
/* Writes PATH and PATH.pub; neither may be there already. `comment` is one line for the public one, NULL: none. */
enum status curve_key_write(const struct curve_key *key, const char *path, const char *comment, struct fault *fault);
/* Reads a secret key. A file that others than its owner may read is refused. */
enum status curve_key_read(const char *path, struct curve_key *key, struct fault *fault);
void curve_key_wipe(struct curve_key *key);

/* A public key: 44 characters of base64, or a file that holds one (NAME.pub). */
enum status curve_public_read(const char *text_or_path, unsigned char key[KEY_BYTES], struct fault *fault);

#endif
