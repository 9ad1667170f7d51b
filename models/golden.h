/* A golden: a folder with the spec, the approved photos and the seal over them.
 *
 *   golden.yaml        the spec
 *   photos/NAME        the approved photos, as received; the golden pixels are those of the first
 *   masks/NAME         the masks that zones of the spec name
 *   calibration.json   the camera's calibration, where the spec names one (see calibration.h)
 *   seal.json          version, who, when, why, and name, size and SHA-256 of every file above (see seal.h)
 *   seal.sig           where it is signed
 *   history/N.json     the seals of earlier versions, N.sig their signatures
 *   cache/             made by assay, not sealed, may be deleted at any time
 */
#ifndef ASSAY_MODELS_GOLDEN_H
#define ASSAY_MODELS_GOLDEN_H

#include "models/calibration.h"
#include "models/photo.h"
#include "models/spec.h"
#include "models/status.h"

#include <jansson.h>
#include <stdint.h>

/* An opened golden: immutable, so that threads may share it. */
struct golden {
  char *path;
  struct spec spec;
  int64_t version;               /* 1 for the first */
  char sha256[SHA256_CHARS + 1]; /* of seal.json: what results cite */
  struct photo *photos;          /* bytes in memory, in the seal's order */
  size_t photo_count;
  struct photo *masks;             /* one a zone (bytes NULL where the zone has none), in the spec's order */
  struct calibration *calibration; /* NULL where the spec names none */
};

struct golden_create {
  const char *path;          /* must not exist */
  const char *name;          /* wins over the spec's; NULL: the spec's */
  const char *const *photos; /* at least one */
  size_t photo_count;
  const char
      *spec_file;  /* NULL: a spec of defaults is written. Masks and the calibration that it names lie beside it. */
  const char *by;  /* NULL: the login; as why, one line of at most 1000 bytes */
  const char *why; /* NULL: "created" */
  const char *key_file; /* NULL: not signed */
  /* Asked whether the golden is of use, opened as it will be, before its folder appears: whether photos can be decoded
   * is not this module's business. Anything but STATUS_OK, and nothing is made. NULL: not asked. */
  enum status (*check)(void *context, const struct golden *golden, struct fault *fault);
  void *context;
};

/* Makes the folder complete or not at all (written beside, synced, renamed). A path that is there already, even an
 * empty folder, is STATUS_INVALID. */
enum status golden_create(const struct golden_create *how, struct fault *fault);

/* What changes from one version to the next; what is NULL is kept. */
struct golden_revise {
  const char *path;
  const char *spec_text; /* whole golden.yaml; its name becomes the golden's */
  size_t spec_size;
  const char *mask_folder;   /* where masks and a calibration lie that the golden does not have yet, or has otherwise */
  const char *const *photos; /* added behind the approved ones */
  size_t photo_count;
  const char *by, *why; /* as above, but why is required */
  const char *key_file;
};

/* Makes the next version: the old seal goes to history/ and is cited by the new one. The golden must verify. The new
 * folder is made beside and exchanged for the old one at once, so that whoever opens the golden sees one version or
 * the other, whole, whatever happens. Two that revise at the same time come one after the other. The cache is lost;
 * what else lies in the folder without being sealed is taken over. */
enum status golden_revise(const struct golden_revise *how, struct fault *fault);

/* Opens and verifies: every sealed file must have its size and SHA-256, no sealed file may be missing, golden.yaml must
 * parse. STATUS_INVALID names the first file that differs and how. */
enum status golden_open(const char *path, struct golden **golden, struct fault *fault);
void golden_close(struct golden *golden);

/* The seals, oldest first, as a JSON array of what is in them and their own "sha256"; each checked to be cited by the
 * next ("previous"). The caller ends with json_decref. */
enum status golden_history(const char *path, json_t **history, struct fault *fault);

/* `golden check`: everything golden_open checks, the chain of earlier seals and, where the seal is signed, the
 * signature; trusted_keys (may be NULL) is a file of public keys (see keys.h), one of which must then have signed.
 * `report` gets {"ok", "name", "version", "sha256", "signed_by": public key or null, "problems": [texts], "unsealed":
 * [names of what lies in the folder and is no part of the golden]} also when the golden is bad (what cannot be known is
 * null); NULL only when out of memory. The status and `fault` are those of the
 * first problem. */
enum status golden_check(const char *path, const char *trusted_keys, json_t **report, struct fault *fault);

#endif
