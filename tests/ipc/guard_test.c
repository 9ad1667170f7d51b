/* The flood gate where its thread comes too late: libzmq has run out of descriptors, and others still wait. */
#include "ipc/clock.h"
#include "ipc/guard.h"
#include "ipc/socket.h"
#include "tests/ipc/wire.h"
#include "tests/support.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

enum { LIMIT = 400, FLOOD = 1000, WATCHED_MS = 1000, BUSY_PERCENT = 20, HANDSHAKE_MS = 300000, PATIENCE_MS = 60000 };

struct place {
  void *context, *socket;
  struct guard *guard;
  uint16_t port;
  pid_t flood;
};

/* The connections are another process's, with descriptors of its own. */
static pid_t start_flood(uint16_t port) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child) return child;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  for (int i = 0; i < FLOOD; i++)
    if (wire_connect_begin(port) < 0) _exit(1);
  for (;;) pause();
}

static int set_up(void **state) {
  static struct place place;
  struct fault fault = {0};
  char bound[256];
  size_t size = sizeof bound;
  const int patience = HANDSHAKE_MS;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = LIMIT;
  setrlimit(RLIMIT_NOFILE, &limit);
  assert_int_equal(socket_context_open(&place.context, &fault), STATUS_OK);
  assert_int_equal(guard_open(place.context, NULL, &place.guard, &fault), STATUS_OK);
  assert_int_equal(socket_router(place.context, &place.socket, &fault), STATUS_OK);
  assert_int_equal(guard_watch(place.guard, place.socket, &fault), STATUS_OK);
  zmq_setsockopt(place.socket, ZMQ_HANDSHAKE_IVL, &patience, sizeof patience);
  const struct socket_security open = {.insecure = true};
  assert_int_equal(socket_bind(place.socket, "tcp://127.0.0.1:*", &open, &fault), STATUS_OK);
  assert_int_equal(zmq_getsockopt(place.socket, ZMQ_LAST_ENDPOINT, bound, &size), 0);
  place.port = (uint16_t)strtoul(strrchr(bound, ':') + 1, NULL, 10);
  place.flood = start_flood(place.port);
  *state = &place;
  return 0;
}

static void end_flood(struct place *place) {
  if (place->flood > 0) {
    kill(place->flood, SIGKILL);
    waitpid(place->flood, NULL, 0);
  }
  place->flood = 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  end_flood(place);
  socket_close(place->socket);
  guard_close(place->guard);
  socket_context_close(place->context);
  return 0;
}

static long used_ms(void) {
  struct timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return (long)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

static void await(const struct place *place, bool (*holds)(const struct place *), const char *what) {
  for (int64_t until = clock_ms() + PATIENCE_MS; !holds(place); poll(NULL, 0, 10))
    if (clock_ms() > until) fail_msg("waited in vain: %s", what);
}

static bool no_descriptor_is_left(const struct place *place) {
  (void)place;
  int file = dup(STDERR_FILENO);
  if (file >= 0) close(file);
  return file < 0;
}

static bool doors_are_closed(const struct place *place) {
  return guard_figures(place->guard).closed && !no_descriptor_is_left(place);
}

static bool a_newcomer_is_taken(const struct place *place) {
  int64_t before = guard_figures(place->guard).accepted;
  int file = wire_connect(place->port);
  poll(NULL, 0, 10);
  close(file);
  return guard_figures(place->guard).accepted > before;
}

/* libzmq has run out before the guard looks: it spins until then. */
static void who_looks_too_late_still_frees_the_processor_and_descriptors(void **state) {
  struct place *place = *state;
  struct fault fault = {0};
  await(place, no_descriptor_is_left, "the flood to use up the descriptors");
  assert_int_equal(guard_start(place->guard, &fault), STATUS_OK);
  await(place, doors_are_closed, "the doors to be closed, with a descriptor left");
  long before = used_ms();
  int64_t began = clock_ms();
  poll(NULL, 0, WATCHED_MS);
  int64_t took = clock_ms() - began;
  long used = used_ms() - before;
  print_message("%ld ms of processor in %lld ms\n", used, (long long)took);
  assert_true(used * 100 < BUSY_PERCENT * took);
  assert_int_equal(guard_figures(place->guard).closed, 1);
  end_flood(place);
  await(place, a_newcomer_is_taken, "the doors to open again");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(who_looks_too_late_still_frees_the_processor_and_descriptors, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
