#include "engine/lots/row.h"

int row_region_number(const struct row *row, size_t index) {
  const struct row_region *own = &row->regions[index];
  if (own->number) return own->number;
  int before = 0;
  for (size_t i = 0; i < row->region_count; i++) {
    double peak = row->regions[i].peak;
    before += peak > own->peak || (i < index && peak >= own->peak);
  }
  return before + 1;
}
