/* A golden folder in the making: beside its place, complete before it is seen. Private to models/. */
#ifndef ASSAY_MODELS_GOLDEN_BUILD_H
#define ASSAY_MODELS_GOLDEN_BUILD_H

#include "models/golden.h"
#include "models/seal.h"

/* All zero is empty: end with golden_build_end, which deletes what was not put in its place. */
struct golden_build {
  char *path;                        /* of the golden, without a slash at its end */
  char *temporary;                   /* path of the folder in the making */
  const char *base, *temporary_base; /* their last parts */
  int parent, folder;                /* open folders, or 0 */
  bool has_photos, has_masks, has_history;
  struct seal seal;
};

/* Makes the temporary folder beside `path`. */
enum status golden_build_begin(struct golden_build *build, const char *path, struct fault *fault);

/* Writes a file that is part of the golden (and its folder) and adds it to the seal. */
enum status golden_build_add(struct golden_build *build, const char *name, const void *bytes, size_t size,
                             struct fault *fault);
/* Adds a photo or mask under a name made from `path`'s last part: safe in every file system and not taken yet. */
enum status golden_build_add_photo(struct golden_build *build, const char *path, const void *bytes, size_t size,
                                   struct fault *fault);
/* Reads a calibration and adds it under its own name; what is none is refused. */
enum status golden_build_add_calibration(struct golden_build *build, const char *path, struct fault *fault);
/* Writes a file that is not sealed: seal.json, seal.sig, history/... */
enum status golden_build_write(struct golden_build *build, const char *name, const void *bytes, size_t size,
                               struct fault *fault);

/* Fills who (NULL: the login), why and when, writes seal.json and, with a key file (may be NULL), seal.sig. */
enum status golden_build_seal(struct golden_build *build, const char *by, const char *why, const char *key_file,
                              struct fault *fault);

/* Syncs the folder and puts it in its place: new (`replace` false; what is there already is STATUS_INVALID) or in
 * exchange for the one that is there, which is then deleted. */
enum status golden_build_finish(struct golden_build *build, bool replace, struct fault *fault);
/* After golden_build_finish in exchange for another: moves what lies in that one's folder and is no part of it to the
 * new one. What cannot be moved stays in the old folder, which is kept then, and STATUS_IO says where. */
enum status golden_build_take_over(struct golden_build *build, int old_folder, const struct seal *old,
                                   struct fault *fault);
void golden_build_end(struct golden_build *build);

/* The spec's text with its `name` set; the caller frees it. The text must be one that spec_parse takes. */
enum status golden_spec_named(const char *text, size_t size, const char *file, const char *name, char **named,
                              struct fault *fault);

/* The bytes of the seals of versions 1 to version - 1, each checked to be the one that the next cites. */
struct golden_past {
  struct golden_past_seal {
    uint8_t *bytes, *signature; /* signature NULL: none */
    size_t size, signature_size;
    struct seal seal;
  } * seals; /* seals[0] is version 1 */
  size_t count;
};
enum status golden_past_read(int folder, const char *path, const struct seal *current, struct golden_past *past,
                             struct fault *fault);
void golden_past_free(struct golden_past *past);

/* A golden that is exchanged for its next version loses its files under the hands of who reads it: what failed then is
 * no fault of the golden, and is done again with the new one. Who begins to read holds the folder, which keeps its
 * number from being given to another; the second tells whether another lies there now, and lets go. */
int golden_hold(const char *path);
bool golden_exchanged(const char *path, int held);

/* Opens a golden's folder; reads the seal in it, with the bytes that `sha256` is of; both. */
enum status golden_folder_open(const char *path, int *folder, struct fault *fault);
enum status golden_seal_in(int folder, const char *path, struct seal *seal, uint8_t **bytes, size_t *size,
                           struct fault *fault);
enum status golden_seal_open(const char *path, int *folder, struct seal *seal, uint8_t **bytes, size_t *size,
                             struct fault *fault);

/* Calls `each` for what lies in a golden's folder and is no part of it, in the order of names ("notes.txt",
 * "photos/more.jpg"; a folder once); ends with the first status that is not OK. */
typedef enum status golden_unsealed_each(void *context, const char *name, struct fault *fault);
enum status golden_unsealed(int folder, const struct seal *seal, golden_unsealed_each *each, void *context,
                            struct fault *fault);

/* golden_open, which goes on after a bad file where `problems` (may be NULL) is there to collect them. */
enum status golden_load(const char *path, json_t *problems, struct golden **golden, struct fault *fault);

#endif
