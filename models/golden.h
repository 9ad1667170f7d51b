/* A golden: a folder with the spec, the approved photos and the seal over them.
 *
 *   golden.yaml        the spec
 *   photos/NAME        the approved photos, as received; the golden pixels are those of the first
 *   seal.json          version, who, when, why, and name, size and SHA-256 of every file above (see seal.h)
 *   history/N.json     the seals of earlier versions
 *   cache/             made by assay, not sealed, may be deleted at any time
 */
#ifndef ASSAY_MODELS_GOLDEN_H
#define ASSAY_MODELS_GOLDEN_H

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
  struct photo *masks; /* one a zone (bytes NULL where the zone has none), in the spec's order */
};

struct golden_create {
  const char *path;          /* must not exist */
  const char *name;          /* wins over the spec's */
  const char *const *photos; /* at least one */
  size_t photo_count;
  const char *spec_file; /* NULL: a spec of defaults is written */
  const char *by;        /* NULL: the login */
  const char *why;       /* NULL: "created" */
  const char *key_file;  /* NULL: not signed */
};

/* Makes the folder complete or not at all (written beside, synced, renamed). Photos that are not decodable are not
 * this function's business: the caller checks first. */
enum status golden_create(const struct golden_create *how, struct fault *fault);

/* Opens and verifies: every sealed file must have its size and SHA-256, no sealed file may be missing, golden.yaml must
 * parse. STATUS_INVALID names the first file that differs and how. */
enum status golden_open(const char *path, struct golden **golden, struct fault *fault);
void golden_close(struct golden *golden);

/* The seals, oldest first, as a JSON array; each checked to be cited by the next ("previous"). */
enum status golden_history(const char *path, json_t **history, struct fault *fault);

/* `golden check`: everything golden_open checks, the chain of earlier seals and, where the seal is signed, the
 * signature; trusted_keys (may be NULL) is a file of public keys, one a line. `report` gets {"ok", "name", "version",
 * "sha256", "signed_by", "problems": [...]} also when the golden is bad. */
enum status golden_check(const char *path, const char *trusted_keys, json_t **report, struct fault *fault);

#endif
