/* The difference of an aligned photo from the golden, and the places where it leaves the tolerance. */
#ifndef ASSAY_ENGINE_COMPARE_H
#define ASSAY_ENGINE_COMPARE_H

#include "engine/reference.h"

/* A place where the photo leaves the tolerance, in golden pixels. */
struct finding {
  int32_t left, top, right, bottom; /* inclusive */
  int64_t area;                     /* pixels */
  double peak;                      /* units of tolerance */
  double chroma_peak;               /* that of the colour planes; 0 where only luma differs */
  double full_peak; /* of tolerances that are not narrowed because the photo's chroma shows next to nothing else */
  double weight;    /* peak^2 area, 1 for what just counts: of all areas that were joined */
  double middle_x, middle_y;
  double length, width; /* of the ellipse with the same moments: full axes */
  bool classified;      /* of artwork (artwork_find.h): with class and confidence */
  enum defect_class class_;
  double confidence;
};

enum { COMPARE_MOST_FINDINGS = 4096 };

/* One thread's working memory and the last photo's findings. */
struct comparison {
  struct finding *findings; /* in golden order: top, then left */
  size_t count;
  bool overflow;                       /* more areas than could be examined: the photo differs almost everywhere */
  double use;                          /* largest use of tolerance that is not a finding, at most 1 */
  int32_t limit[ALIGNED_PLANES];       /* map value that is the whole tolerance of this photo, about KERNEL_MAP_UNIT */
  int32_t levels[ALIGNED_PLANES][256]; /* how many pixels have each map value */
  int64_t compared;                    /* luma pixels that were compared */
  int planes;
  struct kernel_image map[ALIGNED_PLANES];
  /* working memory */
  struct device_memory maps[ALIGNED_PLANES], scratch, rows, counts, histogram;
  struct kernel_component *host_rows;
};

/* `labels`: of the zones. `min_area`: least pixels of a finding (golden pixels), NAN for the default. */
enum status compare_photo(struct device *device, const struct reference *reference, const struct plane *labels,
                          const struct aligned *photo, double min_area, struct comparison *comparison,
                          struct fault *fault);
/* Finds `use` again from the levels, after some were changed. */
void comparison_find_use(double min_area, struct comparison *comparison);
void comparison_free(struct device *device, struct comparison *comparison);

#endif
