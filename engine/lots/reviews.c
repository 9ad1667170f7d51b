#include "engine/lots/reviews.h"

#include "engine/lots/rows.h"
#include "models/store_people.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- Reading --- */

static int by_finding(const struct review *a, const char *job, int region) {
  int order = strcmp(a->job, job);
  return order ? order : (a->region > region) - (a->region < region);
}

static int compare(const void *a, const void *b) {
  const struct review *one = a, *other = b;
  int order = by_finding(one, other->job, other->region);
  return order ? order : (one->order > other->order) - (one->order < other->order);
}

static enum status take(void *context, const struct store_review *review, struct fault *fault) {
  struct reviews *reviews = context;
  if (reviews->count == reviews->room) {
    size_t room = reviews->room ? 2 * reviews->room : 64;
    struct review *items = realloc(reviews->items, room * sizeof *items);
    if (!items) return fault_set(fault, STATUS_MEMORY, "out of memory for the reviews");
    reviews->items = items;
    reviews->room = room;
  }
  struct review *item = &reviews->items[reviews->count];
  *item = (struct review){.job = strdup(review->job),
                          .line = strdup(review->line),
                          .region = review->region,
                          .overruled = review->overruled,
                          .order = reviews->count};
  reviews->count++;
  return item->job && item->line ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for the reviews");
}

enum status reviews_read_store(struct store *store, struct reviews *reviews, struct fault *fault) {
  enum status status = store_reviews(store, take, reviews, fault);
  if (!status && reviews->count) qsort(reviews->items, reviews->count, sizeof *reviews->items, compare);
  return status;
}

enum status reviews_read(const char *place, struct reviews *reviews, struct fault *fault) {
  struct store *store = NULL;
  struct stat entry;
  char *folder = NULL, *within = NULL;
  enum status status = STATUS_OK;
  if (rows_is_database(place)) {
    status = store_connect(NULL, place, &store, fault);
  } else if (!stat(place, &entry) && S_ISDIR(entry.st_mode)) {
    if (asprintf(&within, "%s/store", place) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
    folder = rows_store(place);
    if (!folder) folder = rows_store(within);
    if (folder) status = store_open(folder, &store, fault);
  }
  if (!status && store) status = reviews_read_store(store, reviews, fault);
  store_close(store);
  free(within);
  free(folder);
  return status;
}

void reviews_free(struct reviews *reviews) {
  for (size_t i = 0; i < reviews->count; i++) {
    free(reviews->items[i].job);
    free(reviews->items[i].line);
  }
  free(reviews->items);
  free(reviews->kept);
  *reviews = (struct reviews){0};
}

bool review_holds(const struct reviews *reviews, size_t index) {
  const struct review *item = &reviews->items[index];
  return index + 1 == reviews->count || by_finding(&reviews->items[index + 1], item->job, item->region) != 0;
}

/* --- Applying --- */

/* Index of the first review of a job; `count` where there is none. */
static size_t first_of(const struct reviews *reviews, const char *job) {
  size_t low = 0, high = reviews->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(reviews->items[middle].job, job) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low < reviews->count && !strcmp(reviews->items[low].job, job) ? low : reviews->count;
}

/* What holds about a finding, from the job's first review on; NULL: nothing was decided. */
static const struct review *held(const struct reviews *reviews, size_t first, const char *job, int region) {
  const struct review *found = NULL;
  for (size_t i = first; i < reviews->count && !strcmp(reviews->items[i].job, job); i++)
    if (reviews->items[i].region == region) found = &reviews->items[i];
  return found;
}

static bool fails_by_a_dimension(const struct row *row) {
  for (size_t i = 0; i < row->dimension_count; i++)
    if (row->dimensions[i].verdict == VERDICT_FAIL) return true;
  return false;
}

bool reviews_apply(struct reviews *reviews, struct row *row) {
  size_t first = reviews->count && *row->job_id ? first_of(reviews, row->job_id) : reviews->count, kept = 0;
  if (first == reviews->count || !row->region_count) return true;
  if (row->region_count > reviews->kept_room) {
    struct row_region *room = realloc(reviews->kept, row->region_count * sizeof *room);
    if (!room) return false;
    reviews->kept = room;
    reviews->kept_room = row->region_count;
  }
  for (size_t i = 0; i < row->region_count; i++) {
    int number = row_region_number(row, i);
    const struct review *review = held(reviews, first, row->job_id, number);
    row->reviewed += review != NULL;
    row->overruled += review && review->overruled;
    if (review && review->overruled) continue;
    reviews->kept[kept] = row->regions[i];
    reviews->kept[kept++].number = number;
  }
  row->regions = reviews->kept;
  row->region_count = kept;
  if (kept || !row->overruled || row->verdict != VERDICT_FAIL || fails_by_a_dimension(row)) return true;
  row->verdict = VERDICT_PASS;
  row->score = NAN;
  row->reasons = 0;
  row->reason = "";
  return true;
}
