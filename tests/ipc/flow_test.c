/* Broker, workers and clients on threads of one process. */
#include "ipc/clock.h"
#include "ipc/local.h"
#include "ipc/message.h"
#include "models/store.h"
#include "tests/ipc/bench.h"
#include "tests/support.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct flow {
  void *context;
  char *folder, *store, *endpoint, *golden, *photos;
  char sha256[DIGEST_CHARS + 1];
  struct bench_side broker;
};

static int set_up(void **state) {
  struct fault fault = {0};
  struct flow *flow = calloc(1, sizeof *flow);
  assert_non_null(flow);
  flow->folder = support_folder();
  flow->store = support_text("%s/store", flow->folder);
  flow->endpoint = support_text("ipc://%s/socket", flow->folder);
  flow->golden = support_text("%s/golden", flow->folder);
  flow->photos = support_text("%s/photos", flow->folder);
  mkdir(flow->photos, 0777);
  bench_golden(flow->golden, flow->sha256);
  assert_int_equal(socket_context_open(&flow->context, &fault), STATUS_OK);
  bench_start_broker(&flow->broker, flow->context, flow->store, flow->endpoint);
  *state = flow;
  return 0;
}

static int tear_down(void **state) {
  struct flow *flow = *state;
  bench_stop(&flow->broker);
  bench_close_context(flow->context);
  support_remove(flow->folder);
  free(flow->store);
  free(flow->endpoint);
  free(flow->golden);
  free(flow->photos);
  free(flow);
  return 0;
}

static void run_set(struct flow *flow, struct bench_set *set) {
  struct fault fault = {0};
  struct client_run run = bench_run(set);
  if (bench_client(flow->context, flow->endpoint, &run, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(run.submitted, set->count);
  assert_int_equal(run.accepted, set->count);
  assert_int_equal(set->delivered, set->count);
  assert_int_equal(set->doubles, 0);
}

static struct client *open_client(struct flow *flow, int stop_fd) {
  struct fault fault = {0};
  struct client *client;
  struct client_options options = {
      .context = flow->context, .endpoint = flow->endpoint, .times = &bench_times, .stop_fd = stop_fd};
  assert_int_equal(client_open(&options, &client, &fault), STATUS_OK);
  return client;
}

static json_int_t ask(struct client *client, const char *what) {
  struct fault fault = {0};
  json_t *status;
  if (client_status(client, NULL, &status, &fault)) fail_msg("%s", fault.text);
  json_int_t value = json_integer_value(json_object_get(json_object_get(status, "jobs"), what));
  json_decref(status);
  return value;
}

/* Asks until the answer is this: what a worker said last is on its way while a client asks. */
static void ask_until(struct client *client, const char *what, json_int_t value) {
  int64_t deadline = clock_ms() + 20000;
  while (ask(client, what) != value)
    if (clock_ms() > deadline) fail_msg("%s is not %lld after 20 s", what, (long long)value);
}

static void two_clients_at_once_get_their_own_results(void **state) {
  struct flow *flow = *state;
  struct bench_side worker;
  struct bench_set sets[2];
  bench_start_worker(&worker, flow->context, flow->endpoint, NULL, 2);
  bench_set_init(&sets[0], flow->golden, flow->sha256, flow->photos, 100, "ABCD");
  bench_set_init(&sets[1], flow->golden, flow->sha256, NULL, 100, "EFGH");
  pid_t other = fork();
  if (!other) {
    execl(BENCH_PEER, BENCH_PEER, "client", flow->endpoint, flow->golden, flow->sha256, "-", "100", "IJKL", "/dev/null",
          (char *)NULL);
    _exit(127);
  }
  run_set(flow, &sets[0]);
  run_set(flow, &sets[1]);
  bench_kill(other, 0); /* waits for its end */
  for (int i = 0; i < 100; i++) {
    assert_non_null(strstr(sets[0].lines[i], "\"photo\":\"ABCD-"));
    assert_non_null(strstr(sets[1].lines[i], "\"photo\":\"EFGH-"));
  }
  struct client *client = open_client(flow, -1);
  assert_int_equal(ask(client, "done"), 300);
  client_close(client);
  bench_stop(&worker);
  bench_set_free(&sets[0]);
  bench_set_free(&sets[1]);
}

static void jobs_that_are_done_are_not_judged_again(void **state) {
  struct flow *flow = *state;
  struct bench_side worker;
  struct bench_set first, second;
  bench_start_worker(&worker, flow->context, flow->endpoint, NULL, 1);
  bench_set_init(&first, flow->golden, flow->sha256, flow->photos, 50, "ABCD");
  bench_set_init(&second, flow->golden, flow->sha256, flow->photos, 50, "ABCD");
  run_set(flow, &first);
  int judged = atomic_load(&bench_judged);
  run_set(flow, &second);
  assert_int_equal(atomic_load(&bench_judged), judged);
  for (int i = 0; i < 50; i++) assert_string_equal(first.lines[i], second.lines[i]);
  bench_stop(&worker);
  bench_set_free(&first);
  bench_set_free(&second);
}

struct watch {
  struct flow *flow;
  int64_t waited_ms;
};

static void *watch_gate(void *argument) {
  struct watch *watch = argument;
  bench_await_at_gate();
  struct client *client = open_client(watch->flow, -1);
  int64_t began = clock_ms();
  /* Well beyond the silence after which a worker is thought gone. */
  while (clock_ms() - began < 3 * bench_times.silence_ms) {
    assert_int_equal(ask(client, "leased"), 1);
    assert_int_equal(ask(client, "suspects"), 0);
  }
  watch->waited_ms = clock_ms() - began;
  client_close(client);
  bench_open_gate();
  return NULL;
}

static void heartbeats_go_on_while_a_photo_takes_longer_than_the_silence(void **state) {
  struct flow *flow = *state;
  struct bench_side worker;
  struct bench_set set;
  struct watch watch = {flow, 0};
  pthread_t watcher;
  int judged = atomic_load(&bench_judged);
  bench_close_gate();
  bench_start_worker(&worker, flow->context, flow->endpoint, NULL, 1);
  assert_int_equal(pthread_create(&watcher, NULL, watch_gate, &watch), 0);
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 1, "WAIT");
  run_set(flow, &set);
  pthread_join(watcher, NULL);
  assert_true(watch.waited_ms >= 3 * bench_times.silence_ms);
  assert_int_equal(atomic_load(&bench_judged), judged + 1);
  bench_stop(&worker);
  bench_set_free(&set);
}

static void a_job_that_is_handed_back_three_times_is_set_aside_with_the_error(void **state) {
  struct flow *flow = *state;
  struct bench_side worker;
  struct bench_set set;
  bench_start_worker(&worker, flow->context, flow->endpoint, NULL, 1);
  bench_set_init(&set, flow->golden, flow->sha256, NULL, 2, "FAIL");
  run_set(flow, &set);
  for (int i = 0; i < 2; i++) {
    assert_string_equal(set.states[i], "set_aside");
    assert_non_null(strstr(set.lines[i], "no room for this photo"));
    assert_non_null(strstr(set.lines[i], "\"photo\":\"FAIL"));
  }
  bench_stop(&worker);
  bench_set_free(&set);
}

static atomic_int useless_calls;

static enum status judge_nothing(void *context, void *desk, const struct photo *photo, const char *unreadable,
                                 const struct job *job, char **line, struct fault *fault) {
  (void)context, (void)desk, (void)photo, (void)unreadable, (void)job, (void)line;
  atomic_fetch_add(&useless_calls, 1);
  return fault_set(fault, STATUS_IO, "the disk of this worker is gone");
}

static void await_workers(struct client *client, size_t count) {
  for (size_t found = 0; found != count;) {
    json_t *answer = NULL;
    struct fault fault = {0};
    assert_int_equal(client_status(client, NULL, &answer, &fault), STATUS_OK);
    found = json_array_size(json_object_get(answer, "workers"));
    json_decref(answer);
  }
}

static void a_worker_that_can_judge_nothing_spoils_no_job_while_another_can(void **state) {
  enum { MANY = 1000 };
  struct flow *flow = *state;
  struct bench_side good, useless;
  struct bench_set first, second;
  struct judge judge = bench_judge;
  judge.judge = judge_nothing;
  bench_start_worker(&good, flow->context, flow->endpoint, NULL, 1);
  bench_set_init(&first, flow->golden, flow->sha256, flow->photos, 3, "SLOW");
  run_set(flow, &first);
  bench_start_judging(&useless, flow->context, flow->endpoint, &judge);
  struct client *client = open_client(flow, -1);
  await_workers(client, 2);
  int64_t began = clock_ms();
  client_close(client);
  bench_set_init(&second, flow->golden, flow->sha256, NULL, MANY, "ABCD");
  run_set(flow, &second);
  for (int i = 0; i < MANY; i++) assert_string_equal(second.states[i], "done");
  /* What it took before it was known, and one a silence since. */
  assert_in_range(atomic_load(&useless_calls), 1, 5 + (clock_ms() - began) / bench_times.silence_ms);
  bench_stop(&useless);
  bench_stop(&good);
  bench_set_free(&first);
  bench_set_free(&second);
}

static enum status next_changed(void *context, struct client_job *job, bool *end, struct fault *fault) {
  struct bench_set *set = context;
  enum status status = bench_next(set, job, end, fault);
  if (!status && !*end) support_write(job->path, "other bytes by now", 18);
  return status;
}

static void a_file_that_was_changed_after_it_was_handed_in_is_set_aside(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  struct bench_side worker;
  struct bench_set set;
  bench_start_worker(&worker, flow->context, flow->endpoint, NULL, 1);
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 1, "ABCD");
  struct client_run run = bench_run(&set);
  run.next = next_changed;
  assert_int_equal(bench_client(flow->context, flow->endpoint, &run, &fault), STATUS_OK);
  assert_string_equal(set.states[0], "set_aside");
  assert_non_null(strstr(set.lines[0], "changed after it was submitted"));
  bench_stop(&worker);
  bench_set_free(&set);
}

static enum status next_unreadable(void *context, struct client_job *job, bool *end, struct fault *fault) {
  enum status status = bench_next(context, job, end, fault);
  if (status || *end) return status;
  unlink(job->path);
  *job->job.photo_id = 0;
  job_identify(&job->job);
  return STATUS_OK;
}

static void a_photo_that_no_one_can_read_has_a_result(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  struct bench_side worker;
  struct bench_set set;
  bench_start_worker(&worker, flow->context, flow->endpoint, NULL, 1);
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 1, "ABCD");
  struct client_run run = bench_run(&set);
  run.next = next_unreadable;
  assert_int_equal(bench_client(flow->context, flow->endpoint, &run, &fault), STATUS_OK);
  assert_string_equal(set.states[0], "done");
  assert_non_null(strstr(set.lines[0], "cannot_judge"));
  assert_non_null(strstr(set.lines[0], "no such file"));
  bench_stop(&worker);
  bench_set_free(&set);
}

static void a_golden_that_no_one_has_sets_the_job_aside(void **state) {
  struct flow *flow = *state;
  struct bench_side worker;
  struct bench_set set;
  char *cache = support_text("%s/cache", flow->folder), *nowhere = support_text("%s/nowhere", flow->folder);
  bench_start_worker(&worker, flow->context, flow->endpoint, cache, 1);
  bench_set_init(&set, nowhere, flow->sha256, flow->photos, 1, "ABCD");
  run_set(flow, &set);
  assert_string_equal(set.states[0], "set_aside");
  assert_non_null(strstr(set.lines[0], "nowhere"));
  bench_stop(&worker);
  bench_set_free(&set);
  free(cache);
  free(nowhere);
}

struct list {
  size_t count;
  int64_t positions[64];
};

static enum status list_outcome(void *context, const struct client_outcome *outcome, struct fault *fault) {
  struct list *list = context;
  (void)fault;
  assert_true(list->count < 64);
  list->positions[list->count++] = outcome->position;
  return STATUS_OK;
}

static void results_can_be_asked_for_later_in_either_order(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  struct bench_side worker;
  struct bench_set set;
  const char *submission = "00112233445566778899aabbccddeeff";
  bench_start_worker(&worker, flow->context, flow->endpoint, NULL, 2);
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 30, "SLOW");
  struct client_run run = bench_run(&set);
  run.submission = submission;
  assert_int_equal(bench_client(flow->context, flow->endpoint, &run, &fault), STATUS_OK);
  struct client *client = open_client(flow, -1);
  struct list list = {0};
  struct client_query query = {
      .submission = submission, .by_position = true, .after = -1, .outcome = list_outcome, .context = &list};
  if (client_results(client, &query, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(list.count, 30);
  for (int i = 0; i < 30; i++) assert_int_equal(list.positions[i], i);
  list.count = 0;
  query = (struct client_query){.after = 0, .outcome = list_outcome, .context = &list};
  if (client_results(client, &query, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(list.count, 30);
  assert_int_equal(list.positions[0], -1);
  list.count = 0;
  query.submission = "ffffffffffffffffffffffffffffffff";
  if (client_results(client, &query, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(list.count, 0);
  client_close(client);
  bench_stop(&worker);
  bench_set_free(&set);
}

static void a_worker_that_is_stopped_gives_back_what_it_has_not_begun(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  struct bench_side worker;
  struct bench_set set;
  bench_close_gate();
  bench_start_worker(&worker, flow->context, flow->endpoint, NULL, 1);
  bench_set_init(&set, flow->golden, flow->sha256, NULL, 4, "WAIT");
  struct client_run run = bench_run(&set);
  run.outcome = NULL;
  assert_int_equal(bench_client(flow->context, flow->endpoint, &run, &fault), STATUS_OK);
  bench_await_at_gate();
  bench_open_gate();
  bench_stop(&worker);
  struct client *client = open_client(flow, -1);
  ask_until(client, "leased", 0);
  assert_int_equal(ask(client, "suspects"), 0);
  assert_int_equal(ask(client, "set_aside"), 0);
  assert_int_equal(ask(client, "waiting") + ask(client, "done"), 4);
  client_close(client);
  bench_set_free(&set);
}

static void a_store_that_another_process_keeps_locked_is_told_to_the_client(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  struct store *other;
  struct bench_set set;
  assert_int_equal(store_open(flow->store, &other, &fault), STATUS_OK);
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 1, "ABCD");
  struct client *client = open_client(flow, -1);
  ask(client, "waiting");
  assert_int_equal(store_begin(other, &fault), STATUS_OK);
  struct client_run run = bench_run(&set);
  assert_int_equal(client_submit(client, &run, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, "keeps it locked"));
  const struct broker_figures *figures = broker_figures(flow->broker.broker);
  assert_int_equal(atomic_load(&figures->store_failing), 1);
  store_rollback(other);
  run = bench_run(&set);
  run.outcome = NULL;
  set.given = 0;
  assert_int_equal(client_submit(client, &run, &fault), STATUS_OK);
  assert_int_equal(run.accepted, 1);
  /* Seen by the broker itself, with the next heartbeats. */
  for (int64_t until = clock_ms() + 20000; atomic_load(&figures->store_failing) && clock_ms() < until;)
    ask(client, "waiting");
  assert_int_equal(atomic_load(&figures->store_failing), 0);
  client_close(client);
  store_close(other);
  bench_set_free(&set);
}

static void without_a_service_the_client_says_so(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  struct client *client;
  char *endpoint = support_text("ipc://%s/nobody", flow->folder);
  struct client_options options = {.context = flow->context, .endpoint = endpoint, .connect_ms = 200, .stop_fd = -1};
  assert_int_equal(client_open(&options, &client, &fault), STATUS_OK);
  json_t *status;
  assert_int_equal(client_status(client, NULL, &status, &fault), STATUS_UNAVAILABLE);
  assert_non_null(strstr(fault.text, endpoint));
  client_close(client);
  options.endpoint = "http://here";
  assert_int_equal(client_open(&options, &client, &fault), STATUS_USAGE);
  free(endpoint);
}

static void a_client_can_be_stopped_while_it_waits(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  struct bench_set set;
  int stop = eventfd(1, EFD_CLOEXEC);
  struct client *client = open_client(flow, stop);
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 5, "ABCD");
  struct client_run run = bench_run(&set);
  assert_int_equal(client_submit(client, &run, &fault), STATUS_STOPPED);
  client_close(client);
  close(stop);
  bench_set_free(&set);
}

/* --- What does not belong there --- */

static void *open_stranger(struct flow *flow) {
  struct fault fault = {0};
  void *socket;
  struct ipc_times times = ipc_times_or_default(&bench_times);
  assert_int_equal(socket_dealer(flow->context, flow->endpoint, &times, NULL, &socket, NULL, &fault), STATUS_OK);
  return socket;
}

/* The next message that is no heartbeat. */
static void receive(void *socket, struct message *message) {
  struct fault fault = {0};
  for (bool got = false; !got;) {
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    assert_int_equal(zmq_poll(&item, 1, 30000), 1);
    if (message_receive(socket, false, message, &got, &fault)) fail_msg("%s", fault.text);
    if (got && message->kind != MESSAGE_HEARTBEAT) return;
    message_free(message);
    got = false;
  }
}

static void expect_error(void *socket, const char *code) {
  struct message message;
  receive(socket, &message);
  assert_int_equal(message.kind, MESSAGE_ERROR);
  assert_string_equal(json_string_value(json_object_get(message.header, "code")), code);
  message_free(&message);
}

static void send_raw(void *socket, const char *prefix, const char *header) {
  assert_int_equal(zmq_send(socket, prefix, 8, ZMQ_SNDMORE), 8);
  assert_true(zmq_send(socket, header, strlen(header), 0) >= 0);
}

static void serve_a_few(struct flow *flow) {
  struct bench_side worker;
  struct bench_set set;
  bench_start_worker(&worker, flow->context, flow->endpoint, NULL, 1);
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 20, "ABCD");
  run_set(flow, &set);
  bench_stop(&worker);
  bench_set_free(&set);
}

static void bad_messages_are_answered_in_words_and_harm_no_one(void **state) {
  struct flow *flow = *state;
  void *stranger = open_stranger(flow);
  assert_int_equal(zmq_send(stranger, "hello", 5, 0), 5);
  expect_error(stranger, ERROR_BAD_MESSAGE);
  send_raw(stranger, "ASSAY\x02\x01\0", "{}");
  expect_error(stranger, ERROR_BAD_VERSION);
  send_raw(stranger, "ASSAY\x01\x63\0", "{}");
  expect_error(stranger, ERROR_BAD_MESSAGE);
  send_raw(stranger, "ASSAY\x01\x10\0", "{\"submission\": 7}");
  expect_error(stranger, ERROR_BAD_MESSAGE);
  send_raw(stranger, "ASSAY\x01\x04\0", "{}");
  expect_error(stranger, ERROR_HELLO_FIRST);
  send_raw(stranger, "ASSAY\x01\x01\0",
           "{\"role\": \"client\", \"id\": \"0123456789abcdef0123456789abcdef\", \"name\": \"x\"}");
  struct message message;
  receive(stranger, &message);
  assert_int_equal(message.kind, MESSAGE_WELCOME);
  message_free(&message);
  send_raw(stranger, "ASSAY\x01\x20\0", "{\"credit\": 5}"); /* a client is no worker */
  expect_error(stranger, ERROR_NOT_ALLOWED);
  send_raw(stranger, "ASSAY\x01\x20\0", "{\"credit\": 5000000}");
  expect_error(stranger, ERROR_BAD_MESSAGE);
  socket_close(stranger);
  serve_a_few(flow);
}

/* Messages that are almost right: whatever the broker makes of them, those who behave are served. */
static void thousands_of_damaged_messages_harm_no_one(void **state) {
  struct flow *flow = *state;
  static const struct {
    char kind;
    const char *header;
  } seeds[] = {
      {MESSAGE_HELLO,
       "{\"role\":\"worker\",\"id\":\"0123456789abcdef0123456789abcdef\",\"name\":\"x\",\"holding\":[]}"},
      {MESSAGE_HELLO, "{\"role\":\"client\",\"id\":\"0123456789abcdef0123456789abcdef\",\"name\":\"x\"}"},
      {MESSAGE_SUBMIT,
       "{\"submission\":\"0123456789abcdef0123456789abcdef\",\"jobs\":[{\"position\":0,\"photo\":\"bytes\","
       "\"job\":{\"id\":\"0123456789abcdef0123456789abcdef\",\"photo\":\"a\"}}]}"},
      {MESSAGE_SUBSCRIBE, "{\"after\":0,\"credit\":10,\"follow\":true}"},
      {MESSAGE_CREDIT, "{\"credit\":10}"},
      {MESSAGE_STATUS_REQUEST, "{}"},
      {MESSAGE_GOLDEN,
       "{\"sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"files\":[{\"name\":"
       "\"seal.json\"}]}"},
      {MESSAGE_READY, "{\"credit\":1}"},
      {MESSAGE_DONE, "{\"jobs\":[\"0123456789abcdef0123456789abcdef\"]}"},
      {MESSAGE_RETURN, "{\"jobs\":[{\"job\":\"0123456789abcdef0123456789abcdef\",\"lost\":true,\"error\":\"\"}]}"},
      {MESSAGE_GOLDEN_REQUEST, "{\"sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}"},
      {MESSAGE_BYE, "{}"},
  };
  uint64_t random = 7;
  void *stranger = open_stranger(flow);
  for (int i = 0; i < 4000; i++) {
    size_t which = support_random(&random) % (sizeof seeds / sizeof *seeds);
    char prefix[8] = {'A', 'S', 'S', 'A', 'Y', 1, seeds[which].kind, 0}, header[400];
    size_t size = strlen(seeds[which].header);
    memcpy(header, seeds[which].header, size);
    for (uint64_t changes = support_random(&random) % 3; changes; changes--)
      header[support_random(&random) % size] = (char)support_random(&random);
    if (support_random(&random) % 50 == 0) prefix[support_random(&random) % 8] = (char)support_random(&random);
    zmq_send(stranger, prefix, sizeof prefix, ZMQ_SNDMORE);
    bool frame = support_random(&random) % 2;
    zmq_send(stranger, header, size, frame ? ZMQ_SNDMORE : 0);
    if (frame) zmq_send(stranger, "{}", 2, 0);
  }
  socket_close(stranger);
  serve_a_few(flow);
}

static void a_job_with_a_wrong_field_or_photo_is_refused_and_the_others_are_taken(void **state) {
  struct flow *flow = *state;
  void *stranger = open_stranger(flow);
  struct message message;
  char id[PHOTO_ID_CHARS + 1];
  digest_blake2b("abc", 3, id);
  send_raw(stranger, "ASSAY\x01\x01\0",
           "{\"role\": \"client\", \"id\": \"0123456789abcdef0123456789abcdef\", \"name\": \"x\"}");
  receive(stranger, &message);
  message_free(&message);
  char *header = support_text("{\"submission\": \"0123456789abcdef0123456789abcdef\", \"jobs\": ["
                              "{\"position\": 0, \"photo\": \"path\", \"path\": \"/x\", \"job\": {\"id\": \"zz\"}},"
                              "{\"position\": 1, \"photo\": \"bytes\", \"job\": {\"id\": "
                              "\"00000000000000000000000000000001\", \"photo\": \"a\","
                              " \"golden_sha256\": \"%s\", \"photo_id\": \"%s\"}},"
                              "{\"position\": 2, \"photo\": \"bytes\", \"job\": {\"id\": "
                              "\"00000000000000000000000000000002\", \"photo\": \"b\","
                              " \"golden_sha256\": \"%s\", \"photo_id\": \"%s\"}}]}",
                              flow->sha256, id, flow->sha256, flow->sha256);
  zmq_send(stranger, "ASSAY\x01\x10\0", 8, ZMQ_SNDMORE);
  zmq_send(stranger, header, strlen(header), ZMQ_SNDMORE);
  zmq_send(stranger, "abc", 3, ZMQ_SNDMORE);
  zmq_send(stranger, "abc", 3, 0);
  do {
    receive(stranger, &message);
    if (message.kind == MESSAGE_ACCEPTED) break;
    assert_int_equal(message.kind, MESSAGE_GOLDEN_WANTED);
    message_free(&message);
  } while (true);
  const json_t *positions = json_object_get(message.header, "positions"),
               *refused = json_object_get(message.header, "refused");
  assert_int_equal(json_array_size(positions), 1);
  assert_int_equal(json_integer_value(json_array_get(positions, 0)), 1);
  assert_int_equal(json_array_size(refused), 2);
  assert_string_equal(json_string_value(json_object_get(json_array_get(refused, 0), "code")), ERROR_BAD_JOB);
  assert_string_equal(json_string_value(json_object_get(json_array_get(refused, 1), "code")), ERROR_BAD_PHOTO);
  message_free(&message);
  socket_close(stranger);
  free(header);
}

/* A worker of that id that takes jobs and has been sent one, whose id it gets. */
static void *lease_one(struct flow *flow, const char *id, char job[JOB_ID_CHARS + 1]) {
  void *worker = open_stranger(flow);
  struct message message;
  char *hello = support_text("{\"role\": \"worker\", \"id\": \"%s\", \"name\": \"x\"}", id);
  send_raw(worker, "ASSAY\x01\x01\0", hello);
  free(hello);
  receive(worker, &message);
  assert_int_equal(message.kind, MESSAGE_WELCOME);
  message_free(&message);
  send_raw(worker, "ASSAY\x01\x20\0", "{\"credit\": 2}");
  receive(worker, &message);
  assert_int_equal(message.kind, MESSAGE_WORK);
  const json_t *first = json_array_get(json_object_get(message.header, "jobs"), 0);
  snprintf(job, JOB_ID_CHARS + 1, "%s", json_string_value(json_object_get(json_object_get(first, "job"), "id")));
  message_free(&message);
  return worker;
}

static void what_a_leaving_worker_did_not_begin_is_no_loss(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  struct bench_set set;
  struct message message;
  char job[JOB_ID_CHARS + 1];
  bench_set_init(&set, flow->golden, flow->sha256, NULL, 1, "ABCD");
  struct client_run run = bench_run(&set);
  run.outcome = NULL;
  assert_int_equal(bench_client(flow->context, flow->endpoint, &run, &fault), STATUS_OK);
  struct client *client = open_client(flow, -1);
  /* What it gives back does not come again, though it had credit left. */
  void *worker = lease_one(flow, "11111111111111111111111111111111", job);
  char *returned = support_text("{\"jobs\": [{\"job\": \"%s\", \"lost\": false, \"error\": \"\"}]}", job);
  send_raw(worker, "ASSAY\x01\x24\0", returned);
  receive(worker, &message);
  assert_int_equal(message.kind, MESSAGE_STORED);
  message_free(&message);
  assert_int_equal(ask(client, "leased"), 0);
  send_raw(worker, "ASSAY\x01\x05\0", "{\"holding\": []}");
  socket_close(worker);
  /* WORK that crosses its BYE. */
  worker = lease_one(flow, "22222222222222222222222222222222", job);
  send_raw(worker, "ASSAY\x01\x05\0", "{\"holding\": []}");
  ask_until(client, "leased", 0);
  assert_int_equal(ask(client, "suspects"), 0);
  socket_close(worker);
  /* What it does hold is lost. */
  worker = lease_one(flow, "33333333333333333333333333333333", job);
  char *bye = support_text("{\"holding\": [\"%s\"]}", job);
  send_raw(worker, "ASSAY\x01\x05\0", bye);
  ask_until(client, "leased", 0);
  assert_int_equal(ask(client, "suspects"), 1);
  socket_close(worker);
  client_close(client);
  free(returned);
  free(bye);
  bench_set_free(&set);
}

/* --- In one process --- */

static void a_local_run_gives_every_result_and_goes_on_where_it_was(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  char *store = support_text("%s/local", flow->folder);
  struct local_options options = {
      .store = store, .judge = &bench_judge, .threads = 2, .times = &bench_times, .stop_fd = -1};
  int judged = atomic_load(&bench_judged);
  for (int again = 0; again < 2; again++) {
    struct bench_set set;
    bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 100, "ABCD");
    struct client_run run = bench_run(&set);
    if (local_run(&options, &run, &fault)) fail_msg("%s", fault.text);
    assert_int_equal(set.delivered, 100);
    assert_int_equal(set.doubles, 0);
    assert_int_equal(atomic_load(&bench_judged), judged + 100);
    bench_set_free(&set);
  }
  free(store);
}

static int local_stop;

static void stop_local(struct bench_set *set, int64_t delivered) {
  (void)set;
  uint64_t one = 1;
  if (delivered == 10 && write(local_stop, &one, sizeof one) != sizeof one) fail();
}

/* The options are then those of the next run. */
static struct local_options stop_a_local_run(const struct flow *flow, const char *store, int64_t count) {
  struct fault fault = {0};
  local_stop = eventfd(0, EFD_CLOEXEC);
  struct local_options options = {
      .store = store, .judge = &bench_judge, .threads = 2, .times = &bench_times, .stop_fd = local_stop};
  struct bench_set set;
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, count, "SLOW");
  set.each = stop_local;
  struct client_run run = bench_run(&set);
  assert_int_equal(local_run(&options, &run, &fault), STATUS_STOPPED);
  assert_true(set.delivered < count);
  bench_set_free(&set);
  close(local_stop);
  options.stop_fd = -1;
  return options;
}

static void a_local_run_that_is_stopped_is_finished_by_the_next(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  char *store = support_text("%s/local", flow->folder);
  int judged = atomic_load(&bench_judged);
  const struct local_options options = stop_a_local_run(flow, store, 300);
  struct bench_set set;
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 300, "SLOW");
  struct client_run run = bench_run(&set);
  if (local_run(&options, &run, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(set.delivered, 300);
  assert_int_equal(atomic_load(&bench_judged), judged + 300); /* none was judged twice */
  bench_set_free(&set);
  free(store);
}

/* As one that was killed: its leases last on. */
static void lease_to_the_dead(const char *folder, size_t limit) {
  struct store *store;
  struct fault fault = {0};
  struct store_leased leased[8];
  size_t count;
  const struct store_lessee who = {.id = "dead", .name = "host:1", .workers = 1};
  const int64_t now = clock_wall_ms();
  assert_true(limit <= 8);
  if (store_open(folder, &store, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(store_join(store, "killed", "host:1", now, &fault), STATUS_OK);
  assert_int_equal(store_lease(store, &who, false, limit, now, now + 3600000, leased, &count, &fault), STATUS_OK);
  assert_int_equal(count, limit);
  for (size_t i = 0; i < count; i++) store_leased_free(&leased[i]);
  store_close(store);
}

static void what_a_killed_local_run_had_in_work_is_taken_at_once(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  char *store = support_text("%s/local", flow->folder);
  struct local_options options = stop_a_local_run(flow, store, 100);
  lease_to_the_dead(store, 3);
  /* Who waits until the dead have been silent for long enough waits for an hour. */
  const struct ipc_times patient = {.heartbeat_ms = 20, .silence_ms = 3600000};
  options.times = &patient;
  struct bench_set set;
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 100, "SLOW");
  struct client_run run = bench_run(&set);
  if (local_run(&options, &run, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(set.delivered, 100);
  assert_int_equal(set.doubles, 0);
  bench_set_free(&set);
  free(store);
}

static void limit_files(rlim_t bytes) {
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void fill_disk(struct bench_set *set, int64_t delivered) {
  (void)set;
  if (delivered == 10) limit_files(4096);
}

static void a_local_run_whose_disk_is_full_says_so_and_is_finished_by_the_next(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  char *store = support_text("%s/local", flow->folder);
  struct local_options options = {
      .store = store, .judge = &bench_judge, .threads = 2, .times = &bench_times, .stop_fd = -1};
  struct bench_set set;
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 300, "SLOW");
  set.each = fill_disk;
  struct client_run run = bench_run(&set);
  struct rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  enum status status = local_run(&options, &run, &fault);
  limit_files(before.rlim_cur);
  signal(SIGXFSZ, handler);
  assert_int_equal(status, STATUS_IO);
  assert_non_null(strstr(fault.text, store));
  assert_true(set.delivered < 300);
  bench_set_free(&set);
  bench_set_init(&set, flow->golden, flow->sha256, flow->photos, 300, "SLOW");
  run = bench_run(&set);
  if (local_run(&options, &run, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(set.delivered, 300);
  bench_set_free(&set);
  free(store);
}

static void a_local_run_without_a_store_leaves_nothing_behind(void **state) {
  struct flow *flow = *state;
  struct fault fault = {0};
  struct bench_set set;
  struct local_options options = {.judge = &bench_judge, .threads = 1, .times = &bench_times, .stop_fd = -1};
  bench_set_init(&set, flow->golden, flow->sha256, NULL, 10, "ABCD");
  struct client_run run = bench_run(&set);
  char *before = getenv("TMPDIR"), *kept = before ? strdup(before) : NULL,
       *inside = support_text("%s/tmp", flow->folder);
  mkdir(inside, 0777);
  setenv("TMPDIR", inside, 1);
  if (local_run(&options, &run, &fault)) fail_msg("%s", fault.text);
  if (kept)
    setenv("TMPDIR", kept, 1);
  else
    unsetenv("TMPDIR");
  assert_int_equal(set.delivered, 10);
  assert_int_equal(rmdir(inside), 0);
  bench_set_free(&set);
  free(kept);
  free(inside);
}

int main(int argc, char **argv) {
  if (argc > 1) cmocka_set_test_filter(argv[1]);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(two_clients_at_once_get_their_own_results),
      TEST(jobs_that_are_done_are_not_judged_again),
      TEST(heartbeats_go_on_while_a_photo_takes_longer_than_the_silence),
      TEST(a_job_that_is_handed_back_three_times_is_set_aside_with_the_error),
      TEST(a_worker_that_can_judge_nothing_spoils_no_job_while_another_can),
      TEST(a_file_that_was_changed_after_it_was_handed_in_is_set_aside),
      TEST(a_photo_that_no_one_can_read_has_a_result),
      TEST(a_golden_that_no_one_has_sets_the_job_aside),
      TEST(results_can_be_asked_for_later_in_either_order),
      TEST(a_worker_that_is_stopped_gives_back_what_it_has_not_begun),
      TEST(what_a_leaving_worker_did_not_begin_is_no_loss),
      TEST(a_store_that_another_process_keeps_locked_is_told_to_the_client),
      TEST(without_a_service_the_client_says_so),
      TEST(a_client_can_be_stopped_while_it_waits),
      TEST(bad_messages_are_answered_in_words_and_harm_no_one),
      TEST(thousands_of_damaged_messages_harm_no_one),
      TEST(a_job_with_a_wrong_field_or_photo_is_refused_and_the_others_are_taken),
      TEST(a_local_run_gives_every_result_and_goes_on_where_it_was),
      TEST(a_local_run_that_is_stopped_is_finished_by_the_next),
      TEST(what_a_killed_local_run_had_in_work_is_taken_at_once),
      TEST(a_local_run_whose_disk_is_full_says_so_and_is_finished_by_the_next),
      TEST(a_local_run_without_a_store_leaves_nothing_behind),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
