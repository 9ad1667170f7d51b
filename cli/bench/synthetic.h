/* Sets of assay-synth, judged as their own golden.yaml says: for the trials of `assay bench accuracy`. */
#ifndef ASSAY_CLI_SYNTHETIC_H
#define ASSAY_CLI_SYNTHETIC_H

#include "cli/options.h"
#include "models/golden.h"
#include "models/result.h"

#include <jansson.h>

/* A set, opened as a golden that nobody has sealed. All zero is empty. */
struct synthetic {
  const char *folder;
  struct golden golden;
  json_t *truth; /* array: truth.jsonl */
};

/* `goldens`: at most so many of the approved photos. `spec`: text that takes the place of golden.yaml; NULL: that. */
enum status synthetic_open(const char *folder, size_t goldens, const char *spec, struct synthetic *set,
                           struct fault *fault);
void synthetic_close(struct synthetic *set);

/* Judges the set's photos on several threads. `visit` gets each with its truth, in order, on the calling thread. */
struct synthetic_visit {
  enum status (*visit)(void *context, const json_t *truth, const struct result *result, struct fault *fault);
  void *context;
};
enum status synthetic_judge(const struct synthetic *set, const struct common_options *common,
                            const struct synthetic_visit *visit, struct fault *fault);

#endif
