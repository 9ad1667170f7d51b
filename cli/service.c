#include "cli/service.h"

#include "cli/folders.h"
#include "cli/interrupt.h"
#include "cli/output.h"

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

static enum status read_keys(const struct service_options *given, struct service_access *access, struct fault *fault) {
  enum status status = STATUS_OK;
  if (given->key) {
    status = curve_key_read(given->key, &access->key, fault);
    access->security.own = &access->key;
  }
  if (!status && given->broker_key) {
    status = curve_public_read(given->broker_key, access->broker, fault);
    access->security.broker = access->broker;
  }
  return status;
}

enum status service_access_open(const struct service_options *given, struct service_access *access,
                                struct fault *fault) {
  access->security.insecure = given->insecure;
  if (given->insecure && (given->key || given->broker_key))
    return fault_set(fault, STATUS_USAGE, "--insecure, and keys too; expected one or the other");
  if (given->broker) {
    access->endpoint = strdup(given->broker);
    if (!access->endpoint) return fault_set(fault, STATUS_MEMORY, "out of memory");
  } else {
    enum status status = service_endpoint(NULL, &access->endpoint, fault);
    if (status) return status;
  }
  return read_keys(given, access, fault);
}

enum status service_connect(struct service_access *access, struct fault *fault) {
  enum status status = socket_context_open(&access->context, fault);
  if (status) return status;
  const struct client_options how = {.context = access->context,
                                     .endpoint = access->endpoint,
                                     .security = &access->security,
                                     .stop_fd = interrupt_descriptor()};
  return client_open(&how, &access->client, fault);
}

void service_disconnect(struct service_access *access) {
  client_close(access->client);
  socket_context_close(access->context);
  access->client = NULL;
  access->context = NULL;
}

void service_access_close(struct service_access *access) {
  service_disconnect(access);
  free(access->endpoint);
  curve_key_wipe(&access->key);
  *access = (struct service_access){0};
}

enum status service_check_submission(const struct words *operands, struct fault *fault) {
  if (!operands->count) return STATUS_OK;
  const char *id = operands->items[0];
  if (strlen(id) == PROTOCOL_ID_CHARS && strspn(id, "0123456789abcdef") == PROTOCOL_ID_CHARS) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE,
                   "\"%s\" is no submission; expected %d digits 0-9 and a-f, as assay submit printed", id,
                   PROTOCOL_ID_CHARS);
}

enum status service_change_jobs(const struct common_options *common, const struct service_options *given,
                                service_change *change, const char *done, struct fault *fault) {
  const char *submission = common->operands.count ? common->operands.items[0] : NULL;
  struct service_access access = {0};
  int64_t jobs = 0;
  interrupt_watch();
  enum status status = service_check_submission(&common->operands, fault);
  if (!status) status = service_access_open(given, &access, fault);
  if (!status) status = service_connect(&access, fault);
  if (!status) status = change(access.client, submission, &jobs, fault);
  service_disconnect(&access);
  if (!status && common->json)
    status = output_json(json_pack("{s:s?, s:I}", "submission", submission, done, (json_int_t)jobs), fault);
  else if (!status)
    printf("%lld job%s %s\n", (long long)jobs, jobs == 1 ? "" : "s", done);
  service_access_close(&access);
  return status;
}
