#include "ipc/socket.h"

#include "ipc/protocol.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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
      set_int(*socket, ZMQ_BACKLOG, SOCKET_BACKLOG) && set_int(*socket, ZMQ_IPV6, 1) &&
      set_int(*socket, ZMQ_TCP_KEEPALIVE, 1) && !zmq_setsockopt(*socket, ZMQ_MAXMSGSIZE, &limit, sizeof limit))
    return STATUS_OK;
  fault_set(fault, STATUS_INTERNAL, "cannot make a socket: %s", zmq_strerror(errno));
  socket_close(*socket);
  *socket = NULL;
  return fault ? fault->status : STATUS_INTERNAL;
}

/* HOST:PORT, the port a number or * for any. */
static bool has_port(const char *address) {
  const char *colon = strrchr(address, ':');
  if (!colon || colon == address) return false;
  size_t digits = strspn(colon + 1, "0123456789");
  return !strcmp(colon + 1, "*") ||
         (digits && digits < 6 && !colon[1 + digits] && strtol(colon + 1, NULL, 10) <= UINT16_MAX);
}

enum status socket_check_endpoint(const char *endpoint, struct fault *fault) {
  struct sockaddr_un address;
  if (!strncmp(endpoint, "ipc://", 6)) {
    if (strlen(endpoint + 6) < sizeof address.sun_path) return STATUS_OK;
    return fault_set(fault, STATUS_USAGE, "%s: the path is longer than a socket's may be (%zu bytes)", endpoint,
                     sizeof address.sun_path - 1);
  }
  if (!strncmp(endpoint, "tcp://", 6) && !has_port(endpoint + 6))
    return fault_set(fault, STATUS_USAGE, "%s: expected a port, as in tcp://HOST:7420", endpoint);
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

static bool is_remote(const char *endpoint) {
  return !strncmp(endpoint, "tcp://", 6);
}

static bool set_bytes(void *socket, int option, const void *bytes, size_t size) {
  return !zmq_setsockopt(socket, option, bytes, size);
}

static enum status check_security(const char *endpoint, const struct socket_security *security, bool connects,
                                  struct fault *fault) {
  if (!is_remote(endpoint)) return STATUS_OK;
  bool keys = security && security->own && (!connects || security->broker);
  if (security && security->insecure && (security->own || security->broker))
    return fault_set(fault, STATUS_USAGE, "%s: keys and insecure exclude each other", endpoint);
  if (keys || (security && security->insecure)) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE,
                   "%s: tcp:// needs keys (%s; assay keygen makes them), or --insecure where everyone who reaches the "
                   "network may come",
                   endpoint, connects ? "--key and --broker-key" : "--key and --allow");
}

/* The options hold for what is bound next: one socket may listen with keys at tcp:// and without elsewhere. libzmq asks
 * who may come in (ZAP) wherever there are keys; with a domain it would ask of the others, too. */
static bool secure_listener(void *socket, const char *endpoint, const struct socket_security *security) {
  if (!is_remote(endpoint) || !security->own) return set_int(socket, ZMQ_CURVE_SERVER, 0);
  return set_int(socket, ZMQ_CURVE_SERVER, 1) &&
         set_bytes(socket, ZMQ_CURVE_SECRETKEY, security->own->secret, KEY_BYTES);
}

enum status socket_bind(void *socket, const char *endpoint, const struct socket_security *security,
                        struct fault *fault) {
  enum status status = socket_check_endpoint(endpoint, fault);
  if (!status) status = check_security(endpoint, security, false, fault);
  if (status) return status;
  if (!secure_listener(socket, endpoint, security))
    return fault_set(fault, STATUS_INTERNAL, "%s: libzmq does not take the key: %s", endpoint, zmq_strerror(errno));
  if (!zmq_bind(socket, endpoint)) return STATUS_OK;
  status = errno == EINVAL ? STATUS_USAGE : STATUS_UNAVAILABLE;
  const char *why = errno == ENODEV || errno == EADDRNOTAVAIL ? "no address of this machine" : zmq_strerror(errno);
  return fault_set(fault, status, "cannot listen at %s: %s", endpoint, why);
}

void socket_endpoint(void *socket, const char *endpoint, char actual[SOCKET_ENDPOINT_MAX]) {
  char bound[SOCKET_ENDPOINT_MAX];
  size_t size = sizeof bound;
  const char *colon = strrchr(endpoint, ':'), *port = colon ? colon + 1 : "", *got = NULL;
  bool any = is_remote(endpoint) && (!strcmp(port, "*") || !strcmp(port, "0"));
  /* libzmq would write an address of IPv4 as one of IPv6. */
  if (any && !zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, bound, &size)) got = strrchr(bound, ':');
  if (got)
    snprintf(actual, SOCKET_ENDPOINT_MAX, "%.*s%s", (int)(colon - endpoint), endpoint, got);
  else
    snprintf(actual, SOCKET_ENDPOINT_MAX, "%s", endpoint);
}

static bool secure_connection(void *socket, const char *endpoint, const struct socket_security *security) {
  if (!is_remote(endpoint) || !security->own) return true;
  return set_bytes(socket, ZMQ_CURVE_SERVERKEY, security->broker, KEY_BYTES) &&
         set_bytes(socket, ZMQ_CURVE_PUBLICKEY, security->own->public_key, KEY_BYTES) &&
         set_bytes(socket, ZMQ_CURVE_SECRETKEY, security->own->secret, KEY_BYTES);
}

static enum status connect_to(void *context, void *socket, const char *endpoint, const struct socket_security *security,
                              void **monitor, struct fault *fault) {
  enum {
    REFUSALS =
        ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
  };
  if (!secure_connection(socket, endpoint, security))
    return fault_set(fault, STATUS_INTERNAL, "%s: libzmq does not take the keys: %s", endpoint, zmq_strerror(errno));
  if (monitor && is_remote(endpoint)) {
    enum status status = socket_monitor(context, socket, REFUSALS, monitor, fault);
    if (status) return status;
  }
  if (!zmq_connect(socket, endpoint)) return STATUS_OK;
  enum status status = errno == EINVAL ? STATUS_USAGE : STATUS_UNAVAILABLE;
  return fault_set(fault, status, "cannot connect to %s: %s", endpoint, zmq_strerror(errno));
}

enum status socket_dealer(void *context, const char *endpoint, const struct ipc_times *times,
                          const struct socket_security *security, void **socket, void **monitor, struct fault *fault) {
  *socket = NULL;
  if (monitor) *monitor = NULL;
  enum status status = socket_check_endpoint(endpoint, fault);
  if (!status) status = check_security(endpoint, security, true, fault);
  if (!status) status = set_up(context, ZMQ_DEALER, socket, fault);
  if (status) return status;
  set_int(*socket, ZMQ_RECONNECT_IVL, RECONNECT_MS);
  set_int(*socket, ZMQ_RECONNECT_IVL_MAX, times->reconnect_max_ms);
  status = connect_to(context, *socket, endpoint, security, monitor, fault);
  if (!status) return STATUS_OK;
  socket_close(*socket);
  if (monitor) socket_close(*monitor);
  *socket = NULL;
  if (monitor) *monitor = NULL;
  return status;
}

void socket_close(void *socket) {
  if (!socket) return;
  /* An event that no one reads any more would block libzmq's own thread. */
  zmq_socket_monitor(socket, NULL, 0);
  zmq_close(socket);
}

/* --- Monitors --- */

enum status socket_monitor(void *context, void *socket, int events, void **monitor, struct fault *fault) {
  static atomic_uint count;
  char name[64];
  snprintf(name, sizeof name, "inproc://assay-monitor-%u", atomic_fetch_add(&count, 1));
  *monitor = NULL;
  if (!zmq_socket_monitor(socket, name, events)) *monitor = zmq_socket(context, ZMQ_PAIR);
  if (*monitor && set_int(*monitor, ZMQ_LINGER, 0) && !zmq_connect(*monitor, name)) return STATUS_OK;
  enum status status = fault_set(fault, STATUS_INTERNAL, "cannot watch a socket: %s", zmq_strerror(errno));
  socket_close(*monitor);
  *monitor = NULL;
  return status;
}

bool socket_event(void *monitor, int *event, int *value) {
  uint8_t bytes[6] = {0};
  int size;
  /* The second frame, the address, is told elsewhere. */
  while ((size = zmq_recv(monitor, bytes, sizeof bytes, ZMQ_DONTWAIT)) < 0 && errno == EINTR) {
  }
  if (size < 0) return false;
  zmq_recv(monitor, NULL, 0, ZMQ_DONTWAIT);
  uint16_t number;
  uint32_t detail;
  memcpy(&number, bytes, sizeof number);
  memcpy(&detail, bytes + sizeof number, sizeof detail);
  *event = number;
  *value = (int)detail;
  return true;
}
