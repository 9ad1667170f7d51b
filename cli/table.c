#include "cli/table.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void pad(FILE *out, size_t columns) {
  fprintf(out, "%*s", (int)columns, "");
}

static void print_cell(const struct table *table, size_t index, const struct cell *cell) {
  const struct column *column = &table->columns[index];
  char *text = text_clean(cell->text ? cell->text : "", column->width, column->keep_end);
  if (!text) return;
  size_t width = text_width(text), gap = column->width > width ? column->width - width : 0;
  bool styled = table->coloured && cell->style != STYLE_PLAIN;
  if (index) fputs("  ", table->out);
  if (column->right) pad(table->out, gap);
  if (styled) fputs(text_style(cell->style), table->out);
  fputs(text, table->out);
  if (styled) fputs(text_style(STYLE_PLAIN), table->out);
  if (!column->right && index + 1 < table->count) pad(table->out, gap);
  free(text);
}

void table_row(const struct table *table, const struct cell *cells) {
  for (size_t i = 0; i < table->count; i++) print_cell(table, i, &cells[i]);
  fputc('\n', table->out);
}

void table_head(const struct table *table) {
  for (size_t i = 0; i < table->count; i++) print_cell(table, i, &(struct cell){table->columns[i].title, STYLE_BOLD});
  fputc('\n', table->out);
  for (size_t i = 0; i < table->count; i++) {
    size_t width = table->columns[i].width ? table->columns[i].width : text_width(table->columns[i].title);
    if (i) fputs("  ", table->out);
    for (size_t j = 0; j < width; j++) fputs("\xE2\x94\x80", table->out);
  }
  fputc('\n', table->out);
}

size_t table_terminal_width(FILE *stream) {
  struct winsize window = {0};
  if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &window)) return 0;
  return window.ws_col;
}
