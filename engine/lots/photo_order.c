#include "engine/lots/photo_order.h"

#include "engine/lots/names.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 10 /* one in so many may be marked */, MOST_DIGITS = 18 };

bool photo_number(const char *path, uint64_t *series, uint64_t *number) {
  const char *name = strrchr(path, '/'), *dot = strrchr(name ? name : path, '.');
  const char *end = dot ? dot : path + strlen(path), *begin = end;
  while (begin > path && begin[-1] >= '0' && begin[-1] <= '9') begin--;
  if (begin == end || end - begin > MOST_DIGITS) return false;
  *series = names_hash(path, (size_t)(begin - path));
  *number = 0;
  for (const char *digit = begin; digit < end; digit++) *number = 10 * *number + (uint64_t)(*digit - '0');
  return true;
}

static int by_number(const void *a, const void *b) {
  const struct photo_time *x = a, *y = b;
  if (x->series != y->series) return x->series < y->series ? -1 : 1;
  if (x->number != y->number) return x->number < y->number ? -1 : 1;
  /* Views of one number: by time, so that they never count as disordered. */
  return x->time_ms < y->time_ms ? -1 : x->time_ms > y->time_ms;
}

/* The longest subsequence whose times never fall (patience sorting): `last[k]` is the photo with the smallest time that
 * ends one of length k + 1, `before` the photo before each in it. */
static size_t longest(const struct photo_time *photos, size_t count, size_t *last, size_t *before) {
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    if (photos[i].untimed) continue;
    size_t low = 0, high = length;
    while (low < high) {
      size_t middle = (low + high) / 2;
      if (photos[last[middle]].time_ms <= photos[i].time_ms)
        low = middle + 1;
      else
        high = middle;
    }
    before[i] = low ? last[low - 1] : count;
    last[low] = i;
    if (low == length) length++;
  }
  return length;
}

static size_t check_series(struct photo_time *photos, size_t count, size_t *last, size_t *before) {
  size_t timed = 0, length = longest(photos, count, last, before);
  for (size_t i = 0; i < count; i++) timed += !photos[i].untimed;
  size_t out = timed - length;
  if (!out || out > timed / FEW) return 0;
  for (size_t i = 0; i < count; i++) photos[i].disordered = !photos[i].untimed;
  for (size_t i = last[length - 1]; i != count; i = before[i]) photos[i].disordered = false;
  return out;
}

size_t photo_order_check(struct photo_time *photos, size_t count, bool *done) {
  size_t *last = calloc(count + 1, sizeof *last), *before = calloc(count + 1, sizeof *before), marked = 0;
  *done = last && before;
  if (*done) {
    qsort(photos, count, sizeof *photos, by_number);
    for (size_t i = 0, end; i < count; i = end) {
      for (end = i + 1; end < count && photos[end].series == photos[i].series;) end++;
      marked += check_series(photos + i, end - i, last, before);
    }
  }
  free(last);
  free(before);
  return marked;
}

static uint64_t missing_of(const struct photo_time *photos, size_t count) {
  uint64_t different = 1, span = photos[count - 1].number - photos[0].number + 1;
  for (size_t i = 1; i < count; i++) different += photos[i].number != photos[i - 1].number;
  return span - different;
}

static bool add_gap(struct photo_gap **gaps, size_t *count, const struct photo_time *before, uint64_t missing) {
  struct photo_gap *larger = realloc(*gaps, (*count + 1) * sizeof *larger);
  if (!larger) return false;
  *gaps = larger;
  larger[(*count)++] = (struct photo_gap){before->owner, missing};
  return true;
}

bool photo_gaps(const struct photo_time *photos, size_t count, struct photo_gap **gaps, size_t *gap_count) {
  bool good = true;
  *gaps = NULL, *gap_count = 0;
  for (size_t i = 0, end; i < count && good; i = end) {
    for (end = i + 1; end < count && photos[end].series == photos[i].series;) end++;
    if (missing_of(photos + i, end - i) > (end - i) / FEW) continue;
    for (size_t k = i + 1; k < end && good; k++)
      if (photos[k].number > photos[k - 1].number + 1)
        good = add_gap(gaps, gap_count, &photos[k - 1], photos[k].number - photos[k - 1].number - 1);
  }
  return good;
}
