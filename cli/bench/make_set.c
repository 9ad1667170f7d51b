#include "cli/bench/make_set.h"

#include "cli/bench/own_program.h"
#include "cli/folders.h"

#include <stdlib.h>

enum { MOST_OPTIONS = 64 };

enum status make_set(const char *const *options, char **folder, struct fault *fault) {
  const char *arguments[MOST_OPTIONS + 3] = {NULL};
  int count = 0, code = 0;
  *folder = NULL;
  enum status status = folder_make_temporary(folder, fault);
  if (status) return status;
  while (count < MOST_OPTIONS && options[count]) arguments[count] = options[count], count++;
  arguments[count++] = "--out", arguments[count++] = *folder;
  status = own_program("assay-synth", arguments, NULL, &code, fault);
  if (!status && code) status = fault_set(fault, STATUS_USAGE, "assay-synth did not make the set");
  if (!status) return STATUS_OK;
  folder_remove(*folder);
  free(*folder);
  *folder = NULL;
  return status;
}
