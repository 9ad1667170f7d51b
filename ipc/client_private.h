/* What the files of the client share. */
#ifndef ASSAY_IPC_CLIENT_PRIVATE_H
#define ASSAY_IPC_CLIENT_PRIVATE_H

#include "ipc/client.h"
#include "ipc/link.h"

/* Where the client finds a golden that the broker may ask for. */
struct client_golden {
  struct client_golden *next;
  char sha256[SHA256_CHARS + 1];
  char *path;
};

/* A photo on its way in parts; all zero is none. */
struct client_upload {
  const struct photo *photo;
  size_t sent, taken;
  bool kept;
  int64_t heard; /* clock_ms: an answer, or the beginning */
};

struct client {
  struct client_options options;
  struct link link;
  struct client_golden *goldens;
  bool sent_golden; /* since the last answer that came after one */
};

/* Sends what fits ahead of what was taken. */
void client_upload_send(struct client *client, struct client_upload *upload);
/* Takes a PART_TAKEN message; `kept` is set when the broker has the photo. STATUS_IO where it cannot keep it. */
enum status client_upload_take(const struct client *client, struct client_upload *upload, const json_t *header,
                               struct fault *fault);

/* Waits at most `wait` ms for something to read, and keeps the link alive. STATUS_STOPPED, STATUS_UNAVAILABLE. */
enum status client_wait(struct client *client, int64_t wait, struct fault *fault);

/* Takes the next message that the callers must handle; ERROR becomes a fault, GOLDEN_WANTED is answered. */
enum status client_take(struct client *client, struct message *message, bool *got, struct fault *fault);

/* Remembers where a job's golden is. */
enum status client_know_golden(struct client *client, const struct job *job, struct fault *fault);

/* The i-th outcome of a RESULTS message. */
bool client_read_outcome(const struct message *message, size_t i, struct client_outcome *outcome);

#endif
