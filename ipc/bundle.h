/* A golden on its way to a machine that does not see its folder: the sealed files and the seal. A bundle's folder is
 * named by the seal's SHA-256 and holds what golden_open needs. */
#ifndef ASSAY_IPC_BUNDLE_H
#define ASSAY_IPC_BUNDLE_H

#include "ipc/message.h"
#include "models/digest.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bundle {
  char sha256[DIGEST_CHARS + 1];
  char **names;       /* "seal.json" first; then as the seal lists them; below the folder, with / */
  struct span *spans; /* their bytes */
  size_t count;
};

/* Whether the folder's seal.json has this SHA-256. */
bool bundle_is(const char *folder, const char *sha256);

/* Reads a golden folder. STATUS_INVALID where it is not the golden of this SHA-256. */
enum status bundle_read(const char *folder, const char *sha256, struct bundle *bundle, struct fault *fault);
void bundle_free(struct bundle *bundle);

/* The header of the GOLDEN message that carries bundle->spans; NULL: out of memory. */
json_t *bundle_header(const struct bundle *bundle);

/* Writes what a GOLDEN message carries to PARENT/SHA256, whole or not at all, after checking every name (plain,
 * relative), size and SHA-256 against the seal, and the seal against its own. One that is there already is left. */
enum status bundle_keep(const char *parent, const struct message *message, struct fault *fault);

#endif
