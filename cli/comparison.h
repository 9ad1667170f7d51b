/* Groups compared, for people and as JSON. */
#ifndef ASSAY_CLI_COMPARISON_H
#define ASSAY_CLI_COMPARISON_H

#include "engine/lots/compare.h"

#include <jansson.h>
#include <stdio.h>

enum comparison_kind { COMPARISON_MEAN, COMPARISON_RATE, COMPARISON_VARIANCE };
enum { COMPARISON_TEXT = 1024 };

/* What differs, the group with the larger mean or share first; or where the variance lies. */
struct comparison_finding {
  enum comparison_kind kind;
  const char *name, *unit;          /* of the measure, or the kind of defect (unit "") */
  const char *group, *against;      /* NULL: unknown */
  bool others, first_others;        /* `against`, or `group`, is all others together */
  double value, against_value;      /* means, or shares */
  int64_t units, against_units;     /* rates */
  double size, lower, upper;        /* difference of means, or odds ratio, with 95 %; not finite where not known */
  double p;                         /* corrected */
  double factories, shifts, within; /* shares of the variance; NAN where there is no such level */
  char text[COMPARISON_TEXT];       /* one sentence */
};

/* In the order of the results; `each` gets them one by one. */
void comparison_findings(const struct compare *compare, const struct compare_results *results,
                         void (*each)(void *context, const struct comparison_finding *finding), void *context);

/* NULL: out of memory. The caller ends with json_decref. */
json_t *comparison_to_json(const struct compare *compare, const struct compare_results *results);
/* A finding as an object: "kind" mean, rate or variance, "text", and the members above. */
json_t *comparison_finding_to_json(const struct comparison_finding *finding);
/* The differences, and the tables of what differs; with `details` those of all. */
void comparison_print(FILE *out, const struct compare *compare, const struct compare_results *results, bool details);

#endif
