#include "ipc/inflow.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

/* What a frame takes on the wire besides its bytes, at most: 9 bytes of ZMTP, 33 of CURVE (RFC 23, 26). Too much is
 * made good when all has been read. */
enum { FRAME_BYTES = 48 };

/* One by its descriptor. */
struct connection {
  bool open;
  uint64_t cookie; /* of its socket: the descriptor may be another's by now */
  int64_t read, left;
};

struct inflow {
  pthread_mutex_t mutex;
  struct connection *connections;
  size_t room, count; /* count: that are open */
  int64_t one, all;
};

enum status inflow_open(struct inflow **opened, struct fault *fault) {
  struct inflow *inflow = calloc(1, sizeof *inflow);
  *opened = inflow;
  if (!inflow) return fault_set(fault, STATUS_MEMORY, "out of memory");
  pthread_mutex_init(&inflow->mutex, NULL);
  inflow->one = INFLOW_ONE;
  inflow->all = INFLOW_ALL;
  return STATUS_OK;
}

void inflow_close(struct inflow *inflow) {
  if (!inflow) return;
  pthread_mutex_destroy(&inflow->mutex);
  free(inflow->connections);
  free(inflow);
}

void inflow_set_limits(struct inflow *inflow, int64_t one, int64_t all) {
  pthread_mutex_lock(&inflow->mutex);
  inflow->one = one;
  inflow->all = all;
  pthread_mutex_unlock(&inflow->mutex);
}

static bool make_room(struct inflow *inflow, size_t index) {
  if (index < inflow->room) return true;
  const size_t room = 2 * index + 64;
  struct connection *more = realloc(inflow->connections, room * sizeof *more);
  if (!more) return false;
  for (size_t i = inflow->room; i < room; i++) more[i] = (struct connection){0};
  inflow->connections = more;
  inflow->room = room;
  return true;
}

/* False: it is none of tcp://, or not open any more. */
static bool count_received(int descriptor, uint64_t *cookie, int64_t *bytes) {
  struct tcp_info info = {0};
  socklen_t size = sizeof info, cookie_size = sizeof *cookie;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) ||
      getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, cookie, &cookie_size))
    return false;
  *bytes = (int64_t)info.tcpi_bytes_received;
  return true;
}

static void set(struct inflow *inflow, size_t index, const struct connection *connection) {
  inflow->count += connection->open;
  inflow->count -= inflow->connections[index].open;
  inflow->connections[index] = *connection;
}

void inflow_came(struct inflow *inflow, int descriptor) {
  struct connection connection = {.open = true};
  int64_t unused;
  if (!count_received(descriptor, &connection.cookie, &unused)) return;
  pthread_mutex_lock(&inflow->mutex);
  if (make_room(inflow, (size_t)descriptor)) {
    /* Its first frames may have been read before it was told of. */
    const struct connection *before = &inflow->connections[descriptor];
    if (!before->open) connection.read = before->read;
    set(inflow, (size_t)descriptor, &connection);
  }
  pthread_mutex_unlock(&inflow->mutex);
}

void inflow_went(struct inflow *inflow, int descriptor) {
  const struct connection none = {.open = false};
  pthread_mutex_lock(&inflow->mutex);
  if (descriptor >= 0 && (size_t)descriptor < inflow->room) set(inflow, (size_t)descriptor, &none);
  pthread_mutex_unlock(&inflow->mutex);
}

void inflow_read(struct inflow *inflow, int descriptor, size_t bytes, size_t frames) {
  if (descriptor < 0) return;
  pthread_mutex_lock(&inflow->mutex);
  if (make_room(inflow, (size_t)descriptor))
    inflow->connections[descriptor].read += (int64_t)bytes + FRAME_BYTES * (int64_t)frames;
  pthread_mutex_unlock(&inflow->mutex);
}

static int64_t measure(struct inflow *inflow) {
  const struct connection none = {.open = false};
  int64_t all = 0;
  for (size_t i = 0; i < inflow->room; i++) {
    struct connection *connection = &inflow->connections[i];
    uint64_t cookie;
    int64_t received;
    if (!connection->open) continue;
    if (!count_received((int)i, &cookie, &received) || cookie != connection->cookie) {
      set(inflow, i, &none);
      continue;
    }
    if (connection->read > received) connection->read = received;
    connection->left = received - connection->read;
    all += connection->left;
  }
  return all;
}

static size_t find_fullest(const struct inflow *inflow) {
  size_t fullest = 0;
  for (size_t i = 1; i < inflow->room; i++)
    if (inflow->connections[i].left > inflow->connections[fullest].left) fullest = i;
  return fullest;
}

size_t inflow_look(struct inflow *inflow, void (*ended)(void *context, int descriptor, int64_t bytes), void *context) {
  const struct connection none = {.open = false};
  pthread_mutex_lock(&inflow->mutex);
  for (int64_t all = inflow->count ? measure(inflow) : 0; all > 0;) {
    const size_t fullest = find_fullest(inflow);
    struct connection *connection = &inflow->connections[fullest];
    if (connection->left <= inflow->one && all <= inflow->all) break;
    ended(context, (int)fullest, connection->left);
    shutdown((int)fullest, SHUT_RDWR);
    all -= connection->left;
    set(inflow, fullest, &none);
  }
  const size_t count = inflow->count;
  pthread_mutex_unlock(&inflow->mutex);
  return count;
}
