#include "ipc/guard.h"

#include "ipc/clock.h"
#include "ipc/events.h"
#include "ipc/inflow.h"
#include "ipc/socket.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

enum {
  DOORS = 4,
  LISTENERS = 16,
  QUEUED = SOCKET_BACKLOG + 1, /* that the kernel keeps for a listener */
  SPARE = 32,                  /* for the store and for photos, where libzmq has taken all there were */
  RESERVE = SPARE + LISTENERS * QUEUED,
  ZAP_FRAMES = 7,
  LOOK_AGAIN_MS = 250,
  TOLD_A_SECOND = 5
};

struct guard {
  struct allow_list *allow;
  void *context, *zap;
  void *doors[DOORS]; /* monitors */
  size_t door_count;
  int listeners[LISTENERS];
  size_t listener_count;
  int stop_fd, most, threshold; /* descriptors that there may be, and from which on the doors are closed */
  int reserve[RESERVE];         /* descriptors held so that they can be let go */
  size_t held;
  bool shut;
  int64_t second;
  int told;
  pthread_t thread;
  bool started;
  struct inflow *inflow;
  size_t connections; /* that it looks at */
  atomic_llong accepted, refused, broken_off, closed, ended;
};

/* --- The flood gate --- */

static void set_filter(const struct guard *guard, bool shut) {
  struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
  const struct sock_fprog program = {.len = 1, .filter = &none};
  const int unused = 0;
  for (size_t i = 0; i < guard->listener_count; i++) {
    if (shut)
      setsockopt(guard->listeners[i], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    else
      setsockopt(guard->listeners[i], SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
  }
}

/* Who waits in a listener's queue when the doors are closed is taken all the same: for them, a reserve is let go where
 * libzmq finds no descriptor. Without one its thread would spin until handshakes have run out. */
static size_t reserve_wanted(const struct guard *guard) {
  size_t listeners = guard->listener_count > guard->door_count ? guard->listener_count : guard->door_count;
  size_t wanted = SPARE + listeners * QUEUED, most = (size_t)guard->most / 3;
  return wanted < most ? wanted : most;
}

static void hold_reserve(struct guard *guard) {
  for (size_t wanted = reserve_wanted(guard); guard->held < wanted; guard->held++)
    if ((guard->reserve[guard->held] = fcntl(guard->stop_fd, F_DUPFD_CLOEXEC, 0)) < 0) return;
}

static void let_reserve_go(struct guard *guard) {
  while (guard->held) close(guard->reserve[--guard->held]);
}

/* INT_MAX where they cannot be counted, as none is left for the folder. */
static int count_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  int count = 0;
  if (!folder) return INT_MAX;
  while (readdir(folder)) count++;
  closedir(folder);
  return count - 3; /* . and .., and the folder's own */
}

static void shut_doors(struct guard *guard) {
  if (guard->shut || !guard->listener_count) return;
  guard->shut = true;
  set_filter(guard, true);
  atomic_fetch_add(&guard->closed, 1);
  EVENT(EVENT_WARNING, "doors_closed",
        json_pack("{s:s, s:i}", "cause", "too many connections; those who are connected stay", "descriptors",
                  guard->threshold));
}

static void look_at_doors(struct guard *guard) {
  if (!guard->shut) return;
  int missing = (int)(reserve_wanted(guard) - guard->held);
  if (count_descriptors() > guard->threshold - guard->threshold / 8 - missing) return;
  guard->shut = false;
  hold_reserve(guard);
  set_filter(guard, false);
  EVENT(EVENT_INFO, "doors_opened", json_object());
}

static void find_threshold(struct guard *guard) {
  struct rlimit limit = {1024, 1024};
  getrlimit(RLIMIT_NOFILE, &limit);
  guard->most = limit.rlim_cur > 1 << 30 ? 1 << 30 : (int)limit.rlim_cur;
  /* The rest is for what comes while we wake up, for the store and for photos. */
  guard->threshold = guard->most - (guard->most / 4 > 2000 ? 2000 : guard->most / 4);
}

static bool may_tell(struct guard *guard) {
  int64_t second = clock_ms() / 1000;
  if (second != guard->second) guard->told = 0;
  guard->second = second;
  return guard->told++ < TOLD_A_SECOND;
}

static void tell_failed(int event, int value) {
  const char *cause = event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL         ? "broken off, or nothing said in time"
                      : value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH ? "without a key"
                      : value == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC      ? "for another broker's key"
                                                                            : "not ZeroMQ as it is spoken here";
  EVENT(EVENT_WARNING, "handshake_failed", json_pack("{s:s, s:i}", "cause", cause, "code", value));
}

static void take_events(struct guard *guard, void *door) {
  int event, value;
  while (socket_event(door, &event, &value)) {
    switch (event) {
    case ZMQ_EVENT_LISTENING:
      if (guard->listener_count < LISTENERS) guard->listeners[guard->listener_count++] = value;
      hold_reserve(guard);
      break;
    case ZMQ_EVENT_ACCEPTED:
      atomic_fetch_add(&guard->accepted, 1);
      inflow_came(guard->inflow, value);
      /* Descriptors are given out from the lowest that is free. */
      if (value >= guard->threshold) shut_doors(guard);
      break;
    case ZMQ_EVENT_ACCEPT_FAILED:
      shut_doors(guard);
      let_reserve_go(guard);
      break;
    case ZMQ_EVENT_DISCONNECTED:
      inflow_went(guard->inflow, value);
      break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
      break; /* counted where it was refused */
    default:
      atomic_fetch_add(&guard->broken_off, 1);
      if (may_tell(guard)) tell_failed(event, value);
      break;
    }
  }
}

/* --- ZAP --- */

static void reply(struct guard *guard, const zmq_msg_t *request, const char *code, const char *text, const char *user) {
  zmq_msg_t *id = (zmq_msg_t *)(uintptr_t)request;
  zmq_send(guard->zap, "1.0", 3, ZMQ_SNDMORE);
  zmq_send(guard->zap, zmq_msg_data(id), zmq_msg_size(id), ZMQ_SNDMORE);
  zmq_send(guard->zap, code, strlen(code), ZMQ_SNDMORE);
  zmq_send(guard->zap, text, strlen(text), ZMQ_SNDMORE);
  zmq_send(guard->zap, user, strlen(user), ZMQ_SNDMORE);
  zmq_send(guard->zap, "", 0, 0);
}

static void refuse(struct guard *guard, zmq_msg_t *frames, const char *key) {
  atomic_fetch_add(&guard->refused, 1);
  if (may_tell(guard))
    EVENT(EVENT_WARNING, "key_refused",
          json_pack("{s:s%, s:s}", "address", zmq_msg_data(&frames[3]), zmq_msg_size(&frames[3]), "key", key));
  reply(guard, &frames[1], "400", "this key is not in the allow-list", "");
}

/* version, request id, domain, address, routing id, mechanism, the key. */
static void decide(struct guard *guard, zmq_msg_t *frames) {
  struct allow_entry entry;
  char key[KEY_TEXT_CHARS + 1] = "";
  bool curve = zmq_msg_size(&frames[5]) == 5 && !memcmp(zmq_msg_data(&frames[5]), "CURVE", 5) &&
               zmq_msg_size(&frames[6]) == KEY_BYTES;
  if (curve) key_encode(zmq_msg_data(&frames[6]), key);
  if (curve && allow_list_find(guard->allow, zmq_msg_data(&frames[6]), &entry))
    reply(guard, &frames[1], "200", "OK", key);
  else
    refuse(guard, frames, key);
}

static void answer_zap(struct guard *guard) {
  zmq_msg_t frames[ZAP_FRAMES];
  for (;;) {
    int count = 0;
    bool more = true;
    for (; more && count < ZAP_FRAMES; count++) {
      zmq_msg_init(&frames[count]);
      if (zmq_msg_recv(&frames[count], guard->zap, ZMQ_DONTWAIT) < 0) break;
      more = zmq_msg_more(&frames[count]);
    }
    if (!count || more) {
      for (int i = 0; i < count; i++) zmq_msg_close(&frames[i]);
      return;
    }
    if (count == ZAP_FRAMES) decide(guard, frames);
    for (int i = 0; i < count; i++) zmq_msg_close(&frames[i]);
  }
}

/* --- Who sends more than is read --- */

static void tell_ended(void *context, int descriptor, int64_t bytes) {
  struct guard *guard = context;
  char address[INET6_ADDRSTRLEN] = "";
  struct sockaddr_in6 peer = {0};
  socklen_t size = sizeof peer;
  atomic_fetch_add(&guard->ended, 1);
  if (!getpeername(descriptor, (struct sockaddr *)&peer, &size) && peer.sin6_family == AF_INET6)
    inet_ntop(AF_INET6, &peer.sin6_addr, address, sizeof address);
  EVENT(EVENT_WARNING, "connection_ended",
        json_pack("{s:s, s:s, s:I}", "cause", "it sent more than could be read", "address", address, "bytes",
                  (json_int_t)bytes));
}

void guard_read(struct guard *guard, int descriptor, size_t bytes, size_t frames) {
  inflow_read(guard->inflow, descriptor, bytes, frames);
}

void guard_set_limits(struct guard *guard, int64_t one, int64_t all) {
  inflow_set_limits(guard->inflow, one, all);
}

/* --- The thread --- */

static void *watch_doors(void *argument) {
  struct guard *guard = argument;
  zmq_pollitem_t items[DOORS + 2] = {{.fd = guard->stop_fd, .events = ZMQ_POLLIN}};
  int count = 1;
  for (size_t i = 0; i < guard->door_count; i++)
    items[count++] = (zmq_pollitem_t){.socket = guard->doors[i], .events = ZMQ_POLLIN};
  if (guard->zap) items[count++] = (zmq_pollitem_t){.socket = guard->zap, .events = ZMQ_POLLIN};
  for (;;) {
    if (zmq_poll(items, count, guard->shut || guard->connections ? LOOK_AGAIN_MS : -1) < 0 && errno != EINTR) break;
    if (items[0].revents) break;
    for (size_t i = 0; i < guard->door_count; i++) take_events(guard, guard->doors[i]);
    if (guard->zap) answer_zap(guard);
    look_at_doors(guard);
    guard->connections = inflow_look(guard->inflow, tell_ended, guard);
  }
  return NULL;
}

enum status guard_open(void *context, struct allow_list *allow, struct guard **opened, struct fault *fault) {
  *opened = NULL;
  struct guard *guard = calloc(1, sizeof *guard);
  if (!guard) return fault_set(fault, STATUS_MEMORY, "out of memory");
  guard->context = context;
  guard->allow = allow;
  guard->stop_fd = eventfd(0, EFD_CLOEXEC);
  find_threshold(guard);
  enum status status = inflow_open(&guard->inflow, fault);
  if (!status && guard->stop_fd < 0)
    status = fault_set(fault, STATUS_INTERNAL, "cannot make an eventfd: %s", strerror(errno));
  if (!status && allow) {
    guard->zap = zmq_socket(context, ZMQ_REP);
    const int none = 0;
    if (!guard->zap || zmq_setsockopt(guard->zap, ZMQ_LINGER, &none, sizeof none) ||
        zmq_bind(guard->zap, "inproc://zeromq.zap.01"))
      status = fault_set(fault, STATUS_INTERNAL, "cannot answer for keys: %s", zmq_strerror(errno));
  }
  if (status) {
    guard_close(guard);
    return status;
  }
  *opened = guard;
  return STATUS_OK;
}

enum status guard_watch(struct guard *guard, void *socket, struct fault *fault) {
  enum {
    EVENTS = ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
             ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_DISCONNECTED
  };
  if (guard->door_count == DOORS) return fault_set(fault, STATUS_LIMIT, "more than %d sockets to guard", DOORS);
  enum status status = socket_monitor(guard->context, socket, EVENTS, &guard->doors[guard->door_count++], fault);
  if (!status) hold_reserve(guard);
  return status;
}

enum status guard_start(struct guard *guard, struct fault *fault) {
  int code = pthread_create(&guard->thread, NULL, watch_doors, guard);
  if (code) return fault_set(fault, STATUS_INTERNAL, "cannot start a thread: %s", strerror(code));
  guard->started = true;
  return STATUS_OK;
}

void guard_close(struct guard *guard) {
  if (!guard) return;
  uint64_t one = 1;
  while (guard->started && write(guard->stop_fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
  if (guard->started) pthread_join(guard->thread, NULL);
  for (size_t i = 0; i < guard->door_count; i++) socket_close(guard->doors[i]);
  socket_close(guard->zap);
  let_reserve_go(guard);
  if (guard->stop_fd >= 0) close(guard->stop_fd);
  inflow_close(guard->inflow);
  free(guard);
}

struct guard_figures guard_figures(const struct guard *guard) {
  if (!guard) return (struct guard_figures){0};
  return (struct guard_figures){.accepted = atomic_load(&guard->accepted),
                                .refused = atomic_load(&guard->refused),
                                .broken_off = atomic_load(&guard->broken_off),
                                .closed = atomic_load(&guard->closed),
                                .ended = atomic_load(&guard->ended)};
}
