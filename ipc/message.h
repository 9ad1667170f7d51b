/* A message of the protocol: kind, JSON header and byte frames; coming in it is checked before anyone sees it. */
#ifndef ASSAY_IPC_MESSAGE_H
#define ASSAY_IPC_MESSAGE_H

#include "ipc/protocol.h"
#include "models/status.h"
#include "models/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

/* Whom a message of a ROUTER goes to or comes from: the routing id that libzmq gives. Size 0 on a DEALER. */
struct route {
  uint8_t size, bytes[255];
};

enum { MESSAGE_USER_MAX = 63, MESSAGE_ADDRESS_MAX = 63 };

struct message {
  struct route from;
  char user[MESSAGE_USER_MAX + 1];       /* the key that the sender has proved to have (guard.c); "": none */
  char address[MESSAGE_ADDRESS_MAX + 1]; /* where the sender is, as far as libzmq tells */
  int connection;                        /* its descriptor, for guard_read; -1: not known */
  size_t size, parts;                    /* bytes and frames that came */
  int version;                           /* of the protocol; 0 where it is not known */
  int kind;                              /* enum message_kind */
  json_t *header;                        /* passed schema_check of its kind */
  zmq_msg_t *frames;                     /* the bytes that follow the header */
  size_t frame_count;
};

struct span {
  const void *bytes;
  size_t size;
};

/* Reads the first two frames. STATUS_INVALID tells in words what is wrong; *kind is then the kind, or 0. ERROR is the
 * same in all versions, so that peers of any two can tell each other that they do not understand each other. */
enum status message_decode(struct span prefix, struct span header, int *kind, json_t **json, struct fault *fault);

/* Takes one message that has arrived, without waiting. *got is false where there is none. STATUS_INVALID: there was
 * one, it was no message of this protocol and is gone; from and kind are as far as known. The caller ends with
 * message_free in every case. */
enum status message_receive(void *socket, bool routed, struct message *message, bool *got, struct fault *fault);
void message_free(struct message *message);

const void *message_bytes(const struct message *message, size_t frame, size_t *size);

/* A message of ours for people as the schema takes it: at most PROTOCOL_MAX_TEXT bytes, printable, U+FFFD for what is
 * no UTF-8 (a message may name a file whose name is not). NULL: out of memory. */
json_t *message_text(const char *text);

/* Sends without waiting; takes `header` over also when it fails (NULL is out of memory). `to` is NULL on a DEALER.
 * STATUS_UNAVAILABLE: the peer is gone or does not read; nothing was sent. */
enum status message_send(void *socket, const struct route *to, enum message_kind kind, json_t *header,
                         const struct span *frames, size_t count, struct fault *fault);
/* The same with frames that stay the caller's, and whose bytes are not copied; `header` stays the caller's, too. */
enum status message_send_shared(void *socket, const struct route *to, enum message_kind kind, const json_t *header,
                                zmq_msg_t *frames, size_t count, struct fault *fault);
/* The same with the header written down already; empties `header` also when it fails. */
enum status message_send_text(void *socket, const struct route *to, enum message_kind kind, struct text *header,
                              const struct span *frames, size_t count, struct fault *fault);

#endif
