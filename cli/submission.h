/* What `assay run` and `assay submit` are given: photos, their goldens and where they come from, as a list of jobs. */
#ifndef ASSAY_CLI_SUBMISSION_H
#define ASSAY_CLI_SUBMISSION_H

#include "cli/options.h"
#include "ipc/client.h"
#include "models/job.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

/* The options that both commands have; SUBMISSION_OPTIONS puts them into a table whose struct has a member `given` of
 * this type. */
struct submission_options {
  const char *manifest, *lot, *factory, *line, *shift;
};

#define SUBMISSION_OPTION(type, option_name, member, argument_name, text)                                              \
  {                                                                                                                    \
    .name = option_name, .kind = OPTION_TEXT, .offset = offsetof(type, given.member), .argument = argument_name,       \
    .help = text                                                                                                       \
  }
#define SUBMISSION_OPTIONS(type)                                                                                       \
  SUBMISSION_OPTION(type, "manifest", manifest, "FILE.csv",                                                            \
                    "the photos and where each comes from; columns: photo (required), golden, lot, factory, line, "    \
                    "shift, stage, unit, view, captured"),                                                             \
      SUBMISSION_OPTION(type, "lot", lot, "LOT", "lot of the photos for which the manifest names none"),               \
      SUBMISSION_OPTION(type, "factory", factory, "NAME", "their factory"),                                            \
      SUBMISSION_OPTION(type, "line", line, "NAME", "their production line"),                                          \
      SUBMISSION_OPTION(type, "shift", shift, "NAME", "their shift")

struct submission_golden {
  char *path;
  char sha256[SHA256_CHARS + 1];
};

struct submission {
  struct job *jobs;  /* in order; without golden_sha256, photo_id and id until submission_next */
  char **paths;      /* by job: where its photo lies, NULL where job.photo says it */
  size_t *golden_of; /* by job: its golden */
  size_t count;
  struct submission_golden *goldens; /* each once, in the order in which they first came; sha256 is set by the caller */
  size_t golden_count;
  size_t next;
};

/* operands: GOLDEN PHOTO|FOLDER..., or with a manifest at most GOLDEN. Folders are walked; one without photos is warned
 * of, and STATUS_INVALID where nothing else is given; so is what an earlier run wrote into the folder `out` (NULL:
 * none).
 */
enum status submission_read(const struct words *operands, const struct submission_options *options, const char *out,
                            struct submission *submission, struct fault *fault);
void submission_free(struct submission *submission);

/* Reads the next photo, and makes it a job with its id: photo_id from its bytes (none where it cannot be read),
 * captured from its EXIF where it is not known. `bytes`: send the bytes, else the path, which is made absolute with
 * `absolute`. Sets *end after the last. */
enum status submission_next(struct submission *submission, bool bytes, bool absolute, struct client_job *job, bool *end,
                            struct fault *fault);

/* Columns of the longest photo name. */
size_t submission_widest(const struct submission *submission);

#endif
