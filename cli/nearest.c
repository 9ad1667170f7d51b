#include "cli/nearest.h"

#include <string.h>

enum { LONGEST = 63, MOST = 3 };

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* The table's last three rows are enough: a swap looks two rows back. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t rows[3][LONGEST + 1];
  for (size_t j = 0; j <= b_length; j++) rows[0][j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    size_t *row = rows[i % 3];
    const size_t *above = rows[(i + 2) % 3], *over = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = least(row[j], over[j - 2] + 1);
    }
  }
  return rows[a_length % 3][b_length];
}

void nearest_consider(struct nearest *best, const char *given, size_t length, const char *candidate) {
  size_t candidate_length = strlen(candidate), longer = length > candidate_length ? length : candidate_length;
  if (longer > LONGEST) return;
  size_t found = distance(given, length, candidate, candidate_length);
  if (found > MOST || 3 * found > longer || (best->word && found >= best->distance)) return;
  *best = (struct nearest){.word = candidate, .distance = found};
}
