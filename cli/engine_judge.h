/* The engine as the judge of a worker, and the pictures of the photos that failed. */
#ifndef ASSAY_CLI_ENGINE_JUDGE_H
#define ASSAY_CLI_ENGINE_JUDGE_H

#include "cli/group_keeper.h"
#include "engine/inspect.h"
#include "ipc/judge.h"

struct engine_judge {
  struct inspect_options inspect;
  int gpus;                         /* that share the work: inspect_gpus(&inspect) */
  bool return_on_device_error;      /* a GPU that fails is STATUS_DEVICE; else the work is done elsewhere */
  const char *pictures;             /* folder for the pictures of photos that failed; NULL: none are made */
  const char *evidence;             /* folder for what reports show (cli/evidence.h); NULL: nothing is kept */
  struct group_keeper *groups;      /* group images; NULL: none are kept; needs inspect.groups */
  struct prepared_golden *prepared; /* a list; NULL: none */
};

/* Opens a golden before the first photo, so that what is wrong with it shows at once; the judge then uses it wherever
 * the same golden is asked for. `sha256` gets its seal's. Ends with engine_judge_end, after the last judging. */
enum status engine_judge_prepare(struct engine_judge *setup, const char *path, char sha256[SHA256_CHARS + 1],
                                 struct fault *fault);
/* Keeps the prepared goldens' evidence. */
enum status engine_judge_keep(const struct engine_judge *setup, struct fault *fault);
void engine_judge_end(struct engine_judge *setup);

/* The table of functions of a worker; `setup` must outlive it. A picture is there before the result is; one that
 * cannot be written is warned of and does not change the result. */
struct judge engine_judge(const struct engine_judge *setup);

/* The picture of a job: FOLDER/NAME-ID.png, from the photo's name and the first digits of the job's id. The caller
 * frees it; NULL: out of memory. */
char *engine_judge_picture_path(const char *folder, const struct job *job);

#endif
