/* Do the times of photos agree with their numbers? A camera counts its photos up, in the last digits of the name; a
 * photo whose time does not fit between those of its neighbours was taken, or timed, at another time. */
#ifndef ASSAY_ENGINE_LOTS_PHOTO_ORDER_H
#define ASSAY_ENGINE_LOTS_PHOTO_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct photo_time {
  uint64_t series; /* what stands before the number: folder and prefix */
  uint64_t number;
  int64_t time_ms;
  bool untimed;   /* time_ms says nothing */
  uint32_t owner; /* the caller's */
  bool disordered;
};

/* The series and the number of a photo's path; false where no digits end its name (before the suffix). */
bool photo_number(const char *path, uint64_t *series, uint64_t *number);

/* Orders the photos by series and number and marks the fewest that must go so that the times of the others never fall.
 * Where that were more than a tenth of a series its names do not follow time, and none of it is marked. Returns how
 * many are marked; false in *done when out of memory. */
size_t photo_order_check(struct photo_time *photos, size_t count, bool *done);

/* Numbers between two photos of a series that no photo has: photos that were taken and not handed in. */
struct photo_gap {
  uint32_t after; /* owner of the photo before the gap */
  uint64_t missing;
};

/* The gaps of photos that photo_order_check has ordered; the caller frees *gaps. A series of which more than a tenth is
 * missing does not count one by one, and has none. False when out of memory. */
bool photo_gaps(const struct photo_time *photos, size_t count, struct photo_gap **gaps, size_t *gap_count);

#endif
