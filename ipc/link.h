/* A peer's end of the connection to the broker: greeting, heartbeats, noticing that the broker is gone or has begun
 * anew, and reconnecting with growing pauses. Belongs to one thread. */
#ifndef ASSAY_IPC_LINK_H
#define ASSAY_IPC_LINK_H

#include "ipc/handshake.h"
#include "ipc/message.h"
#include "ipc/socket.h"

#include <stdbool.h>
#include <stdint.h>

struct link_options {
  void *context;
  const char *endpoint;    /* where the broker listens; of several, with commas between, the next when one is silent */
  const char *role, *name; /* name NULL: host and process */
  const char *id;          /* NULL: a random one */
  const struct ipc_times *times;
  const struct socket_security *security; /* NULL: no tcp:// */
  json_t *(*holding)(
      void *context); /* for HELLO and BYE: a new list of ids, or NULL; the callback itself may be NULL */
  void *holding_context;
};

struct link {
  struct link_options options; /* its texts must outlive the link */
  struct ipc_times times;      /* heartbeat and silence are the broker's once it has welcomed us */
  void *socket, *monitor;
  struct handshake handshake;
  const char *endpoint; /* the one of the list that is tried now */
  char id[PROTOCOL_ID_CHARS + 1], name[PROTOCOL_MAX_NAME + 1];
  bool welcomed;    /* the session stands; else we are greeting */
  unsigned session; /* grows with each WELCOME: what is not acknowledged must then be sent again */
  int64_t heard;    /* clock_ms when the broker was heard last; at first when the link was opened */
  int64_t next_beat, give_up, pause_ms;
  int64_t window_jobs, window_bytes; /* of the WELCOME */
  int64_t part_bytes;                /* larger photos go in parts; 0: the broker takes none */
};

/* Begins to connect and to greet; does not wait. */
enum status link_open(struct link *link, const struct link_options *options, struct fault *fault);
void link_close(struct link *link); /* with a BYE where the session stands */

/* Takes one message that the link does not handle itself: *got false when there is none. An ERROR comes to the caller,
 * unless it only says that the broker wants a HELLO. STATUS_INVALID where the broker speaks another version,
 * STATUS_UNAVAILABLE where it has not let us in yet and refuses our key or our role. */
enum status link_receive(struct link *link, struct message *message, bool *got, struct fault *fault);

/* Sends a heartbeat when one is due; reconnects when the broker is silent. Call it at least every heartbeat. Returns
 * the milliseconds until the next thing to do. */
int64_t link_watch(struct link *link);

/* Sends in the session; STATUS_UNAVAILABLE where there is none, or the broker does not read. Takes `header` over. */
enum status link_send(struct link *link, enum message_kind kind, json_t *header, const struct span *frames,
                      size_t count);

/* The same with the header written down already. */
enum status link_send_text(struct link *link, enum message_kind kind, struct text *header, const struct span *frames,
                           size_t count);

/* Ends the session and greets anew: for who has lost a message that nobody would send again. What is not acknowledged
 * is then sent again, and the broker knows what we hold. */
void link_begin_anew(struct link *link);

/* 32 random hexadecimal digits. */
void link_random_id(char id[PROTOCOL_ID_CHARS + 1]);

#endif
