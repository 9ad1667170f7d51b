/* The two levels of artwork: film, mask, board, print that is either there or not. */
#ifndef ASSAY_ENGINE_ARTWORK_LEVELS_H
#define ASSAY_ENGINE_ARTWORK_LEVELS_H

#include "engine/image.h"

/* The modes of the histogram on either side of Otsu's threshold (IEEE Trans. SMC 9(1), 1979), and how well they tell
 * the picture. */
struct artwork_levels {
  int32_t low, high;
  double pixels;  /* looked at */
  double off;     /* share of them that is near neither level */
  double between; /* share of them in the middle half between the levels */
  double crossed; /* pairs of neighbours (right, below) on two sides of the middle, a pixel */
  bool blank;     /* all of it black, or white; the other level is then the other end of the scale */
};

/* `mask` of the same size, not 0: take part; NULL: all. */
struct artwork_levels artwork_levels_of(const struct plane *plane, const struct plane *mask);

/* Whether some rows of a large picture show already that it is a photo and no artwork; false of others. */
bool artwork_levels_rule_out(const struct plane *plane, const struct plane *mask);

/* Whether a golden with these levels is artwork: contrast, and hardly more pixels between the levels than its edges
 * have; or nothing on it at all. */
bool artwork_levels_are_artwork(const struct artwork_levels *levels);

/* Whether a photo has two levels to tell apart, blurred and noisy as it may be. */
bool artwork_levels_are_two(const struct artwork_levels *levels);

enum { ARTWORK_LOW = 96, ARTWORK_HIGH = 160, ARTWORK_MIDDLE = 128, ARTWORK_CONTRAST = ARTWORK_HIGH - ARTWORK_LOW };

/* Takes the levels to ARTWORK_LOW and ARTWORK_HIGH, what lies beyond them too: a contrast at which no residual reaches
 * the kernels' largest cut. `to` has the size of `from`, rows without padding. */
void artwork_levels_even(const struct artwork_levels *levels, const struct plane *from, uint8_t *to);

#endif
