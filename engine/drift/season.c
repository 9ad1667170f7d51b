#include "engine/drift/season.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In place of a verdict: nothing was wrong with the photo, but a dimension lies within its uncertainty of a limit. */
enum { NEAR_LIMIT = 255 };

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory for the results");
}

/* Grows one column to `room` elements. */
static bool widen(void **column, size_t room, size_t element) {
  void *wider = realloc(*column, room * element);
  if (wider) *column = wider;
  return wider;
}

static bool grow_rows(struct season *s) {
  if (s->count < s->room) return true;
  size_t room = s->room ? s->room + s->room / 2 : 1024;
  bool good =
      widen((void **)&s->times, room, sizeof *s->times) && widen((void **)&s->cell, room, sizeof *s->cell) &&
      widen((void **)&s->scores, room, sizeof *s->scores) && widen((void **)&s->classes, room, sizeof *s->classes) &&
      widen((void **)&s->regions, room, sizeof *s->regions) && widen((void **)&s->verdicts, room, sizeof *s->verdicts);
  if (good) s->room = room;
  return good;
}

/* --- Cells --- */

static bool is_cell(const struct season *s, const struct season_cell *cell, const char *const *keys) {
  const uint32_t numbers[] = {cell->golden, cell->factory, cell->line, cell->shift, cell->lot};
  for (int i = 0; i < 5; i++) {
    const char *text = names_text(&s->names, numbers[i]);
    if (text ? !keys[i] || strcmp(text, keys[i]) : keys[i] != NULL) return false;
  }
  return true;
}

/* Eight letters. */
static void put_number(uint32_t number, char *letters) {
  for (int i = 0; i < 8; i++) letters[i] = (char)('a' + (number >> 4 * i & 15));
}

static bool find_cell(struct season *s, const struct row *row, uint32_t *number) {
  const char *const keys[] = {row->keys[ROW_GOLDEN], row->keys[ROW_FACTORY], row->keys[ROW_LINE], row->keys[ROW_SHIFT],
                              row->keys[ROW_LOT]};
  /* Most photos come from where the one before came from. */
  if (s->count && is_cell(s, &s->cells[s->cell[s->count - 1]], keys)) {
    *number = s->cell[s->count - 1];
    return true;
  }
  struct season_cell cell;
  uint32_t *numbers[] = {&cell.golden, &cell.factory, &cell.line, &cell.shift, &cell.lot};
  for (int i = 0; i < 5; i++)
    if (!names_add(&s->names, keys[i], numbers[i])) return false;
  char name[5 * 8 + 1];
  for (int i = 0; i < 5; i++) put_number(*numbers[i], name + (size_t)8 * i);
  name[5 * 8] = 0;
  if (!names_add(&s->cell_names, name, number)) return false;
  if (*number < s->cell_count) return true;
  if (s->cell_count == s->cell_room) {
    size_t room = s->cell_room ? 2 * s->cell_room : 64;
    if (!widen((void **)&s->cells, room, sizeof *s->cells)) return false;
    s->cell_room = room;
  }
  s->cells[s->cell_count++] = cell;
  return true;
}

/* --- Quantities --- */

static struct season_quantity *find_quantity(struct season *s, enum quantity_kind kind, uint32_t golden,
                                             const char *name, size_t *hint) {
  for (size_t i = 0; i < s->quantity_count; i++) {
    struct season_quantity *q = &s->quantities[(*hint + i) % s->quantity_count];
    if (q->kind != kind || q->golden != golden || strcmp(q->name, name)) continue;
    *hint = (size_t)(q - s->quantities) + 1;
    return q;
  }
  if (s->quantity_count == s->quantity_room) {
    size_t room = s->quantity_room ? 2 * s->quantity_room : 32;
    if (!widen((void **)&s->quantities, room, sizeof *s->quantities)) return NULL;
    s->quantity_room = room;
  }
  struct season_quantity *q = &s->quantities[s->quantity_count++];
  *q = (struct season_quantity){.kind = kind, .golden = golden, .lower = NAN, .upper = NAN};
  snprintf(q->name, sizeof q->name, "%s", name);
  *hint = s->quantity_count;
  return q;
}

/* `off` has COLOUR_AXES values, or is NULL; one photo without it, and the quantity has none. */
static bool add_value(struct season_quantity *q, uint32_t row, double value, const double *off) {
  if (!isfinite(value)) return true;
  bool coloured = off && (q->off || !q->count);
  if (q->count == q->room) {
    size_t room = q->room ? q->room + q->room / 2 : 256;
    if (!widen((void **)&q->rows, room, sizeof *q->rows) || !widen((void **)&q->values, room, sizeof *q->values) ||
        (coloured && !widen((void **)&q->off, room, COLOUR_AXES * sizeof *q->off)))
      return false;
    q->room = room;
  }
  if (!coloured) {
    free(q->off);
    q->off = NULL;
  }
  for (size_t i = 0; off && q->off && i < COLOUR_AXES; i++) q->off[COLOUR_AXES * q->count + i] = (float)off[i];
  if (!q->count) q->base = value;
  q->rows[q->count] = row;
  q->values[q->count++] = (float)(value - q->base);
  return true;
}

static bool add_measured(struct season *s, const struct row *row, uint32_t golden, uint32_t number) {
  size_t hint = 0;
  for (size_t i = 0; i < row->dimension_count; i++) {
    const struct row_dimension *d = &row->dimensions[i];
    struct season_quantity *q = find_quantity(s, QUANTITY_DIMENSION, golden, d->name, &hint);
    if (!q || !add_value(q, number, d->value, NULL)) return false;
    q->lower = d->lower, q->upper = d->upper;
    if (strcmp(q->unit, d->unit) != 0) snprintf(q->unit, sizeof q->unit, "%s", d->unit);
  }
  for (size_t i = 0; i < row->zone_count; i++) {
    const struct row_zone *z = &row->zones[i];
    struct season_quantity *q = find_quantity(s, QUANTITY_ZONE, golden, z->name, &hint);
    double off[COLOUR_AXES];
    for (int k = 0; k < COLOUR_AXES; k++) off[k] = z->lab[k] - z->golden_lab[k];
    if (!q || !add_value(q, number, z->delta_e, z->has_lab ? off : NULL)) return false;
    if (z->has_lab) memcpy(q->golden_lab, z->golden_lab, sizeof q->golden_lab);
    q->upper = z->limit;
    memcpy(q->unit, "dE", sizeof "dE");
  }
  return true;
}

enum status season_add(struct season *s, const struct row *row, struct fault *fault) {
  uint32_t cell;
  if (s->count >= UINT32_MAX) return fault_set(fault, STATUS_LIMIT, "more than %u results", UINT32_MAX);
  if (!grow_rows(s) || !find_cell(s, row, &cell)) return no_memory(fault);
  size_t i = s->count;
  s->times[i] = row->has_time ? row->time_ms : i ? s->times[i - 1] : 0;
  s->timeless += !row->has_time;
  s->cell[i] = cell;
  s->scores[i] = (float)row->score;
  bool near_limit = row->verdict == VERDICT_CANNOT_JUDGE && row->reasons == 1u << REASON_DIMENSION;
  s->verdicts[i] = near_limit ? NEAR_LIMIT : (uint8_t)row->verdict;
  s->regions[i] = (uint16_t)row->region_count;
  s->classes[i] = 0;
  for (size_t k = 0; k < row->region_count; k++) s->classes[i] |= (uint16_t)(1U << row->regions[k].class_);
  if (!add_measured(s, row, s->cells[cell].golden, (uint32_t)i)) return no_memory(fault);
  if (i && s->times[i] < s->times[i - 1]) s->sorted = false;
  s->count++;
  return STATUS_OK;
}

/* --- Order --- */

struct place {
  int64_t time;
  uint32_t row;
};

static int by_time(const void *a, const void *b) {
  const struct place *x = a, *y = b;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Puts a column into the order of `places`, by way of `spare`. */
static void reorder(void *column, void *spare, size_t element, const struct place *places, size_t count) {
  for (size_t i = 0; i < count; i++)
    memcpy((char *)spare + i * element, (const char *)column + places[i].row * element, element);
  memcpy(column, spare, count * element);
}

/* A quantity's values follow their photos to their new places; those of one photo stay as they were read. */
static void reorder_quantity(struct season_quantity *q, const uint32_t *rank, struct place *places, void *spare) {
  for (size_t i = 0; i < q->count; i++) places[i] = (struct place){.time = rank[q->rows[i]], .row = (uint32_t)i};
  qsort(places, q->count, sizeof *places, by_time);
  reorder(q->values, spare, sizeof *q->values, places, q->count);
  if (q->off) reorder(q->off, spare, COLOUR_AXES * sizeof *q->off, places, q->count);
  for (size_t i = 0; i < q->count; i++) q->rows[i] = (uint32_t)places[i].time;
}

/* A hostile result may have several values of one name. */
static size_t most_values(const struct season *s) {
  size_t most = s->count;
  for (size_t i = 0; i < s->quantity_count; i++)
    if (s->quantities[i].count > most) most = s->quantities[i].count;
  return most;
}

static bool in_order(const struct season *s) {
  for (size_t i = 1; i < s->count; i++)
    if (s->times[i] < s->times[i - 1]) return false;
  return true;
}

static enum status sort_rows(struct season *s, struct fault *fault) {
  if (in_order(s)) return STATUS_OK;
  size_t most = most_values(s);
  struct place *places = calloc(most, sizeof *places);
  uint32_t *rank = calloc(s->count, sizeof *rank);
  struct place *spare = calloc(most, sizeof *spare);
  enum status status = places && rank && spare ? STATUS_OK : no_memory(fault);
  if (!status) {
    for (size_t i = 0; i < s->count; i++) places[i] = (struct place){.time = s->times[i], .row = (uint32_t)i};
    qsort(places, s->count, sizeof *places, by_time);
    for (size_t i = 0; i < s->count; i++) rank[places[i].row] = (uint32_t)i;
    reorder(s->times, spare, sizeof *s->times, places, s->count);
    reorder(s->cell, spare, sizeof *s->cell, places, s->count);
    reorder(s->scores, spare, sizeof *s->scores, places, s->count);
    reorder(s->classes, spare, sizeof *s->classes, places, s->count);
    reorder(s->regions, spare, sizeof *s->regions, places, s->count);
    reorder(s->verdicts, spare, sizeof *s->verdicts, places, s->count);
    for (size_t i = 0; i < s->quantity_count; i++) reorder_quantity(&s->quantities[i], rank, places, spare);
  }
  free(places);
  free(rank);
  free(spare);
  return status;
}

/* The counted quantities and the score hold no values of their own: only that they are there. */
static bool add_counted(struct season *s) {
  for (size_t c = 0; c < s->cell_count; c++) {
    uint32_t golden = s->cells[c].golden;
    size_t hint = 0;
    if (!find_quantity(s, QUANTITY_UNJUDGED, golden, "", &hint) ||
        !find_quantity(s, QUANTITY_SCORE, golden, "", &hint) || !find_quantity(s, QUANTITY_FAILED, golden, "", &hint))
      return false;
  }
  uint16_t *seen = calloc(s->names.count + 1, sizeof *seen);
  if (!seen) return false;
  for (size_t i = 0; i < s->count; i++) seen[s->cells[s->cell[i]].golden] |= s->classes[i];
  bool good = true;
  for (uint32_t golden = 0; golden < s->names.count; golden++)
    for (int class_ = 0; class_ <= CLASS_PRINT && good; class_++) {
      size_t hint = 0;
      if (seen[golden] >> class_ & 1)
        good = find_quantity(s, QUANTITY_DEFECT, golden, class_name((enum defect_class)class_), &hint);
    }
  free(seen);
  return good;
}

static int by_kind(const void *a, const void *b) {
  const struct season_quantity *x = a, *y = b;
  if (x->golden != y->golden) return x->golden < y->golden ? -1 : 1;
  if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
  return strcmp(x->name, y->name);
}

enum status season_sort(struct season *s, struct fault *fault) {
  enum status status = sort_rows(s, fault);
  if (status) return status;
  if (!add_counted(s)) return no_memory(fault);
  if (s->quantity_count) qsort(s->quantities, s->quantity_count, sizeof *s->quantities, by_kind);
  s->sorted = true;
  return STATUS_OK;
}

void season_free(struct season *s) {
  names_free(&s->names);
  names_free(&s->cell_names);
  for (size_t i = 0; i < s->quantity_count; i++) {
    free(s->quantities[i].rows);
    free(s->quantities[i].values);
    free(s->quantities[i].off);
  }
  free(s->quantities);
  free(s->cells);
  free(s->times);
  free(s->cell);
  free(s->scores);
  free(s->classes);
  free(s->regions);
  free(s->verdicts);
  *s = (struct season){0};
}

/* --- Points --- */

bool quantity_counted(enum quantity_kind kind) {
  return kind == QUANTITY_DEFECT || kind == QUANTITY_UNJUDGED || kind == QUANTITY_FAILED;
}

bool quantity_sums_up(enum quantity_kind kind) {
  return kind == QUANTITY_SCORE || kind == QUANTITY_FAILED;
}

const char *quantity_kind_name(enum quantity_kind kind) {
  static const char *const names[] = {"dimension", "zone", "defect", "unjudged", "score", "failed"};
  return names[kind];
}

/* The same, the class of a defect known. */
static double value_of(const struct season *s, const struct season_quantity *q, size_t row, int class_) {
  bool judged = s->verdicts[row] != VERDICT_CANNOT_JUDGE && s->verdicts[row] != NEAR_LIMIT;
  switch (q->kind) {
  case QUANTITY_DEFECT:
    return judged ? s->classes[row] >> class_ & 1 : NAN;
  case QUANTITY_UNJUDGED:
    return s->verdicts[row] == VERDICT_CANNOT_JUDGE;
  case QUANTITY_FAILED:
    return judged ? s->verdicts[row] == VERDICT_FAIL : NAN;
  default:
    return s->scores[row];
  }
}

static int class_of(const struct season_quantity *q) {
  enum defect_class class_ = CLASS_MISSING;
  class_parse(q->name, &class_);
  return (int)class_;
}

double season_value(const struct season *s, const struct season_quantity *q, size_t row) {
  return value_of(s, q, row, class_of(q));
}

enum status season_points(const struct season *s, const struct season_quantity *q, struct season_points *points,
                          struct fault *fault) {
  bool own = q->kind == QUANTITY_DIMENSION || q->kind == QUANTITY_ZONE;
  size_t most = own ? q->count : s->count;
  *points = (struct season_points){.values = calloc(most + 1, sizeof *points->values),
                                   .rows = calloc(most + 1, sizeof *points->rows),
                                   .off = q->off ? calloc(most + 1, COLOUR_AXES * sizeof *points->off) : NULL};
  if (!points->values || !points->rows || (q->off && !points->off)) {
    season_points_free(points);
    return no_memory(fault);
  }
  int class_ = class_of(q);
  for (size_t i = 0; i < most; i++) {
    uint32_t row = own ? q->rows[i] : (uint32_t)i;
    if (!own && s->cells[s->cell[row]].golden != q->golden) continue;
    double value = own ? q->base + (double)q->values[i] : value_of(s, q, row, class_);
    if (isnan(value)) continue;
    for (size_t k = 0; points->off && q->off && k < COLOUR_AXES; k++)
      points->off[COLOUR_AXES * points->count + k] = (double)q->off[COLOUR_AXES * i + k];
    points->rows[points->count] = row;
    points->values[points->count++] = value;
  }
  return STATUS_OK;
}

void season_points_free(struct season_points *points) {
  free(points->values);
  free(points->rows);
  free(points->off);
  *points = (struct season_points){0};
}
