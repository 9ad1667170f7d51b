/* Gauge repeatability and reproducibility of a crossed study, by analysis of variance: AIAG, Measurement Systems
 * Analysis, 4th edition (2010), chapter III-B, "Analysis of Variance (ANOVA) Method", and its appendix A.
 *
 * Every operator (or camera, or station) measures every part equally often. All effects are random. */
#ifndef ASSAY_ENGINE_STATISTICS_GAUGE_STUDY_H
#define ASSAY_ENGINE_STATISTICS_GAUGE_STUDY_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

enum gauge_study_model {
  GAUGE_STUDY_AUTO,    /* the interaction is kept where it is significant */
  GAUGE_STUDY_WITH,    /* kept */
  GAUGE_STUDY_WITHOUT, /* pooled with the equipment */
};

struct gauge_study_input {
  const double *values; /* [(part * operators + operator) * trials + trial], all finite; not owned */
  size_t parts, operators, trials;
  enum gauge_study_model model;
  double significance; /* of the interaction, 0..1; MSA: 0.05 */
};

/* A row of the analysis of variance. f is against the equipment's mean square, as MSA prints it; p is P(F > f). NAN
 * where the row has none. */
struct gauge_study_row {
  double df, sum, mean, f, p;
};

/* Variance components; one that would be negative is 0. */
struct gauge_study {
  struct gauge_study_row operator_, part, interaction, equipment, total; /* of the whole model */
  struct gauge_study_row pooled; /* equipment and interaction together; what stands for the equipment if not `kept` */
  bool kept;                     /* the interaction is in the model */
  double repeatability;          /* EV: the equipment */
  double reproducibility;        /* AV: the operators themselves */
  double interacting;            /* INT: operators by parts; 0 where not kept */
  double gauge;                  /* GRR: the sum of these three */
  double parts;                  /* PV */
  double whole;                  /* TV = GRR + PV */
  double categories; /* ndc = 1.41 PV / GRR in standard deviations, to be cut to a whole number of at least 1;
                        INFINITY where nothing but the parts varies */
};

/* Needs 2 parts, 1 operator, and 2 trials or else 2 operators; with one trial or one operator the interaction cannot
 * be told apart and is not kept. STATUS_INVALID says what is missing, also where nothing varies at all. Uses libm and
 * Boost: for lots, not for the result path of a photo. Thread-safe. */
enum status gauge_study(const struct gauge_study_input *input, struct gauge_study *study, struct fault *fault);

#endif
