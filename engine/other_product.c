#include "engine/other_product.h"

/* A defective unit has changes of structure in a place or two, and a large defect takes many of the strongest edges
 * with it; a sibling has both. Of some of its places the light or the size of a finding does not tell that structure
 * gave way to other: then fewer are enough that do, where it differs in many. */
enum { LEAST_REGIONS = 6, LEAST_PLACES = 5, FEWER_PLACES = 3, LEAST_IN_ALL = 7, LEAST_LANDMARKS = 16 };
static const double LEAST_GONE = 0.08;

/* Letters of a word and pads of a part are one place: nearer than this share of the golden's longer side. */
static const double APART = 1.0 / 56;

/* Pixels between two boxes, along the axis in which they are farther apart. */
static int32_t gap(const int32_t *a, const int32_t *b) {
  int32_t most = -1;
  for (int k = 0; k < 2; k++) {
    int32_t after = b[k] - (a[k] + a[k + 2]), before = a[k] - (b[k] + b[k + 2]);
    int32_t here = after > before ? after : before;
    if (here > most) most = here;
  }
  return most;
}

/* The region that stands for a place. */
static size_t place_of(const uint16_t *joined, size_t i) {
  while (joined[i] != i) i = joined[i];
  return i;
}

size_t other_product_places(const struct region *regions, const bool *counts, size_t count, double apart) {
  uint16_t joined[RESULT_MAX_REGIONS];
  size_t places = 0;
  for (size_t i = 0; i < count && i < RESULT_MAX_REGIONS; i++) {
    joined[i] = (uint16_t)i;
    if (!counts[i]) continue;
    places++;
    for (size_t j = 0; j < i; j++) {
      if (!counts[j] || gap(regions[i].golden_box, regions[j].golden_box) >= apart) continue;
      size_t here = place_of(joined, i), there = place_of(joined, j);
      if (here == there) continue;
      joined[here] = (uint16_t)there;
      places--;
    }
  }
  return places;
}

/* `places`: those of which structure gave way to other. */
static bool differs_all_over(const struct result *result, size_t changed, size_t places, double apart) {
  bool all[RESULT_MAX_REGIONS];
  if (changed >= LEAST_REGIONS && places >= LEAST_PLACES) return true;
  if (places < FEWER_PLACES) return false;
  for (size_t i = 0; i < result->region_count; i++) all[i] = true;
  return other_product_places(result->regions, all, result->region_count, apart) >= LEAST_IN_ALL;
}

bool other_product_shown(const struct inspection *work, const struct defect_kind *kinds, struct result *result) {
  const struct inspector *in = work->inspector;
  const struct sighting *s = &work->sighting;
  const int32_t side = in->width > in->height ? in->width : in->height;
  const double gone = 1 - s->confirmed;
  if (s->seen < LEAST_LANDMARKS || gone < LEAST_GONE) return false;
  bool replaced[RESULT_MAX_REGIONS] = {false};
  size_t changed = 0;
  for (size_t i = 0; i < result->region_count; i++) changed += replaced[i] = kinds[i].replaced;
  size_t places = other_product_places(result->regions, replaced, result->region_count, side * APART);
  if (!differs_all_over(result, changed, places, side * APART)) return false;
  result->verdict = VERDICT_CANNOT_JUDGE;
  result_add_reason(result, REASON_WRONG_PRODUCT,
                    "the photo shows something else in %zu places apart, and %.0f %% of the golden sample's strongest "
                    "edges are not there: another product of this kind, or more changes than a defective unit has; "
                    "check that it is this product, and take the photo again with the right one",
                    places, 100 * gone);
  return true;
}
