/* What the files of the broker share. One thread runs all of it.
 *
 * A tick takes what has arrived, changes the store within one transaction, commits, and only then tells the peers: what
 * is told waits in the outbox. When the store fails, all of the tick is rolled back, the clients concerned get the
 * cause, and the workers concerned are forgotten, so that their next HELLO sets both sides right again. */
#ifndef ASSAY_IPC_BROKER_PRIVATE_H
#define ASSAY_IPC_BROKER_PRIVATE_H

#include "ipc/audit.h"
#include "ipc/broker.h"
#include "ipc/message.h"
#include "models/blob_parts.h"
#include "models/digest.h"
#include "models/store.h"

#include <stdbool.h>

enum { PEER_BUCKETS = 1024, MAX_SUBSCRIPTIONS = 16, MAX_PEER_GOLDENS = 16 };

struct subscription {
  bool all; /* of every submission; then `submission` is empty */
  char submission[PROTOCOL_ID_CHARS + 1];
  enum store_order order;
  int64_t after;
  int64_t credit;
  bool follow;
  bool dirty; /* there may be outcomes to send */
};

struct peer {
  struct peer *next;      /* in its bucket */
  struct peer *next_peer; /* in the list of all */
  struct route route;
  bool worker;
  unsigned roles; /* enum allow_role: all of them for who came without a key */
  unsigned char key[KEY_BYTES];
  bool keyed;                                                     /* it has proved to have the key */
  char who[ALLOW_NAME_MAX + 1], address[MESSAGE_ADDRESS_MAX + 1]; /* the key's name in the allow-list */
  char id[PROTOCOL_ID_CHARS + 1], name[PROTOCOL_MAX_NAME + 1];
  int64_t seen; /* clock_ms */
  bool touched; /* the store changed for it in this tick */
  bool gone;    /* to be forgotten at the end of the tick */
  bool cut;     /* a worker that cannot be reached: until it is silent it may come back with a HELLO */
  /* workers */
  int64_t credit, done;
  char (*held)[JOB_ID_CHARS + 1];
  size_t held_count, held_room;
  bool parts;         /* it can fetch photos in parts */
  bool alone;         /* it holds a suspect, and nothing else until that is done */
  int64_t lost;       /* jobs that it handed back as lost since it greeted */
  int in_a_row;       /* of them since its last result */
  int64_t rest_until; /* clock_ms; see broker_workers.c, is_resting */
  int64_t renewed;
  /* clients */
  struct subscription subscriptions[MAX_SUBSCRIPTIONS];
  size_t subscription_count;
  struct blob_draft *upload;                        /* the photo that it is sending in parts */
  char goldens[MAX_PEER_GOLDENS][DIGEST_CHARS + 1]; /* that it can send, the latest overwriting the oldest */
  size_t golden_count;
};

/* A message that waits for the commit. */
struct outgoing {
  struct outgoing *next;
  struct route to;
  enum message_kind kind;
  json_t *header;
  struct text text;                  /* the header written down, where there is no `header` */
  char photo_id[PHOTO_ID_CHARS + 1]; /* of the blob that goes with it, or empty; then `text` is the job alone */
  char job[JOB_ID_CHARS + 1];        /* whose blob that is */
  int losses;
};

/* A golden that a worker asked for and that no one has sent yet. */
struct golden_ask {
  struct golden_ask *next;
  char sha256[DIGEST_CHARS + 1];
  int64_t asked; /* clock_ms */
  int times_asked;
  struct route *waiting;
  size_t waiting_count;
};

struct golden_copy; /* in broker_goldens.c */

struct broker {
  void *socket;
  struct store *store;
  char id[PROTOCOL_ID_CHARS + 1], name[PROTOCOL_MAX_NAME + 1];
  struct ipc_times times;
  int stop_fd, lock;
  char **endpoints;
  size_t endpoint_count;
  struct peer *buckets[PEER_BUCKETS];
  struct peer *peers;
  size_t peer_count;
  struct outgoing *outbox, **outbox_end;
  struct golden_ask *asks;
  struct golden_copy *copies; /* that were sent a short while ago */
  bool in_transaction;
  bool store_failed; /* in this tick; `store_fault` says why */
  bool store_lost;   /* it cannot be written, and we are to end with it */
  struct fault store_fault;
  bool probed;                /* in this tick something was written to a store that had failed */
  bool may_wait, may_suspect; /* there may be waiting jobs, and suspects among them */
  int64_t suspect_at;         /* when the next suspect may be given out; 0: not known */
  bool outcomes_changed;
  char draining[PROTOCOL_ID_CHARS + 1]; /* the worker that gets nothing more until it is free for a suspect, or "" */
  int64_t next_beat, began, next_store_beat;
  struct broker_options options;
  unsigned allow_version;
  struct roots *no_roots; /* of tcp:// clients where no folder was named */
  struct audit *audit;
  struct broker_figures figures;
};

/* broker_peers.c */
struct peer *peer_find(struct broker *broker, const struct route *route);
struct peer *peer_find_worker(struct broker *broker, const char *id);
struct peer *peer_add(struct broker *broker, const struct route *route);
void peers_forget_gone(struct broker *broker);
void peers_free(struct broker *broker);
/* What is sent to it does not go out: its session has ended, and its next message is answered by hello_first. */
void peer_cut(struct peer *peer);
bool peer_hold(struct peer *peer, const char *id);    /* false: out of memory */
bool peer_release(struct peer *peer, const char *id); /* false: it did not hold it */

/* broker_outbox.c */
/* Enters the tick's transaction on behalf of a peer; false where the store has failed in this tick. */
bool broker_change(struct broker *broker, struct peer *peer);
/* Takes the status of a store call; true where it was good. */
bool broker_stored(struct broker *broker, enum status status, const struct fault *fault);
/* Puts a message into the outbox; takes the header over. */
struct outgoing *broker_post(struct broker *broker, const struct route *to, enum message_kind kind, json_t *header);
/* The same with the header written down already; empties it. */
struct outgoing *broker_post_text(struct broker *broker, const struct route *to, enum message_kind kind,
                                  struct text *header);
/* Sends at once (nothing in it depends on the store); a peer that does not take it is gone. */
void broker_tell(struct broker *broker, const struct route *to, enum message_kind kind, json_t *header);
void broker_tell_text(struct broker *broker, const struct route *to, enum message_kind kind, struct text *header);
void broker_error(struct broker *broker, const struct route *to, const char *code, const char *text, int about);
/* Empties the outbox; `send`: by sending what is in it. */
void broker_send_outbox(struct broker *broker, bool send);
/* Ends the tick's transaction, and sends what waited for that, or tells whom it concerns that the store has failed. */
void broker_commit(struct broker *broker);

/* broker_messages.c */
/* Handles what has arrived, or as much of it as goes into one tick. *emptied: nothing is left to read. STATUS_STOPPED,
 * STATUS_INTERNAL: the socket is of no use any more. */
enum status broker_receive(struct broker *broker, bool *emptied, struct fault *fault);

/* broker_access.c */
/* Sets what the peer may do by the key that the message came with; false: it may not be what it says, and was told. */
bool broker_admit(struct broker *broker, struct peer *peer, const struct message *message, bool worker);
/* Parts with those whose key is not in the list any more. */
void broker_watch_access(struct broker *broker);
bool broker_may_read(const struct broker *broker, const struct peer *peer, const char *path, struct fault *fault);
/* {"name", "key", "address", "as"} for the log of who did what. */
json_t *broker_who(const struct peer *peer);

/* By what name the store keeps who handed jobs in: that of the key, where there is one. */
const char *broker_client_name(const struct peer *peer);

/* The handlers: each gets a message whose header passed its schema. */
void broker_hello(struct broker *broker, const struct message *message);
void broker_bye(struct broker *broker, struct peer *peer, const json_t *header);
void broker_submit(struct broker *broker, struct peer *peer, const struct message *message);
void broker_subscribe(struct broker *broker, struct peer *peer, const json_t *header);
void broker_credit(struct broker *broker, struct peer *peer, const json_t *header);
void broker_status(struct broker *broker, struct peer *peer, const json_t *header);
void broker_part(struct broker *broker, struct peer *peer, const struct message *message);
void broker_part_request(struct broker *broker, struct peer *peer, const json_t *header);
void broker_control(struct broker *broker, struct peer *peer, const struct message *message);
void broker_stream(struct broker *broker);
void broker_done(struct broker *broker, struct peer *peer, const struct message *message);
void broker_return(struct broker *broker, struct peer *peer, const json_t *header);
void broker_ready(struct broker *broker, struct peer *peer, const json_t *header);
void broker_assign(struct broker *broker);
/* broker_work.c */
void broker_post_work(struct broker *broker, struct peer *peer, struct store_leased *leased, size_t count);
void broker_send_work(struct broker *broker, struct outgoing *out);
/* For the figures and the log. */
void broker_tell_lost(struct broker *broker, const struct peer *peer, const char *job, const char *error);

/* Workers that are silent lose their jobs; leases of the others are renewed; leases that ran out end. */
void broker_watch_workers(struct broker *broker, int64_t now);
void broker_golden_request(struct broker *broker, struct peer *peer, const json_t *header);
void broker_golden(struct broker *broker, struct peer *peer, const struct message *message);
void broker_golden_missing(struct broker *broker, struct peer *peer, const json_t *header);
/* The client can send this golden; it is asked at once where it sends photos as bytes and the broker has it not. */
void broker_golden_known(struct broker *broker, struct peer *peer, const char *sha256, bool wanted);
void broker_watch_goldens(struct broker *broker, int64_t now);
void goldens_free(struct broker *broker);

#endif
