/* Messages in and out: what is sent comes back, what is wrong is told by its field. */
#include "ipc/message.h"
#include "ipc/schema.h"
#include "ipc/socket.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t ready[8] = {'A', 'S', 'S', 'A', 'Y', PROTOCOL_VERSION, MESSAGE_READY, 0};

static enum status decode(const uint8_t prefix[8], const char *text, struct fault *fault) {
  int kind;
  json_t *header;
  enum status status =
      message_decode((struct span){prefix, 8}, (struct span){text, strlen(text)}, &kind, &header, fault);
  json_decref(header);
  return status;
}

static void a_field_that_is_wrong_is_named(void **state) {
  (void)state;
  struct fault fault = {0};
  assert_int_equal(decode(ready, "{\"credit\": 1}", &fault), STATUS_OK);
  assert_int_equal(decode(ready, "{\"credit\": 1, \"of a newer peer\": true}", &fault), STATUS_OK);
  static const struct {
    const char *header, *words;
  } wrong[] = {
      {"{}", "READY: credit: missing"},
      {"{\"credit\": null}", "READY: credit: missing"},
      {"{\"credit\": 0}", "READY: credit: expected an integer from 1 to 1000"},
      {"{\"credit\": 1001}", "from 1 to 1000"},
      {"{\"credit\": 1.5}", "expected an integer"},
      {"{\"credit\": \"1\"}", "expected an integer"},
      {"{\"credit\": 1, \"credit\": 2}", "duplicate"},
      {"[1]", "expected an object"},
      {"{\"credit\": 1", "no JSON"},
      {"", "no JSON"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(decode(ready, wrong[i].header, &fault), STATUS_INVALID);
    if (!strstr(fault.text, wrong[i].words))
      fail_msg("%s: \"%s\" in \"%s\"", wrong[i].header, wrong[i].words, fault.text);
  }
}

static void a_field_in_a_list_is_named_with_its_place(void **state) {
  (void)state;
  struct fault fault = {0};
  const uint8_t give_back[8] = {'A', 'S', 'S', 'A', 'Y', PROTOCOL_VERSION, MESSAGE_RETURN, 0};
  const char *text = "{\"jobs\": [{\"job\": \"00112233445566778899aabbccddeeff\", \"lost\": true, \"error\": \"\"},"
                     " {\"job\": \"00112233445566778899AABBCCDDEEFF\", \"lost\": true, \"error\": \"\"}]}";
  assert_int_equal(decode(give_back, text, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "RETURN: jobs[1]: job: expected 32 lower-case hexadecimal digits"));
}

static void another_version_and_other_protocols_are_refused_in_words(void **state) {
  (void)state;
  struct fault fault = {0};
  uint8_t prefix[8];
  memcpy(prefix, ready, sizeof prefix);
  prefix[5] = 2;
  assert_int_equal(decode(prefix, "{}", &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "version 2"));
  memcpy(prefix, "HTTP/1.1", 8);
  assert_int_equal(decode(prefix, "{}", &fault), STATUS_INVALID);
  memcpy(prefix, ready, sizeof prefix);
  prefix[6] = 255;
  assert_int_equal(decode(prefix, "{}", &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "no such kind"));
}

static void what_is_sent_comes_back(void **state) {
  (void)state;
  struct fault fault = {0};
  struct ipc_times times = ipc_times_or_default(NULL);
  void *context, *router, *dealer;
  assert_int_equal(socket_context_open(&context, &fault), STATUS_OK);
  assert_int_equal(socket_router(context, &router, &fault), STATUS_OK);
  assert_int_equal(socket_bind(router, "inproc://test", NULL, &fault), STATUS_OK);
  assert_int_equal(socket_dealer(context, "inproc://test", &times, NULL, &dealer, NULL, &fault), STATUS_OK);
  const struct span lines[] = {{"one", 3}, {"", 0}};
  json_t *header =
      json_pack("{s:[s,s]}", "jobs", "00112233445566778899aabbccddeeff", "ff112233445566778899aabbccddeeff");
  assert_int_equal(message_send(dealer, NULL, MESSAGE_DONE, header, lines, 2, &fault), STATUS_OK);
  zmq_pollitem_t item = {.socket = router, .events = ZMQ_POLLIN};
  assert_int_equal(zmq_poll(&item, 1, 30000), 1);
  struct message message;
  bool got;
  size_t size;
  assert_int_equal(message_receive(router, true, &message, &got, &fault), STATUS_OK);
  assert_true(got);
  assert_int_equal(message.kind, MESSAGE_DONE);
  assert_int_equal(message.frame_count, 2);
  assert_memory_equal(message_bytes(&message, 0, &size), "one", 3);
  assert_int_equal(size, 3);
  message_bytes(&message, 1, &size);
  assert_int_equal(size, 0);
  assert_int_equal(message_send(router, &message.from, MESSAGE_HEARTBEAT, json_object(), NULL, 0, &fault), STATUS_OK);
  struct route nobody = {3, "abc"};
  assert_int_equal(message_send(router, &nobody, MESSAGE_HEARTBEAT, json_object(), NULL, 0, &fault),
                   STATUS_UNAVAILABLE);
  message_free(&message);
  assert_int_equal(message_receive(router, true, &message, &got, &fault), STATUS_OK);
  assert_false(got);
  socket_close(dealer);
  socket_close(router);
  socket_context_close(context);
}

static void frames_where_none_belong_are_refused_and_the_next_message_is_read(void **state) {
  (void)state;
  struct fault fault = {0};
  struct ipc_times times = ipc_times_or_default(NULL);
  void *context, *router, *dealer;
  assert_int_equal(socket_context_open(&context, &fault), STATUS_OK);
  assert_int_equal(socket_router(context, &router, &fault), STATUS_OK);
  assert_int_equal(socket_bind(router, "inproc://test", NULL, &fault), STATUS_OK);
  assert_int_equal(socket_dealer(context, "inproc://test", &times, NULL, &dealer, NULL, &fault), STATUS_OK);
  const struct span extra[] = {{"x", 1}};
  message_send(dealer, NULL, MESSAGE_HEARTBEAT, json_object(), extra, 1, &fault);
  zmq_send(dealer, "", 0, 0);
  for (int i = 0; i < PROTOCOL_MAX_FRAMES + 10; i++) zmq_send(dealer, "x", 1, ZMQ_SNDMORE);
  zmq_send(dealer, "x", 1, 0);
  message_send(dealer, NULL, MESSAGE_HEARTBEAT, json_object(), NULL, 0, &fault);
  static const enum status expected[] = {STATUS_INVALID, STATUS_INVALID, STATUS_INVALID, STATUS_OK};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    zmq_pollitem_t item = {.socket = router, .events = ZMQ_POLLIN};
    assert_int_equal(zmq_poll(&item, 1, 30000), 1);
    struct message message;
    bool got;
    assert_int_equal(message_receive(router, true, &message, &got, &fault), expected[i]);
    assert_true(got);
    assert_true(message.from.size > 0);
    message_free(&message);
  }
  socket_close(dealer);
  socket_close(router);
  socket_context_close(context);
}

static void a_text_for_people_is_made_fit_for_the_wire(void **state) {
  (void)state;
  json_t *text = message_text("caf\xe9\n\x1b[1m.jpg: no such file");
  assert_string_equal(json_string_value(text), "caf\xef\xbf\xbd  [1m.jpg: no such file");
  json_decref(text);
  char longer[2000];
  for (size_t i = 0; i + 1 < sizeof longer; i += 2) memcpy(longer + i, "\xc3\xa9", 2);
  longer[sizeof longer - 2] = 0;
  text = message_text(longer);
  assert_int_equal(json_string_length(text), PROTOCOL_MAX_TEXT - 1); /* no half of a letter */
  json_decref(text);
}

static void an_endpoint_that_is_none_is_a_wrong_use(void **state) {
  (void)state;
  struct fault fault = {0};
  void *context, *router;
  const struct socket_security open_to_all = {.insecure = true};
  char path[300] = "ipc://";
  memset(path + 6, 'x', 200);
  assert_int_equal(socket_context_open(&context, &fault), STATUS_OK);
  assert_int_equal(socket_router(context, &router, &fault), STATUS_OK);
  assert_int_equal(socket_bind(router, "http://x", NULL, &fault), STATUS_USAGE);
  assert_int_equal(socket_bind(router, "tcp://127.0.0.1", NULL, &fault), STATUS_USAGE);
  assert_int_equal(socket_bind(router, "tcp://:7420", NULL, &fault), STATUS_USAGE);
  assert_int_equal(socket_bind(router, "tcp://127.0.0.1:65536", NULL, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "expected a port"));
  assert_int_equal(socket_bind(router, "tcp://192.0.2.1:7420", &open_to_all, &fault), STATUS_UNAVAILABLE);
  assert_non_null(strstr(fault.text, "no address of this machine"));
  assert_int_equal(socket_bind(router, path, NULL, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "longer"));
  assert_int_equal(socket_bind(router, "ipc:///no/such/folder/socket", NULL, &fault), STATUS_UNAVAILABLE);
  socket_close(router);
  socket_context_close(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_field_that_is_wrong_is_named),
      cmocka_unit_test(a_field_in_a_list_is_named_with_its_place),
      cmocka_unit_test(another_version_and_other_protocols_are_refused_in_words),
      cmocka_unit_test(what_is_sent_comes_back),
      cmocka_unit_test(frames_where_none_belong_are_refused_and_the_next_message_is_read),
      cmocka_unit_test(a_text_for_people_is_made_fit_for_the_wire),
      cmocka_unit_test(an_endpoint_that_is_none_is_a_wrong_use),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
