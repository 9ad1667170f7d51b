/* The seal over a golden, seal.json: which files it is made of, byte for byte, and who approved it when and why.
 *
 * {
 *   "files": [{"name": "golden.yaml", "sha256": "...", "size": 123}, photos/..., masks/..., calibration.json],
 *   "format": 1,
 *   "name": "drink-carton-front",
 *   "photos": ["photos/0.png", ...],        in the order given; the golden pixels are those of the first
 *   "previous": null,                       or the SHA-256 of the seal.json of the version before
 *   "version": 1,
 *   "when": "2026-03-01T21:14:05Z",         UTC
 *   "who": "...", "why": "..."
 * }
 * Sorted keys, UTF-8, LF, indent 2, a newline at the end. The golden's identity is the SHA-256 of these bytes.
 * A signature lies beside it, so that signing does not change that identity:
 * seal.sig: {"algorithm": "ed25519", "public_key": BASE64, "signature": BASE64 over the bytes of seal.json}. */
#ifndef ASSAY_MODELS_SEAL_H
#define ASSAY_MODELS_SEAL_H

#include "models/digest.h"
#include "models/keys.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEAL_MAX_BYTES = 16 << 20, SEAL_MAX_FILES = 1000, SEAL_FILE_CHARS = 120, SEAL_TEXT_MAX = 1000 };

/* The folders of the golden in which sealed files lie, with the slash. */
#define SEAL_PHOTOS "photos/"
#define SEAL_MASKS "masks/"
#define SEAL_SPEC "golden.yaml"
#define SEAL_CALIBRATION "calibration.json"

struct seal_file {
  char name[SEAL_FILE_CHARS + 16]; /* golden.yaml, calibration.json, photos/NAME or masks/NAME; nothing else */
  size_t size;
  char sha256[DIGEST_CHARS + 1];
};

/* Owns its pointers; all zero is empty. */
struct seal {
  char name[128];
  int64_t version;
  char previous[DIGEST_CHARS + 1]; /* "" for the first version */
  char when[24];
  char *who, *why;
  struct seal_file *files; /* golden.yaml, the photos in their order, the masks, the calibration */
  size_t file_count, file_room;
};

void seal_free(struct seal *seal);

/* Adds a file; `name` must be allowed and not there yet. */
enum status seal_add(struct seal *seal, const char *name, const void *bytes, size_t size, struct fault *fault);
const struct seal_file *seal_find(const struct seal *seal, const char *name);
bool seal_file_in(const struct seal_file *file, const char *folder);

/* The bytes of seal.json; the caller frees them. NULL: out of memory. */
char *seal_write(const struct seal *seal, size_t *size);

/* Reads them back, strictly. `shown` names the file in messages. On failure `seal` is empty. */
enum status seal_read(const void *bytes, size_t size, const char *shown, struct seal *seal, struct fault *fault);

/* The bytes of seal.sig over those of seal.json (caller frees; NULL: out of memory), and the reverse: STATUS_INVALID
 * where it is no signature or not one of these bytes. `signed_by` gets the public key. */
char *seal_sign(const struct signing_key *key, const void *seal, size_t seal_size, size_t *size);
enum status seal_verify(const void *signature, size_t signature_size, const void *seal, size_t seal_size,
                        const char *shown, char signed_by[KEY_TEXT_CHARS + 1], struct fault *fault);

/* Whether a text may stand for who or why: printable UTF-8, 1 to SEAL_TEXT_MAX bytes. */
bool seal_text_valid(const char *text);

#endif
