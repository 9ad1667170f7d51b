/* Keys of 32 bytes as text files:
 *
 *   NAME       mode 0600   KIND-secret BASE64
 *   NAME.pub               KIND-public BASE64 COMMENT
 *
 * One key a line; empty lines and lines that begin with # are passed over. Base64 is the standard alphabet with padding
 * (RFC 4648, section 4). */
#ifndef ASSAY_MODELS_KEY_FILE_H
#define ASSAY_MODELS_KEY_FILE_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { KEY_BYTES = 32, KEY_TEXT_CHARS = 44 };

void key_encode(const unsigned char key[KEY_BYTES], char text[KEY_TEXT_CHARS + 1]);
/* Whether the text, of `chars` characters, is a key. */
bool key_decode(const char *text, size_t chars, unsigned char key[KEY_BYTES]);

struct key_pair {
  const char *kind;    /* "ed25519" */
  const char *warning; /* a line above the secret key that tells what it can do */
  const unsigned char *secret, *public_key;
};

/* Writes both files; neither may be there already. `comment` is one line for the public one, NULL: none. */
enum status key_pair_write(const struct key_pair *pair, const char *path, const char *comment, struct fault *fault);

/* Goes through the lines "KIND BASE64 ..." of a file. `each` returns true to stop. */
struct key_lines {
  const char *path, *kind; /* "ed25519-public" */
  bool (*each)(const unsigned char key[KEY_BYTES], void *context);
  void *context;
};
enum status key_lines_read(const struct key_lines *lines, struct fault *fault);

/* The first secret key of a file that no one but its owner may read. STATUS_INVALID where it holds none, or others may
 * read it. */
enum status key_secret_read(const char *path, const char *kind, unsigned char key[KEY_BYTES], struct fault *fault);

#endif
