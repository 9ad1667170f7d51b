#include "cli/service.h"

#include "cli/folders.h"

#include "ipc/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status service_endpoint(const char *data, char **endpoint, struct fault *fault) {
  char *own = data ? NULL : folder_data();
  const char *folder = data ? data : own;
  if (!folder || asprintf(endpoint, "ipc://%s/broker.ipc", folder) < 0) *endpoint = NULL;
  free(own);
  return *endpoint ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
}

enum status service_check_submission(const struct words *operands, struct fault *fault) {
  if (!operands->count) return STATUS_OK;
  const char *id = operands->items[0];
  if (strlen(id) == PROTOCOL_ID_CHARS && strspn(id, "0123456789abcdef") == PROTOCOL_ID_CHARS) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE,
                   "\"%s\" is no submission; expected %d digits 0-9 and a-f, as assay submit printed", id,
                   PROTOCOL_ID_CHARS);
}
