#include "cli/bench/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum status bench_figures_add(struct bench_figures *figures, const char *what, double value, double least, double most,
                              const char *unit, struct fault *fault) {
  if (figures->count == figures->room) {
    const size_t room = figures->room ? 2 * figures->room : 32;
    struct bench_figure *items = realloc(figures->items, room * sizeof *items);
    if (!items) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
    figures->items = items;
    figures->room = room;
  }
  struct bench_figure *figure = &figures->items[figures->count++];
  *figure = (struct bench_figure){.value = value, .least = least, .most = most, .unit = unit};
  snprintf(figure->what, sizeof figure->what, "%s", what);
  return STATUS_OK;
}

bool bench_figure_holds(const struct bench_figure *figure) {
  return !isnan(figure->value) && !(figure->value < figure->least) && !(figure->value > figure->most);
}

void bench_figures_free(struct bench_figures *figures) {
  free(figures->items);
  *figures = (struct bench_figures){0};
}
