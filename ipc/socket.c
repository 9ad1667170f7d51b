#include "ipc/socket.h"

#include "ipc/protocol.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>
#include <zmq.h>

enum {
  LINGER_MS = 1000,       /* for the last words of a peer that leaves */
  HANDSHAKE_MS = 5000,    /* for a connection that says nothing */
  MESSAGES_QUEUED = 1000, /* a peer and direction; what they hold is bounded by credits */
  RECONNECT_MS = 50
};

struct ipc_times ipc_times_or_default(const struct ipc_times *times) {
  struct ipc_times t = times ? *times : (struct ipc_times){0};
  if (t.heartbeat_ms <= 0) t.heartbeat_ms = 1000;
  if (t.silence_ms <= 0) t.silence_ms = 4 * t.heartbeat_ms;
  if (t.reconnect_max_ms <= 0) t.reconnect_max_ms = 32000;
  if (t.resend_ms <= 0) t.resend_ms = 10000;
  return t;
}

enum status socket_context_open(void **context, struct fault *fault) {
  *context = zmq_ctx_new();
  if (!*context) return fault_set(fault, STATUS_INTERNAL, "libzmq does not start: %s", zmq_strerror(errno));
  zmq_ctx_set(*context, ZMQ_MAX_SOCKETS, 65535);
  return STATUS_OK;
}

void socket_context_close(void *context) {
  while (context && zmq_ctx_term(context) && errno == EINTR) {
  }
}

static bool set_int(void *socket, int option, int value) {
  return !zmq_setsockopt(socket, option, &value, sizeof value);
}

static enum status set_up(void *context, int type, void **socket, struct fault *fault) {
  const int64_t limit = PROTOCOL_MAX_FRAME;
  *socket = zmq_socket(context, type);
  if (*socket && set_int(*socket, ZMQ_LINGER, LINGER_MS) && set_int(*socket, ZMQ_SNDHWM, MESSAGES_QUEUED) &&
      set_int(*socket, ZMQ_RCVHWM, MESSAGES_QUEUED) && set_int(*socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
      set_int(*socket, ZMQ_IPV6, 1) && set_int(*socket, ZMQ_TCP_KEEPALIVE, 1) &&
      !zmq_setsockopt(*socket, ZMQ_MAXMSGSIZE, &limit, sizeof limit))
    return STATUS_OK;
  fault_set(fault, STATUS_INTERNAL, "cannot make a socket: %s", zmq_strerror(errno));
  socket_close(*socket);
  *socket = NULL;
  return fault ? fault->status : STATUS_INTERNAL;
}

static enum status check_endpoint(const char *endpoint, struct fault *fault) {
  struct sockaddr_un address;
  if (!strncmp(endpoint, "ipc://", 6)) {
    if (strlen(endpoint + 6) < sizeof address.sun_path) return STATUS_OK;
    return fault_set(fault, STATUS_USAGE, "%s: the path is longer than a socket's may be (%zu bytes)", endpoint,
                     sizeof address.sun_path - 1);
  }
  if (!strncmp(endpoint, "tcp://", 6) || !strncmp(endpoint, "inproc://", 9)) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "%s: expected an endpoint tcp://HOST:PORT or ipc://PATH", endpoint);
}

enum status socket_router(void *context, void **socket, struct fault *fault) {
  enum status status = set_up(context, ZMQ_ROUTER, socket, fault);
  /* Without it a message to a peer that is gone would vanish without a word. */
  if (!status && !set_int(*socket, ZMQ_ROUTER_MANDATORY, 1)) {
    socket_close(*socket);
    *socket = NULL;
    status = fault_set(fault, STATUS_INTERNAL, "cannot set up a socket: %s", zmq_strerror(errno));
  }
  return status;
}

enum status socket_publisher(void *context, void **socket, struct fault *fault) {
  return set_up(context, ZMQ_PUB, socket, fault);
}

enum status socket_bind(void *socket, const char *endpoint, struct fault *fault) {
  enum status status = check_endpoint(endpoint, fault);
  if (status || !zmq_bind(socket, endpoint)) return status;
  status = errno == EINVAL ? STATUS_USAGE : STATUS_UNAVAILABLE;
  return fault_set(fault, status, "cannot listen at %s: %s", endpoint, zmq_strerror(errno));
}

enum status socket_dealer(void *context, const char *endpoint, const struct ipc_times *times, void **socket,
                          struct fault *fault) {
  *socket = NULL;
  enum status status = check_endpoint(endpoint, fault);
  if (!status) status = set_up(context, ZMQ_DEALER, socket, fault);
  if (status) return status;
  set_int(*socket, ZMQ_RECONNECT_IVL, RECONNECT_MS);
  set_int(*socket, ZMQ_RECONNECT_IVL_MAX, times->reconnect_max_ms);
  if (!zmq_connect(*socket, endpoint)) return STATUS_OK;
  status = errno == EINVAL ? STATUS_USAGE : STATUS_UNAVAILABLE;
  fault_set(fault, status, "cannot connect to %s: %s", endpoint, zmq_strerror(errno));
  socket_close(*socket);
  *socket = NULL;
  return status;
}

void socket_close(void *socket) {
  if (socket) zmq_close(socket);
}
