/* What a supervisor sees of `assay serve`: that it is ready, that it lives, its health and its figures. */
#include "tests/cli/program.h"
#include "tests/ipc/wire.h"
#include "tests/support.h"

#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
  char *folder, *data, *fifo, *err;
  int notified;
  uint16_t port;
  pid_t serve;
};

static int set_up(void **state) {
  struct place *place = calloc(1, sizeof *place);
  assert_non_null(place);
  place->folder = support_folder();
  place->data = support_text("%s/data", place->folder);
  place->fifo = support_text("%s/listening", place->folder);
  place->err = support_text("%s/err", place->folder);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", place->folder);
  place->notified = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(place->notified, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(mkfifo(place->fifo, 0600), 0);
  char *variable = support_text("NOTIFY_SOCKET=%s", address.sun_path), line[1024];
  const struct program_how how = {.out = place->fifo, .environment = variable};
  place->serve = program_start_how(
      &how, (const char *const[]){"serve", "--json", "--data", place->data, "--metrics", "0", "--log", "none", NULL},
      place->err);
  FILE *said = fopen(place->fifo, "r");
  assert_non_null(said);
  assert_non_null(fgets(line, sizeof line, said));
  fclose(said);
  json_t *json = json_loads(line, 0, NULL);
  const char *http = json_string_value(json_object_get(json, "http"));
  assert_non_null(http);
  place->port = (uint16_t)strtoul(strrchr(http, ':') + 1, NULL, 10);
  json_decref(json);
  free(variable);
  *state = place;
  return 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  if (place->serve) {
    kill(place->serve, SIGKILL);
    program_wait(place->serve);
  }
  close(place->notified);
  support_remove(place->folder);
  free(place->data);
  free(place->fifo);
  free(place->err);
  free(place);
  return 0;
}

/* Reads what the supervisor is told until it is this. */
static void await(const struct place *place, const char *text) {
  char told[256];
  ssize_t size;
  do {
    size = recv(place->notified, told, sizeof told - 1, 0);
    assert_true(size > 0);
    told[size] = 0;
  } while (strcmp(told, text) != 0);
}

static void a_supervisor_is_told_that_it_is_ready_lives_and_ends(void **state) {
  struct place *place = *state;
  const struct timeval patience = {.tv_sec = 60};
  setsockopt(place->notified, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  await(place, "READY=1");
  await(place, "WATCHDOG=1");
  await(place, "WATCHDOG=1");
  kill(place->serve, SIGTERM);
  await(place, "STOPPING=1");
  assert_int_equal(program_wait(place->serve), 0);
  place->serve = 0;
}

static char *get(const struct place *place, const char *path) {
  char *request = support_text("GET %s HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", path);
  int file = wire_connect(place->port);
  wire_send(file, request, strlen(request));
  char *answer = calloc(1, 65536);
  assert_non_null(answer);
  size_t size = 0;
  for (ssize_t got; (got = read(file, answer + size, 65535 - size)) > 0;) size += (size_t)got;
  close(file);
  free(request);
  return answer;
}

static void its_figures_are_as_prometheus_reads_them(void **state) {
  char *answer = get(*state, "/metrics"), *body = strstr(answer, "\r\n\r\n");
  ASSERT_HAS(answer, "200 OK");
  ASSERT_HAS(answer, "text/plain; version=0.0.4");
  assert_non_null(body);
  int values = 0;
  for (char *line = strtok(body + 4, "\n"); line; line = strtok(NULL, "\n")) {
    if (*line == '#') {
      assert_true(!strncmp(line, "# HELP assay_", 13) || !strncmp(line, "# TYPE assay_", 13));
      continue;
    }
    char *space = strrchr(line, ' '), *end = NULL;
    assert_int_equal(strncmp(line, "assay_", 6), 0);
    assert_non_null(space);
    strtod(space + 1, &end);
    assert_true(end > space + 1 && !*end);
    values++;
  }
  assert_true(values >= 20);
  free(answer);
}

static void its_health_is_told(void **state) {
  char *answer = get(*state, "/health");
  ASSERT_HAS(answer, "200 OK");
  ASSERT_HAS(answer, "\"ok\"");
  free(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_supervisor_is_told_that_it_is_ready_lives_and_ends),
      TEST(its_figures_are_as_prometheus_reads_them),
      TEST(its_health_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
