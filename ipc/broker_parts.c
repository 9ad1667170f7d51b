/* Photos in parts: a part of one at a time is in memory, in either direction. */
#include "ipc/broker_private.h"
#include "models/blobs.h"

#include <stdlib.h>
#include <string.h>

/* --- From a client --- */

static void tell_taken(struct broker *broker, const struct peer *peer, const char *photo_id, size_t offset, bool kept,
                       const char *error) {
  json_t *header = json_pack("{s:s, s:I, s:b}", "photo_id", photo_id, "offset", (json_int_t)offset, "kept", kept);
  if (header && error) json_object_set_new(header, "error", message_text(error));
  broker_tell(broker, &peer->route, MESSAGE_PART_TAKEN, header);
}

static void drop_upload(struct peer *peer) {
  blob_draft_close(peer->upload);
  peer->upload = NULL;
}

/* The upload that the part belongs to; one that begins anew replaces what there was. */
static enum status find_upload(struct broker *broker, struct peer *peer, const char *photo_id, size_t offset,
                               struct fault *fault) {
  bool same = peer->upload && !strcmp(blob_draft_photo_id(peer->upload), photo_id);
  if (same && offset) return STATUS_OK;
  drop_upload(peer);
  return blob_draft_open(store_folder(broker->store), photo_id, &peer->upload, fault);
}

static enum status add_part(struct broker *broker, struct peer *peer, const char *photo_id, size_t offset,
                            struct span part, size_t size, bool *kept, struct fault *fault) {
  enum status status = find_upload(broker, peer, photo_id, offset, fault);
  /* One that came twice, or is missing: the answer says where to go on. */
  if (status || offset != blob_draft_size(peer->upload)) return status;
  status = blob_draft_add(peer->upload, part.bytes, part.size, fault);
  if (status || offset + part.size < size) return status;
  status = blob_draft_keep(peer->upload, fault);
  *kept = !status;
  return status;
}

void broker_part(struct broker *broker, struct peer *peer, const struct message *message) {
  struct fault fault = {0};
  const char *photo_id = json_string_value(json_object_get(message->header, "photo_id"));
  size_t size = (size_t)json_integer_value(json_object_get(message->header, "size"));
  size_t offset = (size_t)json_integer_value(json_object_get(message->header, "offset"));
  struct span part = {0};
  if (message->frame_count == 1) part.bytes = message_bytes(message, 0, &part.size);
  if (!part.size || part.size > PROTOCOL_PART || offset + part.size > size) {
    broker_error(broker, &peer->route, ERROR_BAD_MESSAGE, "PART: expected one frame of 1 to 4194304 bytes within size",
                 MESSAGE_PART);
    return;
  }
  atomic_fetch_add(&broker->figures.photo_bytes, (long long)part.size);
  enum status status = STATUS_OK;
  bool kept = !blob_settle(store_folder(broker->store), photo_id, NULL);
  if (!kept) status = add_part(broker, peer, photo_id, offset, part, size, &kept, &fault);
  size_t taken = kept ? size : peer->upload ? blob_draft_size(peer->upload) : 0;
  if (kept || status) drop_upload(peer);
  tell_taken(broker, peer, photo_id, status ? 0 : taken, kept && !status, status ? fault.text : NULL);
}

/* --- To a worker --- */

static bool holds(const struct peer *peer, const char *job) {
  for (size_t i = 0; i < peer->held_count; i++)
    if (!strcmp(peer->held[i], job)) return true;
  return false;
}

void broker_part_request(struct broker *broker, struct peer *peer, const json_t *header) {
  struct fault fault = {0};
  const char *job = json_string_value(json_object_get(header, "job"));
  const char *photo_id = json_string_value(json_object_get(header, "photo_id"));
  size_t offset = (size_t)json_integer_value(json_object_get(header, "offset")), size = 0;
  const char *folder = store_folder(broker->store);
  void *bytes = NULL;
  enum status status =
      holds(peer, job) ? STATUS_OK : fault_set(&fault, STATUS_INVALID, "the job is not this worker's (any more)");
  if (!status) status = blob_find(folder, photo_id, &size, &fault);
  if (!status && offset >= size) status = fault_set(&fault, STATUS_INVALID, "the photo ends before this part");
  size_t part = status ? 0 : size - offset < PROTOCOL_PART ? size - offset : PROTOCOL_PART;
  if (!status && !(bytes = malloc(part))) status = fault_set(&fault, STATUS_MEMORY, "the broker is out of memory");
  if (!status) status = blob_read_part(folder, photo_id, offset, bytes, part, &fault);
  json_t *answer = json_pack("{s:s, s:I}", "job", job, "offset", (json_int_t)offset);
  if (answer && status) json_object_set_new(answer, "error", message_text(fault.text));
  const struct span span = {bytes, part};
  if (message_send(broker->socket, &peer->route, MESSAGE_PART_SENT, answer, &span, status ? 0 : 1, NULL))
    peer_cut(peer);
  free(bytes);
}
