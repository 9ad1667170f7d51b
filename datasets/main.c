/* assay-synth: photo sets with known truth. */
#include "datasets/set.h"

#include <stdio.h>

int main(int argc, char **argv) {
  struct options options;
  struct fault fault = {0};
  enum status status = options_parse(&options, argc, argv, &fault);
  if (status == STATUS_OK && options.help) {
    options_help(stdout);
    return 0;
  }
  if (status == STATUS_OK) status = set_make(&options, NULL, &fault);
  if (status != STATUS_OK) fprintf(stderr, "assay-synth: %s\n", fault.text);
  return status_exit_code(status);
}
