/* What was overruled in review, as limit samples of a golden. */
#ifndef ASSAY_CLI_REVIEWED_H
#define ASSAY_CLI_REVIEWED_H

#include "models/spec.h"
#include "models/status.h"

#include <jansson.h>
#include <stdbool.h>

struct reviewed_sample {
  struct spec_approval approval;
  char *words; /* who and why */
};

/* All zero is empty; ends with reviewed_free. */
struct reviewed {
  struct reviewed_sample *items;
  size_t count;
  size_t of_zones; /* passed over: what is of a zone as a whole, its colour or what is to be read in it */
};

/* The findings of the place (engine/lots/reviews.h) that were overruled last, were judged against a version of the
 * golden that `history` lists, and are not among the spec's limit samples. */
enum status reviewed_read(const char *place, const json_t *history, const struct spec *spec, struct reviewed *reviewed,
                          struct fault *fault);
void reviewed_free(struct reviewed *reviewed);

/* The reasons of all of them in one text, at most `size`, cut with "...". */
void reviewed_reason(const struct reviewed *reviewed, char *text, size_t size);

/* Whether the spec has the same place of the same photo among its limit samples. */
bool is_limit_sample(const struct spec_approval *approval, const struct spec *spec);

#endif
