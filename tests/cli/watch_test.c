/* assay serve tells a drift of the results that arrive: to a subscriber and to a command, within 10 s, once, also when
 * it is killed and started again. */
#include "datasets/production.h"
#include "models/store.h"
#include "models/store_findings.h"
#include "tests/cli/program.h"
#include "tests/support.h"

#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

/* Sanitizers, and what else runs beside the tests, make all slower. */
enum { WITHIN_MS = SLOW_BUILD ? 60000 : 10000, PHOTOS = 100 /* a lot; 20 lots */ };

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- Results into the store, as the broker puts them there --- */

struct feed {
  struct store *store;
  size_t index, from, to; /* results of the season that are stored */
  size_t shifts;          /* how many lines have drifted */
};

/* The first drift begins with the 1000th photo of the season, the second with the 1500th. */
static void drift(const struct feed *feed, struct result *result) {
  static const struct {
    const char *factory, *line;
    size_t from;
  } drifts[] = {{"F1", "A", 1000}, {"F2", "B", 1500}};
  for (size_t i = 0; i < feed->shifts && result->dimension_count; i++)
    if (feed->index >= drifts[i].from && !strcmp(result->job->factory, drifts[i].factory) &&
        !strcmp(result->job->line, drifts[i].line))
      result->dimensions[i].value += 0.12;
}

static enum status store_one(void *context, const struct result *given, struct fault *fault) {
  struct feed *feed = context;
  struct result *result = (struct result *)given;
  if (feed->index >= feed->from && feed->index < feed->to) {
    drift(feed, result);
    struct store_entry entry = {.job = result->job, .position = (int64_t)feed->index, .path = "x"};
    char *line = result_write(result);
    enum store_finished finished;
    assert_non_null(line);
    assert_int_equal(store_accept(feed->store, "00000000000000000000000000000001", "test", &entry, 1, 1, fault),
                     STATUS_OK);
    assert_int_equal(store_finish(feed->store, result->job->id, line, strlen(line), 1, &finished, fault), STATUS_OK);
    assert_int_equal(finished, STORE_STORED);
    free(line);
  }
  feed->index++;
  return STATUS_OK;
}

static void store_results(const char *data, size_t from, size_t to, size_t shifts) {
  struct feed feed = {.from = from, .to = to, .shifts = shifts};
  struct fault fault = {0};
  const struct production_options how = {.seed = 4, .photos = PHOTOS, .in_control = true};
  assert_int_equal(store_open(data, &feed.store, &fault), STATUS_OK);
  assert_int_equal(store_begin(feed.store, &fault), STATUS_OK);
  assert_int_equal(production_make(&how, NULL, store_one, &feed, &fault), STATUS_OK);
  assert_int_equal(store_commit(feed.store, &fault), STATUS_OK);
  store_close(feed.store);
}

/* --- The service --- */

struct service {
  char *folder, *data, *endpoint, *command, *heard;
  void *context, *socket;
  pid_t child;
};

static void begin(struct service *s) {
  s->folder = support_folder();
  s->data = support_text("%s/data", s->folder);
  s->endpoint = support_text("ipc://%s/f", s->folder);
  s->heard = support_text("%s/heard", s->folder);
  s->command = support_text("cat >> %s", s->heard);
  s->context = zmq_ctx_new();
  s->socket = zmq_socket(s->context, ZMQ_SUB);
  const int patience = WITHIN_MS, linger = 0;
  assert_false(zmq_setsockopt(s->socket, ZMQ_SUBSCRIBE, "finding", 7));
  assert_false(zmq_setsockopt(s->socket, ZMQ_RCVTIMEO, &patience, sizeof patience));
  assert_false(zmq_setsockopt(s->socket, ZMQ_LINGER, &linger, sizeof linger));
  assert_false(zmq_connect(s->socket, s->endpoint));
}

static void start(struct service *s) {
  const char *const arguments[] = {"serve",     "--data",       s->data,    "--findings",
                                   s->endpoint, "--on-finding", s->command, NULL};
  s->child = program_start(arguments, "/dev/null", "/dev/null");
}

static void end(struct service *s) {
  assert_false(kill(s->child, SIGTERM));
  program_wait(s->child);
  zmq_close(s->socket);
  zmq_ctx_term(s->context);
  free(s->data);
  free(s->endpoint);
  free(s->command);
  free(s->heard);
  support_remove(s->folder);
}

/* The next finding, which must come within 10 s; the caller ends it. */
static json_t *next_finding(const struct service *s) {
  char text[8192];
  int64_t begun = now_ms();
  int size = zmq_recv(s->socket, text, sizeof text, 0);
  if (size != 7) fail_msg("no finding within %d ms", WITHIN_MS);
  size = zmq_recv(s->socket, text, sizeof text, 0);
  assert_true(now_ms() - begun < WITHIN_MS);
  assert_true(size > 0 && size < (int)sizeof text);
  json_t *json = json_loadb(text, (size_t)size, 0, NULL);
  assert_non_null(json);
  return json;
}

static void is_of(const json_t *finding, const char *factory, const char *name) {
  assert_string_equal(json_string_value(json_object_get(finding, "factory")), factory);
  assert_string_equal(json_string_value(json_object_get(finding, "name")), name);
}

/* Waits until the command has heard so many findings. */
static void command_heard(const struct service *s, int count) {
  int64_t until = now_ms() + WITHIN_MS;
  for (int lines = -1; lines != count;) {
    if (now_ms() > until) fail_msg("the command heard %d findings, not %d", lines, count);
    FILE *file = fopen(s->heard, "r");
    lines = 0;
    for (int c; file && (c = getc(file)) != EOF;) lines += c == '\n';
    if (file) fclose(file);
    usleep(10000);
  }
}

static bool count_one(void *context, int64_t number, const char *line) {
  (void)number, (void)line;
  ++*(int *)context;
  return true;
}

/* Waits until the store knows that all was told: who is killed between telling and noting it tells it again. */
static void telling_is_noted(const struct service *s) {
  int64_t until = now_ms() + WITHIN_MS;
  for (int untold = -1; untold;) {
    struct store *store;
    if (now_ms() > until) fail_msg("%d findings are not noted as told", untold);
    untold = 0;
    assert_int_equal(store_open(s->data, &store, NULL), STATUS_OK);
    assert_int_equal(store_untold(store, count_one, &untold, NULL), STATUS_OK);
    store_close(store);
    usleep(10000);
  }
}

static void each_drift_is_told_once_also_across_a_restart(void **state) {
  (void)state;
  struct service s = {0};
  begin(&s);
  start(&s);
  store_results(s.data, 0, 1000, 0);
  store_results(s.data, 1000, 1400, 1);
  json_t *first = next_finding(&s);
  is_of(first, "F1", "width");
  command_heard(&s, 1);
  telling_is_noted(&s);
  assert_false(kill(s.child, SIGKILL));
  program_wait(s.child);
  start(&s);
  /* The first drift goes on; what is told next is the second one. */
  store_results(s.data, 1400, 1500, 1);
  store_results(s.data, 1500, 2000, 2);
  json_t *second = next_finding(&s);
  is_of(second, "F2", "hole");
  command_heard(&s, 2);
  json_decref(first);
  json_decref(second);
  end(&s);
}

static void what_was_stored_but_not_told_is_told_at_the_start(void **state) {
  (void)state;
  struct service s = {0};
  begin(&s);
  struct store *store;
  bool known;
  const struct store_finding finding = {
      .about = "score", .lower = 1, .upper = 2, .line = "{\"factory\":\"F9\",\"name\":\"x\"}"};
  assert_int_equal(store_open(s.data, &store, NULL), STATUS_OK);
  assert_int_equal(store_add_finding(store, &finding, 1, &known, NULL), STATUS_OK);
  assert_false(known);
  assert_int_equal(store_add_finding(store, &finding, 2, &known, NULL), STATUS_OK);
  assert_true(known);
  store_close(store);
  start(&s);
  json_t *told = next_finding(&s);
  is_of(told, "F9", "x");
  json_decref(told);
  command_heard(&s, 1);
  end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_drift_is_told_once_also_across_a_restart),
      cmocka_unit_test(what_was_stored_but_not_told_is_told_at_the_start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
