#include "engine/drift/groups.h"

#include <stdio.h>
#include <stdlib.h>

const char *drift_key_name(enum drift_key key) {
  static const char *const names[] = {"all", "factory", "line", "shift", "shift", "lot"};
  return names[key];
}

/* What the key reads of a cell, as text for a table of names; false where that is unknown. */
static bool key_text(const struct season *s, const struct season_cell *cell, enum drift_key key, char text[64]) {
  const uint32_t factory = cell->factory, none = 0;
  uint32_t own = none, parent = none;
  switch (key) {
  case KEY_FACTORY:
    own = factory;
    break;
  case KEY_LINE:
    own = cell->line, parent = factory;
    break;
  case KEY_SHIFT:
    own = cell->shift, parent = factory;
    break;
  case KEY_SHIFT_EVERYWHERE:
    own = cell->shift;
    break;
  case KEY_LOT:
    own = cell->lot;
    break;
  default:
    break;
  }
  snprintf(text, 64, "%u %u", own, parent);
  return key == KEY_ALL || names_text(&s->names, own);
}

/* Numbers the cells of a golden by what `text` says of them. */
static bool number_cells(const struct season *s, uint32_t golden, enum drift_key key, uint32_t *of, size_t *count) {
  struct names names = {0};
  bool good = true;
  for (size_t c = 0; c < s->cell_count && good; c++) {
    char text[64];
    of[c] = NO_GROUP;
    if (s->cells[c].golden == golden && key_text(s, &s->cells[c], key, text)) good = names_add(&names, text, &of[c]);
  }
  *count = names.count;
  names_free(&names);
  return good;
}

/* Numbers the pairs of two numberings that occur. */
static bool number_pairs(size_t cells, const uint32_t *a, const uint32_t *b, uint32_t *of, size_t *count) {
  struct names names = {0};
  bool good = true;
  for (size_t c = 0; c < cells && good; c++) {
    char text[64];
    of[c] = NO_GROUP;
    if (a[c] == NO_GROUP || b[c] == NO_GROUP) continue;
    snprintf(text, sizeof text, "%u %u", a[c], b[c]);
    good = names_add(&names, text, &of[c]);
  }
  *count = names.count;
  names_free(&names);
  return good;
}

/* Lines as strata also where no line is named: then the factory, or all. */
static bool number_strata(const struct season *s, uint32_t golden, struct groups *g) {
  struct names lines = {0};
  bool good = true;
  for (size_t c = 0; c < s->cell_count && good; c++) {
    const struct season_cell *cell = &s->cells[c];
    char text[64];
    g->stratum[LEVEL_LINE][c] = NO_GROUP;
    if (cell->golden != golden) continue;
    snprintf(text, sizeof text, "%u %u", cell->factory, cell->line);
    good = names_add(&lines, text, &g->stratum[LEVEL_LINE][c]);
  }
  g->strata[LEVEL_LINE] = lines.count;
  names_free(&lines);
  return good;
}

/* Whether two keys divide the cells in the same way. */
static bool same(const struct season *s, const struct groups *g, enum drift_key a, enum drift_key b, bool *good) {
  uint32_t *pairs = calloc(s->cell_count + 1, sizeof *pairs);
  size_t count = 0;
  *good = pairs && number_pairs(s->cell_count, g->of[a], g->of[b], pairs, &count);
  free(pairs);
  return *good && g->count[a] == g->count[b] && count == g->count[a];
}

static bool drop_repeated(const struct season *s, struct groups *g) {
  bool good = true;
  for (int key = 1; key < DRIFT_KEYS && good; key++)
    for (int before = 0; before < key && good; before++)
      if (g->count[key] && g->count[before] && same(s, g, (enum drift_key)key, (enum drift_key)before, &good)) {
        g->count[key] = 0;
        for (size_t c = 0; c < s->cell_count; c++) g->of[key][c] = NO_GROUP;
      }
  return good;
}

enum status groups_make(const struct season *s, uint32_t golden, struct groups *g, struct fault *fault) {
  *g = (struct groups){0};
  bool good = true;
  for (int level = 0; level < DRIFT_LEVELS && good; level++)
    good = (g->stratum[level] = calloc(s->cell_count + 1, sizeof **g->stratum));
  good = good && number_strata(s, golden, g);
  for (int key = 0; key < DRIFT_KEYS && good; key++) {
    g->of[key] = calloc(s->cell_count + 1, sizeof **g->of);
    good = g->of[key] && number_cells(s, golden, (enum drift_key)key, g->of[key], &g->count[key]);
  }
  good = good && number_pairs(s->cell_count, g->of[KEY_LOT], g->stratum[LEVEL_LINE], g->stratum[LEVEL_LOT],
                              &g->strata[LEVEL_LOT]);
  good = good && drop_repeated(s, g);
  for (int i = 0; i < DRIFT_LEVELS * DRIFT_KEYS && good; i++) {
    int level = i / DRIFT_KEYS, key = i % DRIFT_KEYS;
    g->parts[level][key] = calloc(s->cell_count + 1, sizeof(uint32_t));
    good = g->parts[level][key] &&
           number_pairs(s->cell_count, g->of[key], g->stratum[level], g->parts[level][key], &g->part_count[level][key]);
  }
  if (good) return STATUS_OK;
  groups_free(g);
  return fault_set(fault, STATUS_MEMORY, "out of memory for groups");
}

void groups_free(struct groups *g) {
  for (int key = 0; key < DRIFT_KEYS; key++) free(g->of[key]);
  for (int i = 0; i < DRIFT_LEVELS * DRIFT_KEYS; i++) free(g->parts[i / DRIFT_KEYS][i % DRIFT_KEYS]);
  for (int level = 0; level < DRIFT_LEVELS; level++) free(g->stratum[level]);
  *g = (struct groups){0};
}

size_t groups_member(const struct season *s, const struct groups *g, enum drift_key key, uint32_t group) {
  size_t c = 0;
  while (c < s->cell_count && g->of[key][c] != group) c++;
  return c;
}
