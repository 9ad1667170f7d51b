#include "tests/fault/wrap.h"

#include "ipc/socket.h"

#include <zmq.h>

WRAP(void *, zmq_ctx_new, (void), (), FAIL(EMFILE, NULL))
WRAP(void *, zmq_socket, (void *context, int type), (context, type), FAIL(EMFILE, NULL))
WRAP(int, zmq_bind, (void *socket, const char *endpoint), (socket, endpoint), FAIL(EADDRINUSE, -1))
WRAP(int, zmq_connect, (void *socket, const char *endpoint), (socket, endpoint), FAIL(EMTHREAD, -1))
WRAP(int, zmq_setsockopt, (void *socket, int option, const void *value, size_t size), (socket, option, value, size),
     FAIL(EINVAL, -1))
WRAP(int, zmq_getsockopt, (void *socket, int option, void *value, size_t *size), (socket, option, value, size),
     FAIL(EINVAL, -1))
/* Only the first frame of a message can be refused. */
int __real_zmq_send(void *socket, const void *bytes, size_t size, int flags);
int __wrap_zmq_send(void *socket, const void *bytes, size_t size, int flags);
int __wrap_zmq_send(void *socket, const void *bytes, size_t size, int flags) {
  static _Thread_local bool within;
  if (!within && inject("zmq_send", __builtin_return_address(0))) FAIL(EAGAIN, -1)
  int sent = __real_zmq_send(socket, bytes, size, flags);
  if (sent >= 0) within = flags & ZMQ_SNDMORE;
  return sent;
}

WRAP(int, zmq_msg_recv, (zmq_msg_t * message, void *socket, int flags), (message, socket, flags), FAIL(EINTR, -1))
WRAP(int, zmq_poll, (zmq_pollitem_t * items, int count, long wait), (items, count, wait), FAIL(EINTR, -1))

/* Silences are short, so that what a fault has cost is soon made good. */
struct ipc_times __wrap_ipc_times_or_default(const struct ipc_times *times);
struct ipc_times __wrap_ipc_times_or_default(const struct ipc_times *times) {
  (void)times;
  return (struct ipc_times){.heartbeat_ms = 100, .silence_ms = 1000, .reconnect_max_ms = 200, .resend_ms = 500};
}
