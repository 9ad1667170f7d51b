/* What is true about a photo, as one line of truth.jsonl. The README describes the fields. */
#ifndef ASSAY_DATASETS_TRUTH_H
#define ASSAY_DATASETS_TRUTH_H

#include "datasets/defect.h"
#include "datasets/plan.h"

struct truth {
  char photo[32], masks[4][40]; /* relative paths */
  const struct scene *scene;
  const struct unit *unit; /* lot and time; index < 0 for a golden photo */
  const struct shot *shot, *golden;
  struct defect defects[4];
  int defect_count, quality;
  int swapped;                   /* panel of another material, or -1 */
  double delta_e, shown_delta_e; /* under even light, and as the first golden photo shows it */
  double dimensions[SCENE_DIMENSIONS];
  const struct change *loose; /* its first part is the loose one, which lies off; NULL: it lies right */
};

/* Golden pixel to photo pixel over a grid of the product, and what a homography leaves (rms, px). */
double truth_homography(const struct truth *truth, double homography[9]);
/* The mask's box in golden pixels: x, y, w, h. */
void truth_golden_box(const struct truth *truth, const struct defect *defect, double box[4]);
/* The line with its newline, to be freed. */
enum status truth_line(const struct truth *truth, char **line, struct fault *fault);

#endif
