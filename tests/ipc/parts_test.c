/* Large photos travel in parts, both ways. */
#include "ipc/link.h"
#include "models/blob_parts.h"
#include "models/blobs.h"
#include "tests/ipc/doors.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include <cmocka.h>

enum { PHOTOS = 3 };
static const size_t sizes[PHOTOS] = {2 * PROTOCOL_PART + 12345, PROTOCOL_PART, PROTOCOL_PART + 1};

struct large {
  struct doors *doors;
  int given, done;
};

static uint8_t *make_bytes(int number) {
  uint8_t *bytes = malloc(sizes[number]);
  assert_non_null(bytes);
  uint64_t seed = 77 + (uint64_t)number;
  for (size_t i = 0; i < sizes[number]; i += 512)
    memset(bytes + i, (int)support_random(&seed), 512 < sizes[number] - i ? 512 : sizes[number] - i);
  return bytes;
}

static enum status next(void *context, struct client_job *job, bool *end, struct fault *fault) {
  struct large *in = context;
  if ((*end = in->given == PHOTOS)) return STATUS_OK;
  uint8_t *bytes = make_bytes(in->given);
  char name[32];
  snprintf(name, sizeof name, "large-%d.tif", in->given);
  enum status status = photo_from_bytes(name, bytes, sizes[in->given++], &job->photo, fault);
  free(bytes);
  if (status) return status;
  job->job.photo = strdup(name);
  job->job.golden_path = strdup(in->doors->golden);
  memcpy(job->job.golden_sha256, in->doors->sha256, sizeof in->doors->sha256);
  memcpy(job->job.photo_id, job->photo.id, sizeof job->photo.id);
  job_identify(&job->job);
  return STATUS_OK;
}

static enum status outcome(void *context, const struct client_outcome *outcome, struct fault *fault) {
  (void)fault;
  struct large *in = context;
  char id[DIGEST_CHARS + 1], *line = strndup(outcome->line, outcome->size);
  assert_string_equal(outcome->state, "done");
  uint8_t *bytes = make_bytes((int)outcome->position);
  digest_blake2b(bytes, sizes[outcome->position], id);
  assert_non_null(strstr(line, id));
  free(bytes);
  free(line);
  in->done++;
  return STATUS_OK;
}

static void start_worker(const struct doors *doors, struct bench_side *side, struct socket_security *security,
                         const char *cache) {
  *security = doors_security(doors, DOORS_WORKER);
  *side = (struct bench_side){.stop_fd = eventfd(0, EFD_CLOEXEC)};
  side->worker = (struct worker_options){.context = doors->context,
                                         .endpoint = doors->endpoint,
                                         .cache = cache,
                                         .judge = &bench_judge,
                                         .threads = 1,
                                         .times = &bench_times,
                                         .security = security,
                                         .stop_fd = side->stop_fd};
  doors_start_worker(side);
}

static void large_photos_go_to_the_broker_and_on_to_the_worker_in_parts(void **state) {
  struct doors *doors = *state;
  struct fault fault = {0};
  struct large in = {.doors = doors};
  struct socket_security client_keys = doors_security(doors, DOORS_CLIENT), worker_keys;
  struct bench_side worker;
  char *cache = support_text("%s/cache", doors->folder);
  struct client *client = doors_client(doors, &client_keys);
  start_worker(doors, &worker, &worker_keys, cache);
  struct client_run run = {.next = next, .outcome = outcome, .context = &in};
  if (client_submit(client, &run, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(in.done, PHOTOS);
  client_close(client);
  bench_stop(&worker);
  free(cache);
}

/* --- By hand --- */

static void receive(struct link *link, int kind, struct message *message) {
  for (;;) {
    struct fault fault = {0};
    bool got = false;
    if (link_receive(link, message, &got, &fault)) fail_msg("%s", fault.text);
    if (got && message->kind == kind) return;
    message_free(message);
    if (got) continue;
    zmq_pollitem_t item = {.socket = link->socket, .events = ZMQ_POLLIN};
    zmq_poll(&item, 1, link_watch(link));
  }
}

static void send_part(struct link *link, const char *id, size_t size, size_t offset, const uint8_t *bytes,
                      size_t part) {
  const struct span span = {bytes + offset, part};
  assert_int_equal(
      link_send(link, MESSAGE_PART,
                json_pack("{s:s, s:I, s:I}", "photo_id", id, "size", (json_int_t)size, "offset", (json_int_t)offset),
                &span, 1),
      STATUS_OK);
}

static void expect_taken(struct link *link, size_t offset, bool kept, bool error) {
  struct message message;
  receive(link, MESSAGE_PART_TAKEN, &message);
  assert_int_equal(json_integer_value(json_object_get(message.header, "offset")), offset);
  assert_int_equal(json_is_true(json_object_get(message.header, "kept")), kept);
  assert_int_equal(json_object_get(message.header, "error") != NULL, error);
  message_free(&message);
}

static void a_part_that_is_doubled_or_missing_is_told_where_to_go_on(void **state) {
  const struct doors *doors = *state;
  struct fault fault = {0};
  struct link link;
  struct socket_security keys = doors_security(doors, DOORS_CLIENT);
  const struct link_options options = {.context = doors->context,
                                       .endpoint = doors->endpoint,
                                       .role = ROLE_CLIENT,
                                       .times = &bench_times,
                                       .security = &keys};
  uint8_t bytes[1000];
  char id[DIGEST_CHARS + 1], other[DIGEST_CHARS + 1];
  memset(bytes, 'p', sizeof bytes);
  digest_blake2b(bytes, sizeof bytes, id);
  digest_blake2b(bytes, 999, other);
  assert_int_equal(link_open(&link, &options, &fault), STATUS_OK);
  while (!link.welcomed) {
    struct message message;
    bool got;
    assert_int_equal(link_receive(&link, &message, &got, &fault), STATUS_OK);
    message_free(&message);
    zmq_pollitem_t item = {.socket = link.socket, .events = ZMQ_POLLIN};
    zmq_poll(&item, 1, 10);
  }
  send_part(&link, id, sizeof bytes, 0, bytes, 400);
  expect_taken(&link, 400, false, false);
  send_part(&link, id, sizeof bytes, 200, bytes, 400);
  expect_taken(&link, 400, false, false);
  send_part(&link, id, sizeof bytes, 700, bytes, 300);
  expect_taken(&link, 400, false, false);
  send_part(&link, id, sizeof bytes, 400, bytes, 600);
  expect_taken(&link, 1000, true, false);
  size_t size;
  assert_int_equal(blob_find(doors->store, id, &size, &fault), STATUS_OK);
  assert_int_equal(size, sizeof bytes);
  /* What is there needs no second part. */
  send_part(&link, id, sizeof bytes, 0, bytes, 1);
  expect_taken(&link, 1000, true, false);
  /* Bytes that are not those of the name leave nothing. */
  send_part(&link, other, sizeof bytes, 0, bytes, 1000);
  expect_taken(&link, 0, false, true);
  assert_int_equal(blob_find(doors->store, other, &size, &fault), STATUS_MISSING);
  link_close(&link);
}

static void a_draft_that_is_not_finished_leaves_nothing(void **state) {
  const struct doors *doors = *state;
  struct fault fault = {0};
  struct blob_draft *draft;
  char id[DIGEST_CHARS + 1], back[5];
  size_t size;
  digest_blake2b("half a photo", 12, id);
  assert_int_equal(blob_draft_open(doors->store, id, &draft, &fault), STATUS_OK);
  assert_int_equal(blob_draft_add(draft, "half", 4, &fault), STATUS_OK);
  blob_draft_close(draft);
  assert_int_equal(blob_find(doors->store, id, &size, &fault), STATUS_MISSING);
  assert_int_equal(blob_draft_open(doors->store, id, &draft, &fault), STATUS_OK);
  assert_int_equal(blob_draft_add(draft, "half a ", 7, &fault), STATUS_OK);
  assert_int_equal(blob_draft_add(draft, "photo", 5, &fault), STATUS_OK);
  assert_int_equal(blob_draft_keep(draft, &fault), STATUS_OK);
  blob_draft_close(draft);
  assert_int_equal(blob_read_part(doors->store, id, 7, back, 5, &fault), STATUS_OK);
  assert_memory_equal(back, "photo", 5);
  assert_int_equal(blob_read_part(doors->store, id, 8, back, 5, &fault), STATUS_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, doors_set_up, doors_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(large_photos_go_to_the_broker_and_on_to_the_worker_in_parts),
      TEST(a_part_that_is_doubled_or_missing_is_told_where_to_go_on),
      TEST(a_draft_that_is_not_finished_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
