/* A flood of connections that say nothing, against `assay serve` with a limit of descriptors: those who are connected
 * are served, the processor is left alone, and when it is over others can come again. With ASSAY_TEST_ALL also 10,000
 * connections at once, below the limit. */
#include "ipc/client.h"
#include "ipc/clock.h"
#include "ipc/curve.h"
#include "tests/cli/program.h"
#include "tests/ipc/wire.h"
#include "tests/support.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { WATCHED_MS = 2000, QUEUE = 50 };

struct place {
  char *folder, *data, *fifo, *key;
  struct curve_key mine;
  unsigned char broker[KEY_BYTES];
  struct socket_security security;
  char endpoint[128], http[128];
  uint16_t port;
  pid_t serve;
  void *context;
  struct client *client;
  int *flood;
  size_t count;
};

static void start(struct place *place, int limit) {
  struct fault fault = {0};
  char line[1024], number[16];
  snprintf(number, sizeof number, "%d", limit);
  assert_int_equal(mkfifo(place->fifo, 0600), 0);
  const struct program_how how = {.out = place->fifo, .program = "/bin/sh"};
  char *err = support_text("%s/serve.err", place->folder);
  place->serve = program_start_how(&how,
                                   (const char *const[]){"-c", "ulimit -n $1; shift; exec \"$@\"", "sh", number,
                                                         ASSAY_PROGRAM, "serve", "--json", "--data", place->data,
                                                         "--listen", "tcp://127.0.0.1:*", "--metrics", "0", NULL},
                                   err);
  FILE *said = fopen(place->fifo, "r");
  assert_non_null(said);
  assert_non_null(fgets(line, sizeof line, said));
  fclose(said);
  free(err);
  json_t *json = json_loads(line, 0, NULL);
  const char *endpoint = json_string_value(json_array_get(json_object_get(json, "listening"), 0));
  snprintf(place->endpoint, sizeof place->endpoint, "%s", endpoint);
  snprintf(place->http, sizeof place->http, "%s", json_string_value(json_object_get(json, "http")));
  const char *key = json_string_value(json_object_get(json, "key"));
  assert_int_equal(curve_public_read(key, place->broker, &fault), STATUS_OK);
  place->port = (uint16_t)strtoul(strrchr(place->endpoint, ':') + 1, NULL, 10);
  json_decref(json);
}

static int set_up(void **state) {
  struct fault fault = {0};
  struct place *place = calloc(1, sizeof *place);
  assert_non_null(place);
  place->folder = support_folder();
  place->data = support_text("%s/data", place->folder);
  place->fifo = support_text("%s/listening", place->folder);
  place->key = support_text("%s/key", place->folder);
  mkdir(place->data, 0777);
  assert_int_equal(curve_key_make(&place->mine, &fault), STATUS_OK);
  char *list = support_text("%s/allow", place->data),
       *line = support_text("client curve25519-public %s test\n", place->mine.public_text);
  support_write(list, line, strlen(line));
  free(list);
  free(line);
  place->security = (struct socket_security){.own = &place->mine, .broker = place->broker};
  assert_int_equal(socket_context_open(&place->context, &fault), STATUS_OK);
  *state = place;
  return 0;
}

static void end_flood(struct place *place) {
  for (size_t i = 0; i < place->count; i++) close(place->flood[i]);
  free(place->flood);
  place->flood = NULL;
  place->count = 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  client_close(place->client);
  socket_context_close(place->context);
  end_flood(place);
  kill(place->serve, SIGTERM);
  assert_int_equal(program_wait(place->serve), 0);
  support_remove(place->folder);
  free(place->data);
  free(place->fifo);
  free(place->key);
  free(place);
  return 0;
}

static void ask(struct client *client) {
  struct fault fault = {0};
  json_t *answer = NULL;
  if (client_status(client, NULL, &answer, &fault)) fail_msg("%s", fault.text);
  json_decref(answer);
}

static struct client *connect_client(struct place *place) {
  struct client *client;
  struct fault fault = {0};
  const struct client_options options = {.context = place->context,
                                         .endpoint = place->endpoint,
                                         .security = &place->security,
                                         .connect_ms = 30000,
                                         .stop_fd = -1};
  assert_int_equal(client_open(&options, &client, &fault), STATUS_OK);
  ask(client);
  return client;
}

static double figure(const struct place *place, const char *name) {
  char *request = support_text("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), answer[65536];
  int file = wire_connect((uint16_t)strtoul(strrchr(place->http, ':') + 1, NULL, 10));
  wire_send(file, request, strlen(request));
  size_t size = 0;
  for (ssize_t got; (got = read(file, answer + size, sizeof answer - 1 - size)) > 0;) size += (size_t)got;
  answer[size] = 0;
  close(file);
  free(request);
  char *wanted = support_text("\n%s ", name), *at = strstr(answer, wanted);
  assert_non_null(at);
  double value = strtod(at + strlen(wanted), NULL);
  free(wanted);
  return value;
}

/* Waits until it has grown to that; fails after a minute. On a busy machine connections come in slowly. */
static void await_figure(const struct place *place, const char *name, double least) {
  for (int64_t until = clock_ms() + 60000; figure(place, name) < least;) {
    if (clock_ms() > until) fail_msg("%s is %g, expected at least %g", name, figure(place, name), least);
    poll(NULL, 0, 50);
  }
}

/* `taken`: no faster than they are taken, as the queue of those that are not yet is short; else what is not let in
 * stays on its way. */
static void flood(struct place *place, size_t count, bool taken) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  place->flood = calloc(count, sizeof *place->flood);
  assert_non_null(place->flood);
  for (; place->count < count; place->count++) {
    int file = wire_connect_begin(place->port);
    if (file < 0) fail_msg("socket %zu: %s", place->count, strerror(errno));
    place->flood[place->count] = file;
    if (taken && place->count % QUEUE == 0) await_figure(place, "assay_connections_total", (double)place->count);
  }
}

/* Processor time that the service has used, in ms. */
static long used_ms(const struct place *place) {
  char *path = support_text("/proc/%ld/stat", (long)place->serve), *text = program_read(path, NULL);
  unsigned long user = 0, system = 0;
  /* The name, in parentheses, may hold anything. */
  assert_int_equal(
      sscanf(strrchr(text, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system), 2);
  free(path);
  free(text);
  return (long)((user + system) * 1000 / (unsigned long)sysconf(_SC_CLK_TCK));
}

static void watch(struct place *place, const char *what, int busy_percent) {
  long before = used_ms(place);
  int64_t began = clock_ms();
  const struct timespec while_ = {.tv_sec = WATCHED_MS / 1000};
  nanosleep(&while_, NULL);
  int64_t took = clock_ms() - began;
  long used = used_ms(place) - before;
  print_message("%s: %ld ms of processor in %lld ms\n", what, used, (long long)took);
  assert_true(used * 100 < busy_percent * took);
  ask(place->client);
}

static void a_flood_beyond_the_descriptors_leaves_the_others_and_the_processor_alone(void **state) {
  struct place *place = *state;
  start(place, 400);
  place->client = connect_client(place);
  flood(place, 1000, false);
  ask(place->client);
  await_figure(place, "assay_doors_closed_total", 1);
  watch(place, "1,000 half-open connections, 400 descriptors", 10);
  end_flood(place);
  client_close(connect_client(place));
}

static void ten_thousand_half_open_connections_leave_the_others_alone(void **state) {
  struct place *place = *state;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  start(place, (int)limit.rlim_max);
  place->client = connect_client(place);
  size_t many = getenv("ASSAY_TEST_ALL") ? 10000 : 2000;
  flood(place, many, true);
  char *what = support_text("%zu half-open connections", many);
  watch(place, what, 40);
  free(what);
  await_figure(place, "assay_connections_total", (double)(many - QUEUE));
  client_close(connect_client(place));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_flood_beyond_the_descriptors_leaves_the_others_and_the_processor_alone),
      TEST(ten_thousand_half_open_connections_leave_the_others_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
