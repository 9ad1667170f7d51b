/* Zones of the spec as pictures: which golden pixels are compared, with whose tolerance, and which take part in the
 * alignment. */
#ifndef ASSAY_ENGINE_ZONES_H
#define ASSAY_ENGINE_ZONES_H

#include "engine/same_rows.h"
#include "models/golden.h"

/* labels: 0 is not compared, 1 outside of all zones, 2 + z zone z of the spec. A pixel in several zones belongs to the
 * last of them; a zone to be ignored wins over all, and so does the golden's outermost pixel. */
struct zones {
  /* Full size; at half of it, 0 where any of the four is 0, else the largest of them, and 0 at the frame, where chroma
   * is mixed with what lies outside; and the same again. */
  struct plane labels, half, quarter;
  bool whole; /* all of the golden within its frame is compared */
  /* Behind the planes: drawn, or, of a golden without zones, the same from row to row. */
  uint8_t *memory;
  struct same_rows rows[3];
};

enum { ZONES_OUTSIDE = 1, ZONES_FIRST = 2, ZONES_MOST = 250 };

/* The zone of a label; NULL: none. */
static inline const struct spec_zone *zones_of_label(const struct spec *spec, int label) {
  return label >= ZONES_FIRST ? &spec->zones[label - ZONES_FIRST] : NULL;
}

/* Sets the pixels of one zone to a label. `mask` (may be NULL) is its picture. */
enum status zones_draw_one(const struct spec_zone *zone, const struct photo *mask, uint8_t label, struct plane *labels,
                           struct fault *fault);

/* Draws the zones over a golden of this size. `masks` (one a zone, as in struct golden; may be NULL) are decoded here.
 * A pixel belongs to a polygon if its centre lies inside (even-odd). STATUS_INVALID where nothing at all is compared, a
 * mask has another size, or there are more than ZONES_MOST zones. */
enum status zones_draw(const struct spec *spec, const struct photo *masks, int32_t width, int32_t height,
                       struct zones *zones, struct fault *fault);
void zones_free(struct zones *zones);

#endif
