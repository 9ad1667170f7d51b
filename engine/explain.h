/* Second look at weak findings: is it the product, or a gloss on it? */
#ifndef ASSAY_ENGINE_EXPLAIN_H
#define ASSAY_ENGINE_EXPLAIN_H

#include "engine/compare.h"

/* What a finding's surroundings say, in the golden's light. */
struct explanation {
  double softness; /* height of the difference over its steepness, pixels: how far it takes to rise */
  double likeness; /* correlation of the difference with the golden itself, -1..1 */
};

enum status explain_finding(struct device *device, const struct reference *reference, const struct aligned *photo,
                            const struct finding *finding, struct explanation *explanation, struct fault *fault);

/* Drops the findings of luma that are weak and look like gloss: soft throughout, or the golden's own structure with
 * more contrast. Strong ones, and those in colour, are never dropped. */
enum status explain_findings(struct device *device, const struct reference *reference, const struct aligned *photo,
                             struct comparison *comparison, struct fault *fault);

#endif
