/* assay-synth: photo sets with known truth. */
#include "datasets/set.h"

#include <stdio.h>
#include <unistd.h>

static void show_progress(int done, int total) {
  fprintf(stderr, "\r%d of %d photos%s", done, total, done == total ? "\n" : "");
}

int main(int argc, char **argv) {
  struct options options;
  struct fault fault = {0};
  enum status status = options_parse(&options, argc, argv, &fault);
  if (status == STATUS_OK && options.help) {
    options_help(stdout);
    return 0;
  }
  if (status == STATUS_OK) status = set_make(&options, isatty(STDERR_FILENO) ? show_progress : NULL, &fault);
  if (status != STATUS_OK) fprintf(stderr, "assay-synth: %s\n", fault.text);
  scene_end();
  return status_exit_code(status);
}
