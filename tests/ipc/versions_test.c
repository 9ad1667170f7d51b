/* Peers of neighbouring versions of the protocol refuse each other in words. */
#include "ipc/client.h"
#include "ipc/message.h"
#include "ipc/worker.h"
#include "tests/ipc/bench.h"
#include "tests/support.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include <cmocka.h>

static const char endpoint[] = "inproc://broker-of-another-version";

/* A broker that answers HELLO with one message of its version. */
struct stranger {
  void *context, *socket;
  pthread_t thread;
  int version, kind;
  const char *header;
};

static void *answer(void *argument) {
  const struct stranger *stranger = argument;
  zmq_msg_t route;
  const uint8_t prefix[PROTOCOL_PREFIX_SIZE] = {
      'A', 'S', 'S', 'A', 'Y', (uint8_t)stranger->version, (uint8_t)stranger->kind, 0};
  zmq_msg_init(&route);
  if (zmq_msg_recv(&route, stranger->socket, 0) < 0) return NULL;
  for (bool more = zmq_msg_more(&route); more;) {
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    zmq_msg_recv(&frame, stranger->socket, 0);
    more = zmq_msg_more(&frame);
    zmq_msg_close(&frame);
  }
  zmq_msg_send(&route, stranger->socket, ZMQ_SNDMORE);
  zmq_send(stranger->socket, prefix, sizeof prefix, ZMQ_SNDMORE);
  zmq_send(stranger->socket, stranger->header, strlen(stranger->header), 0);
  return NULL;
}

static void start(struct stranger *stranger) {
  struct fault fault = {0};
  assert_int_equal(socket_context_open(&stranger->context, &fault), STATUS_OK);
  assert_int_equal(socket_router(stranger->context, &stranger->socket, &fault), STATUS_OK);
  assert_int_equal(socket_bind(stranger->socket, endpoint, NULL, &fault), STATUS_OK);
  assert_int_equal(pthread_create(&stranger->thread, NULL, answer, stranger), 0);
}

static void end(struct stranger *stranger) {
  pthread_join(stranger->thread, NULL);
  socket_close(stranger->socket);
  socket_context_close(stranger->context);
}

static void expect_words(struct stranger *stranger, const char *words) {
  struct fault fault = {0};
  struct client *client;
  json_t *ignored = NULL;
  start(stranger);
  const struct client_options options = {.context = stranger->context, .endpoint = endpoint, .stop_fd = -1};
  assert_int_equal(client_open(&options, &client, &fault), STATUS_OK);
  assert_int_equal(client_status(client, NULL, &ignored, &fault), STATUS_INVALID);
  if (!strstr(fault.text, words)) fail_msg("expected \"%s\", got: %s", words, fault.text);
  client_close(client);
  end(stranger);
}

static void a_client_tells_that_the_service_is_newer_or_older(void **state) {
  (void)state;
  struct stranger newer = {.version = PROTOCOL_VERSION + 1, .kind = MESSAGE_WELCOME, .header = "{\"all\": \"new\"}"};
  expect_words(&newer, "speaks version 2 of the protocol");
  struct stranger older = {.version = PROTOCOL_VERSION - 1, .kind = MESSAGE_HEARTBEAT, .header = "{}"};
  older.version = older.version ? older.version : 255;
  expect_words(&older, "of the protocol");
}

static void the_words_of_a_newer_service_are_understood(void **state) {
  (void)state;
  struct stranger newer = {.version = PROTOCOL_VERSION + 1,
                           .kind = MESSAGE_ERROR,
                           .header = "{\"code\": \"bad_version\", \"text\": \"come back with version 2\", \"about\": 1,"
                                     " \"new_field\": [1, 2]}"};
  expect_words(&newer, "come back with version 2");
}

static void a_worker_ends_with_the_words_too(void **state) {
  (void)state;
  struct fault fault = {0};
  struct stranger newer = {.version = PROTOCOL_VERSION + 1, .kind = MESSAGE_WELCOME, .header = "{}"};
  start(&newer);
  const struct worker_options options = {
      .context = newer.context, .endpoint = endpoint, .judge = &bench_judge, .threads = 1, .stop_fd = -1};
  assert_int_equal(worker_run(&options, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "speaks version 2"));
  end(&newer);
}

/* What a newer peer would say to this broker. */
static void expect_answer(void *socket, int version, int kind, const char *header, const char *code) {
  const uint8_t prefix[PROTOCOL_PREFIX_SIZE] = {'A', 'S', 'S', 'A', 'Y', (uint8_t)version, (uint8_t)kind, 0};
  zmq_send(socket, prefix, sizeof prefix, ZMQ_SNDMORE);
  zmq_send(socket, header, strlen(header), 0);
  for (;;) {
    struct message message;
    struct fault fault = {0};
    bool got = false;
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    assert_int_equal(zmq_poll(&item, 1, 20000), 1);
    assert_int_equal(message_receive(socket, false, &message, &got, &fault), STATUS_OK);
    bool beat = message.kind == MESSAGE_HEARTBEAT;
    if (!beat && code)
      assert_string_equal(json_string_value(json_object_get(message.header, "code")), code);
    else if (!beat)
      assert_int_equal(message.kind, MESSAGE_WELCOME);
    message_free(&message);
    if (!beat) return;
  }
}

static void the_broker_answers_a_newer_peer_in_words_and_takes_fields_it_does_not_know(void **state) {
  (void)state;
  struct fault fault = {0};
  void *context, *socket;
  struct bench_side broker;
  const struct ipc_times times = ipc_times_or_default(NULL);
  char *folder = support_folder(), *store = support_text("%s/store", folder);
  assert_int_equal(socket_context_open(&context, &fault), STATUS_OK);
  bench_start_broker(&broker, context, store, endpoint);
  assert_int_equal(socket_dealer(context, endpoint, &times, NULL, &socket, NULL, &fault), STATUS_OK);
  const char *hello = "{\"role\": \"client\", \"id\": \"0123456789abcdef0123456789abcdef\", \"name\": \"new\","
                      " \"speaks\": [1, 2]}";
  expect_answer(socket, PROTOCOL_VERSION + 1, MESSAGE_HELLO, hello, ERROR_BAD_VERSION);
  expect_answer(socket, PROTOCOL_VERSION, MESSAGE_HELLO, hello, NULL);
  expect_answer(socket, PROTOCOL_VERSION, 99, "{}", ERROR_BAD_MESSAGE);
  socket_close(socket);
  bench_stop(&broker);
  socket_context_close(context);
  support_remove(folder);
  free(store);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_client_tells_that_the_service_is_newer_or_older),
      cmocka_unit_test(the_words_of_a_newer_service_are_understood),
      cmocka_unit_test(a_worker_ends_with_the_words_too),
      cmocka_unit_test(the_broker_answers_a_newer_peer_in_words_and_takes_fields_it_does_not_know),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
