#include "cli/loaded/loaded.h"

#include "cli/message.h"

#include <stdlib.h>

void loaded_need(struct library *library) {
  struct fault fault = {0};
  if (!library_need(library, &fault)) return;
  message_fault(&fault);
  exit(status_exit_code(fault.status));
}
