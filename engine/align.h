/* Alignment: where the golden lies in a photo, how sure that is, and refusal where it cannot be told. */
#ifndef ASSAY_ENGINE_ALIGN_H
#define ASSAY_ENGINE_ALIGN_H

#include "engine/features.h"
#include "engine/image.h"
#include "engine/refine.h"
#include "engine/symmetry.h"

/* The golden's side, made once and read by any number of threads. */
struct align_golden {
  int32_t width, height;
  enum motion motion;
  double local_px; /* bound of the local displacement, golden pixels; 0: none */
  struct pyramid luma;
  struct pyramid mask;          /* not 0: takes part; count 0: all of it does */
  int final_level;              /* the finest level that the pose is refined on */
  int early_level;              /* one above, where a flat photo is done; the final level: none is */
  const struct plane *plane;    /* the golden photo's luma */
  double counted[2];            /* pixels of the final and the early level that take part */
  double alike;                 /* with itself turned (direct.h) */
  struct repeats repeats;       /* of the golden, where a pose may be a period off */
  struct symmetries symmetries; /* and where it may be turned; both are there after align_golden_look */
  /* Waits for that, where photos are aligned meanwhile; NULL: it is done. */
  enum status (*wait)(const void *context, struct fault *fault);
  const void *context;
  int quick_level, thorough_level; /* levels that the features are from */
  struct of_golden *features;      /* that are made when the first photo needs them; any thread may */
};

/* Takes the golden photo's luma and the mask of what takes part (NULL: all of it; values as for kernel_tile_sums); both
 * must stay. */
enum status align_golden_open(struct device *device, const struct plane *luma, const struct plane *mask,
                              enum motion motion, double local_px, struct align_golden *golden, struct fault *fault);
/* Looks for what repeats, and for symmetries: what align_photo asks last, so that it may begin before. */
enum status align_golden_look(struct device *device, struct align_golden *golden, struct fault *fault);
void align_golden_close(struct device *device, struct align_golden *golden);

/* One thread's working memory and the last photo's alignment. All zero is empty. */
struct alignment {
  struct pyramid photo;       /* the photo's luma, level 0 first */
  const struct plane *luma;   /* the same on the host */
  struct tiles tiles;         /* the last measurement, at the final level or the early one */
  struct tiles aside;         /* of poses that are only tried */
  struct placement placement; /* golden -> decoded photo pixels */
  struct light light;
  double sigma;       /* spread of residuals there, grey levels */
  double correlation; /* within tiles, of golden and aligned photo (agreement.h) */
  double overlap;     /* share of the golden that takes part and that the photo shows */
  double residual_px; /* what the pose alone leaves, root mean square, golden pixels */
  bool aligned;
  bool straight;    /* without features: quick, and now and then wrong */
  bool by_features; /* set by the caller: not without features */
  bool ambiguous;   /* not aligned: another pose than the placement's agrees as well */
  uint8_t *small;   /* host copy of a small level, for features */
  size_t small_size;
};

/* What alignment makes of the photo's luma alone, whatever the golden; the luma must stay while the alignment's pyramid
 * is used. */
enum status align_begin(struct device *device, const struct plane *luma, struct alignment *alignment,
                        struct fault *fault);
/* Aligns the photo that was begun with. A photo that cannot be aligned is STATUS_OK with
 * aligned false and `why` (a static text for the user, in words on how to retake it). */
enum status align_photo(struct device *device, const struct align_golden *golden, struct alignment *alignment,
                        const char **why, struct fault *fault);
/* The same of a photo that was aligned and whose levels have changed since, which was begun with anew: from where it
 * lay, and as if it had never been aligned where that does not hold any more. */
enum status align_again(struct device *device, const struct align_golden *golden, struct alignment *alignment,
                        const char **why, struct fault *fault);
void alignment_free(struct device *device, struct alignment *alignment);

/* For measuring a photo again that was aligned, where it lies and in its light. */
struct refine align_refine(struct device *device, const struct align_golden *golden, struct alignment *alignment);

#endif
