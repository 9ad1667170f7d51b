/* A large photo goes to the broker in parts, a few ahead of what it has taken. */
#include "ipc/client_private.h"
#include "ipc/clock.h"

#include <string.h>

enum { PARTS_AHEAD = 4 };

void client_upload_send(struct client *client, struct client_upload *upload) {
  const struct photo *photo = upload->photo;
  const size_t part = (size_t)client->link.part_bytes;
  int64_t now = clock_ms();
  if (upload->sent > upload->taken && now - upload->heard > client->link.times.resend_ms) {
    upload->sent = upload->taken;
    upload->heard = now;
  }
  while (upload->sent < photo->size && upload->sent < upload->taken + PARTS_AHEAD * part) {
    size_t left = photo->size - upload->sent;
    const struct span span = {photo->bytes + upload->sent, left < part ? left : part};
    json_t *header = json_pack("{s:s, s:I, s:I}", "photo_id", photo->id, "size", (json_int_t)photo->size, "offset",
                               (json_int_t)upload->sent);
    if (link_send(&client->link, MESSAGE_PART, header, &span, 1)) return;
    upload->sent += span.size;
  }
}

enum status client_upload_take(const struct client *client, struct client_upload *upload, const json_t *header,
                               struct fault *fault) {
  const char *error = json_string_value(json_object_get(header, "error"));
  if (!upload->photo || strcmp(json_string_value(json_object_get(header, "photo_id")), upload->photo->id) != 0)
    return STATUS_OK; /* of a session that has ended */
  if (error) return fault_set(fault, STATUS_IO, "%s: the service cannot store: %s", client->options.endpoint, error);
  size_t taken = (size_t)json_integer_value(json_object_get(header, "offset"));
  upload->heard = clock_ms();
  upload->kept = json_is_true(json_object_get(header, "kept"));
  if (taken > upload->photo->size) return STATUS_OK;
  /* It has less than we thought: it lost its draft. */
  if (taken < upload->taken) upload->sent = taken;
  upload->taken = taken;
  return STATUS_OK;
}
