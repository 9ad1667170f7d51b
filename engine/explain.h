/* Second look at findings: is it the product, or a gloss on it? */
#ifndef ASSAY_ENGINE_EXPLAIN_H
#define ASSAY_ENGINE_EXPLAIN_H

#include "engine/surroundings.h"

/* Drops the findings of luma that look like gloss: weak ones that are soft throughout or the golden's own structure
 * with more contrast, thin glints along a bright line of the golden, as a crease has, lines a pixel wide that few
 * approved photos leave room for, and faint narrow ones that reach little further than the ground about them does all
 * over. Strong ones, and those in colour, are never dropped. What is dropped counts as use of tolerance by what is left
 * of it when its explanation is taken away. `min_area` as for compare_photo. By several threads on backends whose
 * memory is the host's; below 2 by the caller alone. */
enum status explain_findings(struct device *device, const struct reference *reference, const struct aligned *photo,
                             double min_area, int threads, struct comparison *comparison, struct fault *fault);

#endif
