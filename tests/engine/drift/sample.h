/* Photos for the tests of drift. */
#ifndef ASSAY_TESTS_ENGINE_DRIFT_SAMPLE_H
#define ASSAY_TESTS_ENGINE_DRIFT_SAMPLE_H

#include "engine/drift/findings.h"

enum { MINUTE = 60000 };

/* A photo of one dimension; NULL keys are unknown. */
struct sample {
  int64_t minute; /* -1: no time */
  const char *golden, *factory, *line, *shift, *lot;
  double value;
  bool scratch, stain, unjudged;
  const double *off; /* Lab of a zone less the golden's; NULL: there is none */
};

void sample_add(struct season *season, const struct sample *sample);
void sample_look(struct season *season, double budget, struct findings *findings);

#endif
