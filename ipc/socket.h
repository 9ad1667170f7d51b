/* The one place where sockets are made and set up. */
#ifndef ASSAY_IPC_SOCKET_H
#define ASSAY_IPC_SOCKET_H

#include "models/status.h"

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
 * is tcp://HOST:PORT, ipc://PATH or inproc://NAME; STATUS_USAGE where it is none of them, STATUS_UNAVAILABLE where it
 * cannot be had. */
enum status socket_router(void *context, void **socket, struct fault *fault);
/* What is sent goes to whoever has subscribed and is connected by then (PUB), not bound yet. */
enum status socket_publisher(void *context, void **socket, struct fault *fault);
enum status socket_bind(void *socket, const char *endpoint, struct fault *fault);
enum status socket_dealer(void *context, const char *endpoint, const struct ipc_times *times, void **socket,
                          struct fault *fault);
void socket_close(void *socket);

#endif
