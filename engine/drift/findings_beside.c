/* One damage often shows as two classes of defect: a scratch whose broken end is taken for a stain. Where both rise,
 * that is one finding. */
#include "engine/drift/findings_private.h"

#include <string.h>

static uint32_t group_of(const struct season *season, const uint32_t *groups, const struct season_cell *cell) {
  size_t c = 0;
  while (memcmp(&season->cells[c], cell, sizeof *cell) != 0) c++;
  return groups[c];
}

bool findings_mark_shown(const struct season *season, const struct groups *groups, const struct finding *f,
                         struct explained *shown) {
  const struct season_quantity *q = &season->quantities[f->quantity];
  const uint32_t *of = groups->of[f->key];
  uint32_t group = group_of(season, of, &f->cell);
  bool any = false;
  for (size_t row = 0; row < season->count; row++) {
    bool in = of[season->cell[row]] == group && (f->key == KEY_LOT || season->times[row] >= f->since_lower);
    if (in && season_value(season, q, row) > 0.5) shown->rows[row] = any = true;
  }
  return any;
}
