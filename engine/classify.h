/* What kind of defect a finding is, by what it does to the golden's structure. */
#ifndef ASSAY_ENGINE_CLASSIFY_H
#define ASSAY_ENGINE_CLASSIFY_H

#include "engine/compare.h"

struct defect_kind {
  enum defect_class class_;
  bool replaced; /* the golden's structure gives way to as much other structure, or lies elsewhere */
  double shadow; /* how bright it is under a shadow, as a share of the golden; 0: there is none (engine/shadow.h) */
};

/* The first of these that fits:
 *   colour   chroma leaves its tolerance, luma hardly
 *   moved    the golden's own structure, some pixels off
 *   scratch  long and thin, all brighter or all darker
 *   stain    all brighter or all darker, and moderately so, or the golden's structure shows through, or it rises softly
 *   print    fine structure gives way to other fine structure
 *   missing  the golden stands out from its surroundings there, or has structure, and the photo does less
 *   extra    all else */
enum status classify_finding(struct device *device, const struct reference *reference, const struct aligned *photo,
                             const struct comparison *comparison, const struct finding *finding,
                             struct defect_kind *kind, struct fault *fault);

#endif
