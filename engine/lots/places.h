/* Places of a golden where defects recur. A tool, a plate, a mould or a fixture that is damaged leaves its mark at one
 * place, unit after unit; handling does not. */
#ifndef ASSAY_ENGINE_LOTS_PLACES_H
#define ASSAY_ENGINE_LOTS_PLACES_H

#include "engine/lots/names.h"
#include "engine/lots/row.h"

enum { PLACE_EXAMPLES = 3, PLACE_LEAST = 3, PLACES_LOOKED_THROUGH = 3000 };
#define PLACES_RATE 0.001

struct place_photo {
  int64_t order; /* its time, else its place in the reading */
  uint32_t origin;
  int32_t first_region; /* index; region_count of them */
  uint16_t region_count;
  bool timed;
  char *name; /* of a photo with regions, else NULL */
};

struct place_region {
  int32_t box[4];
  uint8_t class_;
  uint32_t zone;
};

/* A line of a factory, making what a golden shows. */
struct place_origin {
  uint32_t factory, line, golden;
};

/* All zero is empty; ends with places_free. Memory: 32 bytes a photo, 24 a region. */
struct places {
  struct place_photo *photos;
  struct place_region *regions;
  struct place_origin *origins;
  size_t photo_count, photo_room, region_count, region_room, origin_count;
  struct names names, origin_keys;
};

/* Photos that could not be judged say nothing. STATUS_MEMORY. */
enum status places_add(struct places *places, const struct row *row, struct fault *fault);
void places_free(struct places *places);

/* One place where defects recur. Texts belong to `places`; NULL: unknown. */
struct place {
  const char *golden, *factory, *line;
  bool everywhere;          /* over all lines: factory and line say nothing */
  enum defect_class class_; /* of most of them */
  const char *zone;
  int32_t box[4];        /* the middle one of them, golden pixels */
  size_t photos, judged; /* with a defect there; of so many of the line */
  size_t in_a_row;       /* the most photos one after another, in order of time, that have it */
  bool has_time;
  int64_t first_ms, last_ms;
  double probability; /* of so many by chance anywhere on the golden */
  const char *examples[PLACE_EXAMPLES];
};

/* A place is where boxes overlap by half of the smaller one at least, of up to six times its area. The number of a
 * line's photos that have a region there is held against the binomial distribution: by chance a region lies there as
 * often as its size says within what holds all regions of the golden, or as often as other lines have some there (which
 * count against 20 regions of the former kind). What is less likely than PLACES_RATE over all regions together
 * (Bonferroni) is a place; then those of all lines together that no line explains. Of more than PLACES_LOOKED_THROUGH
 * regions of a golden the last ones count. The caller frees *found. STATUS_MEMORY. */
enum status places_find(const struct places *places, struct place **found, size_t *count, struct fault *fault);

/* One sentence. */
void place_describe(const struct place *place, char *text, size_t size);

#endif
