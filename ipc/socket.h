/* The one place where sockets are made and set up. */
#ifndef ASSAY_IPC_SOCKET_H
#define ASSAY_IPC_SOCKET_H

#include "ipc/curve.h"
#include "models/status.h"

#include <stdbool.h>

/* By what the two sides of a tcp:// connection know each other. Other transports stay within the machine, where the
 * permissions of the socket's folder say who may connect, and need none. */
struct socket_security {
  const struct curve_key *own; /* our key; outlives the socket's set-up */
  const unsigned char *broker; /* KEY_BYTES: the broker's public key, of who connects */
  bool insecure;               /* tcp:// without keys: everyone who reaches it may come, and read along */
};

/* How patient the peers are, in milliseconds; zeros mean the defaults. */
struct ipc_times {
  int heartbeat_ms;     /* 1000: how often each side says that it lives */
  int silence_ms;       /* 4000: unheard of for so long, a peer is gone */
  int reconnect_max_ms; /* 32000: the longest pause between two tries to reach the broker */
  int resend_ms;        /* 10000: what was not acknowledged for so long is sent again */
};
struct ipc_times ipc_times_or_default(const struct ipc_times *times);

/* A libzmq context; inproc:// endpoints are known within one only. Ends with socket_context_close, which waits until
 * all its sockets are closed. */
enum status socket_context_open(void **context, struct fault *fault);
void socket_context_close(void *context);

/* The broker's socket (ROUTER), not bound yet, and a peer's (DEALER), connecting. NULL with a fault. An endpoint
 * is tcp://HOST:PORT, ipc://PATH or inproc://NAME; STATUS_USAGE where it is none of them or tcp:// without keys,
 * STATUS_UNAVAILABLE where it cannot be had. `security` may be NULL: then no tcp://. */
enum status socket_check_endpoint(const char *endpoint, struct fault *fault);
enum status socket_router(void *context, void **socket, struct fault *fault);
/* Connections that the kernel keeps for a bound socket until they are taken. */
enum { SOCKET_BACKLOG = 100 };
/* What is sent goes to whoever has subscribed and is connected by then (PUB), not bound yet. */
enum status socket_publisher(void *context, void **socket, struct fault *fault);
enum status socket_bind(void *socket, const char *endpoint, const struct socket_security *security,
                        struct fault *fault);
/* The endpoint that was bound last, as a peer names it: as it was given, with the port that was got for * and 0. */
enum { SOCKET_ENDPOINT_MAX = 512 };
void socket_endpoint(void *socket, const char *endpoint, char actual[SOCKET_ENDPOINT_MAX]);
/* `monitor` (may be NULL) gets a socket to be read with handshake_refusal and closed with socket_close. */
enum status socket_dealer(void *context, const char *endpoint, const struct ipc_times *times,
                          const struct socket_security *security, void **socket, void **monitor, struct fault *fault);
void socket_close(void *socket);

/* What libzmq tells of a socket's connections (ZMQ_EVENT_...), by a socket that can be read; of a listening one before
 * it is bound. *value is what belongs to the event. False: nothing more by now. */
enum status socket_monitor(void *context, void *socket, int events, void **monitor, struct fault *fault);
bool socket_event(void *monitor, int *event, int *value);

#endif
