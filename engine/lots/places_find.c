#include "engine/lots/places.h"
#include "engine/statistics/distributions.h"

#include <stdlib.h>
#include <string.h>

enum { GEOMETRY_COUNTS = 20, AREA_RATIO = 6 };

/* A region with its photo's place among those of the line, in order of time. */
struct mark {
  const struct place_region *region;
  const struct place_photo *photo;
  size_t rank;
  bool used;
};

struct ordered {
  const struct place_photo *photo;
  size_t index; /* in the reading */
};

struct search {
  const struct places *places;
  struct ordered *photos; /* by golden's origins and time */
  struct mark *marks;     /* of one golden */
  size_t mark_count;
  size_t *judged, *chosen; /* judged: by origin */
  double area;             /* of what holds all regions of the golden */
  struct place *found;
  size_t found_count;
};

static int by_time(const void *a, const void *b) {
  const struct ordered *p = a, *q = b;
  if (p->photo->order != q->photo->order) return p->photo->order < q->photo->order ? -1 : 1;
  return (p->index > q->index) - (p->index < q->index);
}

static double area_of(const int32_t box[4]) {
  return (box[2] > 0 ? (double)box[2] : 1) * (box[3] > 0 ? (double)box[3] : 1);
}

static double overlap_of(const int32_t a[4], const int32_t b[4]) {
  double left = a[0] > b[0] ? a[0] : b[0], right = a[0] + a[2] < b[0] + b[2] ? a[0] + a[2] : b[0] + b[2],
         top = a[1] > b[1] ? a[1] : b[1], bottom = a[1] + a[3] < b[1] + b[3] ? a[1] + a[3] : b[1] + b[3];
  return right > left && bottom > top ? (right - left) * (bottom - top) : 0;
}

static bool same_place(const struct mark *a, const struct mark *b) {
  double x = area_of(a->region->box), y = area_of(b->region->box), least = x < y ? x : y, most = x < y ? y : x;
  return most <= AREA_RATIO * least && 2 * overlap_of(a->region->box, b->region->box) >= least;
}

static bool is_of(const struct search *in, const struct mark *mark, size_t origin) {
  return origin == in->places->origin_count || mark->photo->origin == origin;
}

/* How likely a region that has nothing to do with this one is at its place. By size: its middle lies in the box. */
static double chance_at(const struct search *in, const struct mark *at, size_t origin) {
  double share = area_of(at->region->box) / in->area, others = 0, there = 0;
  for (size_t i = 0; i < in->mark_count && origin < in->places->origin_count; i++) {
    if (in->marks[i].photo->origin == origin) continue;
    others++;
    there += same_place(at, &in->marks[i]);
  }
  share = share > 1 ? 1 : share;
  return (GEOMETRY_COUNTS * share + there) / (GEOMETRY_COUNTS + others);
}

/* Photos of the origin with a free region at the place, each once, by rank. */
static size_t gather(struct search *in, const struct mark *at, size_t origin) {
  size_t count = 0;
  const struct place_photo *last = NULL;
  for (size_t i = 0; i < in->mark_count; i++) {
    const struct mark *mark = &in->marks[i];
    if (mark->used || mark->photo == last || !is_of(in, mark, origin) || !same_place(at, mark)) continue;
    last = mark->photo;
    in->chosen[count++] = i;
  }
  return count;
}

static size_t marks_of(const struct search *in, size_t origin) {
  size_t count = 0;
  for (size_t i = 0; i < in->mark_count; i++) count += !in->marks[i].used && is_of(in, &in->marks[i], origin);
  return count;
}

static size_t longest_row(const struct search *in, size_t count) {
  size_t longest = 1, row = 1;
  for (size_t i = 1; i < count; i++) {
    const struct mark *mark = &in->marks[in->chosen[i]], *before = &in->marks[in->chosen[i - 1]];
    row = mark->rank == before->rank + 1 ? row + 1 : 1;
    if (row > longest) longest = row;
  }
  return longest;
}

static enum defect_class most_common(const struct search *in, size_t count) {
  size_t counts[256] = {0}, best = 0;
  for (size_t i = 0; i < count; i++) counts[in->marks[in->chosen[i]].region->class_]++;
  for (size_t k = 1; k < 256; k++)
    if (counts[k] > counts[best]) best = k;
  return (enum defect_class)best;
}

static bool keep(struct search *in, const struct mark *at, size_t origin, size_t count, double probability) {
  struct place *found = realloc(in->found, (in->found_count + 1) * sizeof *found);
  if (!found) return false;
  in->found = found;
  struct place *place = &found[in->found_count++];
  const struct places *all = in->places;
  bool everywhere = origin == all->origin_count;
  const struct place_origin *of = &all->origins[at->photo->origin];
  const struct place_photo *first = in->marks[in->chosen[0]].photo, *last = in->marks[in->chosen[count - 1]].photo;
  *place = (struct place){.golden = names_text(&all->names, of->golden),
                          .factory = everywhere ? NULL : names_text(&all->names, of->factory),
                          .line = everywhere ? NULL : names_text(&all->names, of->line),
                          .everywhere = everywhere,
                          .class_ = most_common(in, count),
                          .zone = names_text(&all->names, at->region->zone),
                          .photos = count,
                          .in_a_row = longest_row(in, count),
                          .has_time = first->timed && last->timed,
                          .first_ms = first->order,
                          .last_ms = last->order,
                          .probability = probability};
  memcpy(place->box, at->region->box, sizeof place->box);
  for (size_t i = 0; i < all->origin_count; i++)
    if (all->origins[i].golden == of->golden && (everywhere || i == origin)) place->judged += in->judged[i];
  for (size_t i = 0; i < PLACE_EXAMPLES && i < count; i++) place->examples[i] = in->marks[in->chosen[i]].photo->name;
  for (size_t i = 0; i < in->mark_count; i++)
    if (is_of(in, &in->marks[i], origin) && same_place(at, &in->marks[i])) in->marks[i].used = true;
  return true;
}

/* One place after the other, the least likely first. */
static bool search_origin(struct search *in, size_t origin) {
  for (;;) {
    size_t all = marks_of(in, origin), best = in->mark_count;
    double least = PLACES_RATE / (double)(in->mark_count + 1);
    for (size_t i = 0; i < in->mark_count; i++) {
      if (in->marks[i].used || !is_of(in, &in->marks[i], origin)) continue;
      size_t count = gather(in, &in->marks[i], origin);
      if (count < PLACE_LEAST) continue;
      double p = binomial_upper((int64_t)count - 2, (int64_t)all - 1, chance_at(in, &in->marks[i], origin));
      if (p < least) least = p, best = i;
    }
    if (best == in->mark_count) return true;
    size_t count = gather(in, &in->marks[best], origin);
    if (!keep(in, &in->marks[best], origin, count, least * (double)in->mark_count)) return false;
  }
}

/* The marks of a golden's photos in order of time, of each line its own ranks. */
static void mark_golden(struct search *in, uint32_t golden, size_t *ranks) {
  const struct places *all = in->places;
  int32_t low[2] = {INT32_MAX, INT32_MAX}, high[2] = {INT32_MIN, INT32_MIN};
  size_t regions = 0;
  in->mark_count = 0;
  memset(ranks, 0, (all->origin_count + 1) * sizeof *ranks);
  for (size_t i = 0; i < all->photo_count; i++)
    if (all->origins[in->photos[i].photo->origin].golden == golden) regions += in->photos[i].photo->region_count;
  size_t passed = regions > PLACES_LOOKED_THROUGH ? regions - PLACES_LOOKED_THROUGH : 0;
  for (size_t i = 0; i < all->photo_count; i++) {
    const struct place_photo *photo = in->photos[i].photo;
    if (all->origins[photo->origin].golden != golden) continue;
    size_t rank = ranks[photo->origin]++;
    for (int k = 0; k < photo->region_count; k++) {
      const struct place_region *region = &all->regions[photo->first_region + k];
      if (passed && passed--) continue;
      in->marks[in->mark_count++] = (struct mark){.region = region, .photo = photo, .rank = rank};
      for (int side = 0; side < 2; side++) {
        if (region->box[side] < low[side]) low[side] = region->box[side];
        if (region->box[side] + region->box[side + 2] > high[side])
          high[side] = region->box[side] + region->box[side + 2];
      }
    }
  }
  in->area = in->mark_count ? ((double)high[0] - low[0] + 1) * ((double)high[1] - low[1] + 1) : 1;
}

static bool search_all(struct search *in, size_t *ranks) {
  const struct places *all = in->places;
  for (size_t i = 0; i < all->photo_count; i++) {
    in->photos[i] = (struct ordered){&all->photos[i], i};
    in->judged[all->photos[i].origin]++;
  }
  qsort(in->photos, all->photo_count, sizeof *in->photos, by_time);
  for (size_t i = 0; i < all->origin_count; i++) {
    uint32_t golden = all->origins[i].golden;
    bool seen = false;
    for (size_t k = 0; k < i && !seen; k++) seen = all->origins[k].golden == golden;
    if (seen) continue;
    mark_golden(in, golden, ranks);
    size_t lines = 0;
    for (size_t k = i; k < all->origin_count; k++) {
      if (all->origins[k].golden != golden) continue;
      lines++;
      if (!search_origin(in, k)) return false;
    }
    if (lines > 1 && !search_origin(in, all->origin_count)) return false;
  }
  return true;
}

enum status places_find(const struct places *places, struct place **found, size_t *count, struct fault *fault) {
  size_t marks = places->region_count + 1;
  struct search in = {.places = places};
  size_t *ranks = calloc(places->origin_count + 1, sizeof *ranks);
  in.photos = calloc(places->photo_count + 1, sizeof *in.photos);
  in.marks = calloc(marks, sizeof *in.marks);
  in.chosen = calloc(marks, sizeof *in.chosen);
  in.judged = calloc(places->origin_count + 1, sizeof *in.judged);
  bool good = ranks && in.photos && in.marks && in.chosen && in.judged && search_all(&in, ranks);
  free(ranks);
  free(in.photos);
  free(in.marks);
  free(in.chosen);
  free(in.judged);
  *found = in.found;
  *count = in.found_count;
  if (good) return STATUS_OK;
  free(in.found);
  *found = NULL;
  *count = 0;
  return fault_set(fault, STATUS_MEMORY, "out of memory for the places of defects");
}
