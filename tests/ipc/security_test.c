/* Who gets in over tcp://, as what, and what becomes of those who do not. */
#include "ipc/clock.h"
#include "ipc/link.h"
#include "ipc/message.h"
#include "tests/ipc/doors.h"
#include "tests/ipc/wire.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_in(const struct doors *doors, int key) {
  struct fault fault = {0};
  const struct socket_security security = doors_security(doors, key);
  if (doors_ask(doors, &security, &fault)) fail_msg("%s", fault.text);
}

/* Refused in these words, not for want of an answer; and the others do not notice. */
static void expect_out(const struct doors *doors, const struct socket_security *security, const char *words) {
  struct fault fault = {0};
  assert_int_equal(doors_ask(doors, security, &fault), STATUS_UNAVAILABLE);
  if (!strstr(fault.text, words)) fail_msg("expected \"%s\", got: %s", words, fault.text);
  expect_in(doors, DOORS_CLIENT);
}

static void a_strangers_key_is_refused_in_words_at_once(void **state) {
  const struct doors *doors = *state;
  const struct socket_security security = doors_security(doors, DOORS_STRANGER);
  expect_out(doors, &security, doors->keys[DOORS_STRANGER].public_text);
  assert_true(guard_figures(doors->guard).refused >= 1);
}

static void without_a_key_or_with_another_brokers_key_it_is_told_at_once(void **state) {
  const struct doors *doors = *state;
  const struct socket_security none = {.insecure = true};
  expect_out(doors, &none, "wants a key");
  struct socket_security other = doors_security(doors, DOORS_CLIENT);
  other.broker = doors->keys[DOORS_ADMIN].public_key;
  expect_out(doors, &other, "--broker-key is not the key");
  struct fault fault = {0};
  assert_int_equal(doors_ask(doors, NULL, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "--insecure"));
}

static void a_key_opens_only_the_doors_of_its_role(void **state) {
  const struct doors *doors = *state;
  expect_in(doors, DOORS_ADMIN);
  const struct socket_security worker = doors_security(doors, DOORS_WORKER);
  expect_out(doors, &worker, "as a worker, not as a client");
  struct fault fault = {0};
  const struct socket_security client = doors_security(doors, DOORS_CLIENT);
  const struct worker_options options = {.context = doors->context,
                                         .endpoint = doors->endpoint,
                                         .judge = &bench_judge,
                                         .threads = 1,
                                         .times = &bench_times,
                                         .security = &client,
                                         .stop_fd = -1};
  assert_int_equal(worker_run(&options, &fault), STATUS_UNAVAILABLE);
  assert_non_null(strstr(fault.text, "as a client, not as a worker"));
}

static void the_list_is_read_again_when_it_changes(void **state) {
  struct doors *doors = *state;
  struct fault fault = {0};
  const struct socket_security admin = doors_security(doors, DOORS_ADMIN);
  expect_in(doors, DOORS_ADMIN);
  doors_write_list(doors, 1);
  expect_out(doors, &admin, "does not let our key in");
  doors_write_list(doors, DOORS_STRANGER);
  expect_in(doors, DOORS_ADMIN);
  /* One that is not right leaves the last good one in force. */
  support_write(doors->list, "client curve25519-public AAAA= short\n", 37);
  expect_in(doors, DOORS_ADMIN);
  struct allow_list *list;
  assert_int_equal(allow_list_open(doors->list, &list, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, ":1: expected"));
}

/* The connection stands; what it may do does not. */
static void who_is_struck_off_the_list_is_parted_with(void **state) {
  const struct doors *doors = *state;
  const struct socket_security security = doors_security(doors, DOORS_CLIENT);
  struct fault fault = {0};
  struct link link;
  const struct link_options options = {.context = doors->context,
                                       .endpoint = doors->endpoint,
                                       .role = ROLE_CLIENT,
                                       .times = &bench_times,
                                       .security = &security};
  assert_int_equal(link_open(&link, &options, &fault), STATUS_OK);
  bool struck = false, refused = false;
  for (int64_t until = clock_ms() + 10000; !refused && clock_ms() < until;) {
    struct message message;
    bool got;
    assert_int_equal(link_receive(&link, &message, &got, &fault), STATUS_OK);
    if (got && message.kind == MESSAGE_ERROR)
      refused = !strcmp(json_string_value(json_object_get(message.header, "code")), ERROR_NOT_ALLOWED);
    message_free(&message);
    if (link.welcomed && !struck) {
      doors_write_list(doors, 0);
      struck = true;
    }
    int64_t wait = link_watch(&link);
    zmq_pollitem_t item = {.socket = link.socket, .events = ZMQ_POLLIN};
    zmq_poll(&item, 1, wait);
  }
  assert_true(refused);
  link_close(&link);
}

static void only_an_admin_reads_what_others_handed_in(void **state) {
  const struct doors *doors = *state;
  struct fault fault = {0};
  for (int key = DOORS_CLIENT; key <= DOORS_ADMIN; key += DOORS_ADMIN) {
    const struct socket_security security = doors_security(doors, key);
    struct client *client;
    const struct client_options options = {
        .context = doors->context, .endpoint = doors->endpoint, .security = &security, .stop_fd = -1};
    assert_int_equal(client_open(&options, &client, &fault), STATUS_OK);
    const struct client_query query = {0};
    enum status status = client_results(client, &query, &fault);
    if (key == DOORS_ADMIN)
      assert_int_equal(status, STATUS_OK);
    else
      assert_non_null(strstr(fault.text, "for admins"));
    client_close(client);
  }
}

/* --- Photos by path --- */

struct refusals {
  struct bench_set set;
  const char *path;
  char text[256];
};

static enum status next_by_path(void *context, struct client_job *job, bool *end, struct fault *fault) {
  struct refusals *in = context;
  enum status status = bench_next(&in->set, job, end, fault);
  if (!status && !*end) {
    free(job->path);
    job->path = strdup(in->path);
  }
  return status;
}

static void take_refusal(void *context, int64_t position, const char *code, const char *text) {
  struct refusals *in = context;
  assert_int_equal(position, 0);
  assert_string_equal(code, ERROR_BAD_JOB);
  snprintf(in->text, sizeof in->text, "%s", text);
}

static void expect_path(const struct doors *doors, const char *path, const char *words) {
  struct fault fault = {0};
  struct refusals in = {.path = path};
  bench_set_init(&in.set, doors->golden, doors->sha256, NULL, 1, path);
  const struct socket_security security = doors_security(doors, DOORS_CLIENT);
  struct client *client;
  const struct client_options options = {
      .context = doors->context, .endpoint = doors->endpoint, .security = &security, .stop_fd = -1};
  assert_int_equal(client_open(&options, &client, &fault), STATUS_OK);
  struct client_run run = {.next = next_by_path, .refused = take_refusal, .context = &in};
  if (client_submit(client, &run, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(run.refusals, words != NULL);
  if (words && !strstr(in.text, words)) fail_msg("%s: expected \"%s\", got: %s", path, words, in.text);
  client_close(client);
  bench_set_free(&in.set);
}

static void a_path_outside_the_roots_is_refused(void **state) {
  const struct doors *doors = *state;
  char *inside = support_text("%s/deep", doors->photos), *file = support_text("%s/a.jpg", inside),
       *link = support_text("%s/b.jpg", inside), *out = support_text("%s/out", inside),
       *through = support_text("%s/allow", out), *up = support_text("%s/../allow", doors->photos),
       *beside = support_text("%s-beside/a.jpg", doors->photos), *missing = support_text("%s/none.jpg", inside);
  mkdir(inside, 0777);
  support_write(file, "x", 1);
  assert_int_equal(symlink("a.jpg", link), 0);
  assert_int_equal(symlink("../..", out), 0);
  expect_path(doors, file, NULL);
  expect_path(doors, link, NULL);
  expect_path(doors, missing, NULL); /* the worker may have it */
  expect_path(doors, doors->list, "outside the folders");
  expect_path(doors, beside, "outside the folders");
  expect_path(doors, up, "without \"..\"");
  expect_path(doors, "a.jpg", "expected an absolute path");
  expect_path(doors, through, "leads out");
  expect_path(doors, "/proc/self/environ", "outside the folders");
  char *texts[] = {inside, file, link, out, through, up, beside, missing};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
}

static void a_worker_reads_below_its_roots_only(void **state) {
  const struct doors *doors = *state;
  struct photo photo;
  struct fault fault = {0};
  char *file = support_text("%s/a.jpg", doors->photos), *link = support_text("%s/link.jpg", doors->photos);
  support_write(file, "bytes", 5);
  assert_int_equal(symlink(doors->list, link), 0);
  assert_int_equal(roots_read_photo(doors->roots, file, &photo, &fault), STATUS_OK);
  assert_int_equal(photo.size, 5);
  photo_free(&photo);
  assert_int_equal(roots_read_photo(doors->roots, link, &photo, &fault), STATUS_INVALID);
  assert_int_equal(roots_read_photo(doors->roots, doors->list, &photo, &fault), STATUS_INVALID);
  assert_null(roots_resolve(doors->roots, doors->golden));
  char *resolved = roots_resolve(NULL, doors->golden);
  assert_string_equal(resolved, doors->golden);
  struct roots *none;
  assert_int_equal(roots_open(NULL, 0, &none, &fault), STATUS_OK);
  assert_int_equal(roots_read_photo(none, file, &photo, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "--root"));
  roots_close(none);
  free(resolved);
  free(file);
  free(link);
}

/* --- On the wire --- */

static void a_session_that_is_played_again_has_no_effect(void **state) {
  const struct doors *doors = *state;
  struct fault fault = {0};
  struct wire_proxy proxy;
  wire_proxy_open(&proxy, doors->port);
  struct doors through = *doors;
  through.endpoint = proxy.endpoint;
  const struct socket_security security = doors_security(doors, DOORS_CLIENT);
  if (doors_ask(&through, &security, &fault)) fail_msg("%s", fault.text);
  wire_proxy_close(&proxy);
  assert_true(proxy.size > 400); /* greeting, handshake, HELLO, STATUS_REQUEST, BYE */
  const struct broker_figures *figures = broker_figures(doors->side.broker);
  expect_in(doors, DOORS_CLIENT);
  long long before = atomic_load(&figures->messages), failed = guard_figures(doors->guard).broken_off;
  int socket_ = wire_connect(doors->port);
  wire_send(socket_, proxy.bytes, proxy.size);
  wire_await_end(socket_);
  expect_in(doors, DOORS_CLIENT); /* its messages are HELLO, STATUS_REQUEST, and BYE, which may still be on the way */
  long long after = atomic_load(&figures->messages);
  assert_true(after - before <= 4);
  assert_int_equal(guard_figures(doors->guard).broken_off, failed + 1);
  free(proxy.bytes);
}

static void a_message_of_ten_gigabytes_is_not_waited_for(void **state) {
  const struct doors *doors = *state;
  long before = wire_memory_kb();
  for (int curve = 0; curve < 2; curve++) {
    int socket_ = wire_connect(doors->port);
    wire_send(socket_, wire_greeting(curve), WIRE_GREETING);
    /* A long command frame of 10 GB, and some of it. */
    static const uint8_t claim[9] = {0x06, 0, 0, 0, 0x02, 0x54, 0x0b, 0xe4, 0x00};
    wire_send(socket_, claim, sizeof claim);
    wire_send(socket_, claim, sizeof claim);
    wire_await_end(socket_);
  }
  assert_true(wire_memory_kb() - before < 100000);
  expect_in(doors, DOORS_CLIENT);
}

/* ZMTP 3.1 without keys: a DEALER's READY, and the head of a frame of `size` bytes behind which more come. */
static void wire_begin(int socket_) {
  static const char ready[] = "\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06"
                              "DEALER";
  wire_send(socket_, wire_greeting(0), WIRE_GREETING);
  wire_send(socket_, ready, sizeof ready - 1);
}

static void wire_send_frame(int socket_, const uint8_t *bytes, uint32_t size, bool more) {
  const uint8_t head[9] = {more ? 3 : 2, 0, 0, 0, 0, (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
                           (uint8_t)size};
  wire_send(socket_, head, sizeof head);
  wire_send(socket_, bytes, size);
}

enum { FLOOD_FRAME = 1 << 20 };
static const struct socket_security open_doors = {.insecure = true};

static void expect_let_in(const struct doors *doors) {
  struct fault fault = {0};
  if (doors_ask(doors, &open_doors, &fault)) fail_msg("%s", fault.text);
}

/* Frame after frame, each with the mark that another comes: libzmq keeps them all until the last. */
static void a_message_without_end_is_cut_off(void **state) {
  const struct doors *doors = *state;
  const int64_t limit = 8 * FLOOD_FRAME;
  uint8_t *bytes = calloc(1, FLOOD_FRAME);
  guard_set_limits(doors->guard, limit, 4 * limit);
  const long before = wire_memory_kb();
  int socket_ = wire_connect(doors->port);
  wire_begin(socket_);
  for (int i = 0; i < 12; i++) wire_send_frame(socket_, bytes, FLOOD_FRAME, true);
  wire_await_end(socket_);
  assert_int_equal(guard_figures(doors->guard).ended, 1);
  expect_let_in(doors);
  assert_true(wire_memory_kb() - before < 100000);
  free(bytes);
}

/* Each holds less than one may, all of them more than all may: it is the fullest that goes. */
static void many_that_send_without_end_are_bounded_together(void **state) {
  const struct doors *doors = *state;
  uint8_t *bytes = calloc(1, FLOOD_FRAME);
  int sockets[4];
  guard_set_limits(doors->guard, 100 * FLOOD_FRAME, 9 * FLOOD_FRAME);
  for (int i = 0; i < 4; i++) {
    sockets[i] = wire_connect(doors->port);
    wire_begin(sockets[i]);
    for (int j = 0; j < (i == 2 ? 4 : 2); j++) wire_send_frame(sockets[i], bytes, FLOOD_FRAME, true);
  }
  wire_await_end(sockets[2]);
  for (int i = 0; i < 4; i++)
    if (i != 2) close(sockets[i]);
  assert_int_equal(guard_figures(doors->guard).ended, 1);
  expect_let_in(doors);
  free(bytes);
}

/* Sixteen times the limit, in messages that are read one after the other. */
static void who_is_read_is_not_cut_off(void **state) {
  const struct doors *doors = *state;
  uint8_t *bytes = calloc(1, FLOOD_FRAME);
  guard_set_limits(doors->guard, 4 * FLOOD_FRAME, 4 * FLOOD_FRAME);
  int socket_ = wire_connect(doors->port);
  wire_begin(socket_);
  const struct broker_figures *figures = broker_figures(doors->side.broker);
  for (long long i = 1; i <= 64; i++) {
    wire_send_frame(socket_, bytes, FLOOD_FRAME, false);
    for (const int64_t until = clock_ms() + 20000; atomic_load(&figures->messages) < i;)
      assert_true(clock_ms() < until);
  }
  expect_let_in(doors);
  assert_int_equal(guard_figures(doors->guard).ended, 0);
  close(socket_);
  free(bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, doors_set_up, doors_tear_down)
#define OPEN(name) cmocka_unit_test_setup_teardown(name, doors_set_up_open, doors_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_strangers_key_is_refused_in_words_at_once),
      TEST(without_a_key_or_with_another_brokers_key_it_is_told_at_once),
      TEST(a_key_opens_only_the_doors_of_its_role),
      OPEN(a_message_without_end_is_cut_off),
      OPEN(many_that_send_without_end_are_bounded_together),
      OPEN(who_is_read_is_not_cut_off),
      TEST(the_list_is_read_again_when_it_changes),
      TEST(who_is_struck_off_the_list_is_parted_with),
      TEST(only_an_admin_reads_what_others_handed_in),
      TEST(a_path_outside_the_roots_is_refused),
      TEST(a_worker_reads_below_its_roots_only),
      TEST(a_session_that_is_played_again_has_no_effect),
      TEST(a_message_of_ten_gigabytes_is_not_waited_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
