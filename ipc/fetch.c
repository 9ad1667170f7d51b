#include "ipc/fetch.h"

#include "ipc/clock.h"
#include "models/digest.h"

#include <stdlib.h>
#include <string.h>

enum status fetch_begin(struct task *task, size_t size) {
  task->bytes = malloc(size);
  if (!task->bytes) return fault_set(&task->fault, STATUS_MEMORY, "no memory for a photo of %zu bytes", size);
  task->size = size;
  task->state = TASK_FETCHING;
  return STATUS_OK;
}

void fetch_ask(struct link *link, struct task *task) {
  int64_t now = clock_ms();
  if (task->asked_session == link->session && now - task->sent < link->times.resend_ms) return;
  if (link_send(link, MESSAGE_PART_REQUEST,
                json_pack("{s:s, s:s, s:I}", "job", task->job.id, "photo_id", task->job.photo_id, "offset",
                          (json_int_t)task->fetched),
                NULL, 0))
    return;
  task->asked_session = link->session;
  task->sent = now;
}

bool fetch_take(struct task *task, const struct message *message) {
  const char *error = json_string_value(json_object_get(message->header, "error"));
  size_t offset = (size_t)json_integer_value(json_object_get(message->header, "offset")), size = 0;
  if (error) {
    fault_set(&task->fault, STATUS_IO, "the broker cannot send the photo: %s", error);
    return true;
  }
  /* One that was asked for twice. */
  if (offset != task->fetched || message->frame_count != 1) return false;
  const void *bytes = message_bytes(message, 0, &size);
  if (!size || size > task->size - task->fetched) {
    fault_set(&task->fault, STATUS_INVALID, "the broker sent a part of the photo that does not fit");
    return true;
  }
  memcpy(task->bytes + offset, bytes, size);
  task->fetched += size;
  task->asked_session = 0;
  if (task->fetched < task->size) return false;
  char id[DIGEST_CHARS + 1];
  digest_blake2b(task->bytes, task->size, id);
  if (strcmp(id, task->job.photo_id) != 0)
    fault_set(&task->fault, STATUS_IO,
              "the photo that the broker sent is damaged: its bytes are not those of its photo_id");
  return true;
}
