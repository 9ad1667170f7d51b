/* A photo's fingerprint: what is its own, in few bits, and outlives saving again, a crop and another brightness.
 *
 * Units of one product look alike; what tells photos apart is noise, the surface's own texture, and what lies around,
 * where the golden is flat. The aligned photo, in the golden's light, is sampled in cells of 4 x 4 golden pixels, each
 * against the 12 x 12 around it (so that light and slow shades do not count), bounded (so that an edge or a defect does
 * not count for more), over the flattest quarter of the golden. Random signs and a Walsh-Hadamard transform mix all
 * cells into each of FINGERPRINT_BITS sums, whose signs are the bits: photos with nothing in common agree in half of
 * them, and r of what they have in common turns into 2 / pi asin(r) more (Charikar 2002). What all units have in common
 * must be taken out by who compares (engine/lots/reuse.h). Integers throughout: the same bits on every backend. */
#ifndef ASSAY_ENGINE_FINGERPRINT_H
#define ASSAY_ENGINE_FINGERPRINT_H

#include "engine/aligned.h"
#include "models/result.h"

/* Cells of a golden. count 0: it is too small or too busy, and no fingerprints are made. */
struct fingerprint_golden {
  int32_t width, height; /* of the golden's luma at half size */
  uint32_t *cells;       /* index there of each cell's first pixel */
  size_t count;
  size_t length; /* of the transform: a power of two */
};

/* One thread's working memory. All zero is empty. */
struct fingerprint_work {
  struct device_memory half;
  uint8_t *pixels;
  int32_t *values;
};

enum status fingerprint_open(const struct plane *golden, struct fingerprint_golden *cells, struct fault *fault);
void fingerprint_close(struct fingerprint_golden *cells);

/* What is made of a photo: where the golden lies in it, its own luma, and it brought to the golden. */
struct fingerprint_photo {
  const struct placement *placement;
  const struct plane *luma;
  const struct aligned *aligned;
};

/* Fills result->fingerprint, or leaves it empty where there are too few cells. Cells at the rim of the photo or beyond
 * count as blank. */
enum status fingerprint_make(struct device *device, const struct fingerprint_golden *cells,
                             const struct fingerprint_photo *photo, struct fingerprint_work *work,
                             struct result *result, struct fault *fault);
void fingerprint_free(struct device *device, struct fingerprint_work *work);

#endif
