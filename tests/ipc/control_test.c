/* Cancel and retry, who may, and the file that tells who did. */
#include "tests/ipc/doors.h"
#include "tests/support.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { JOBS = 50 };

struct desk {
  struct socket_security security;
  struct client *client;
};

static void open_desk(const struct doors *doors, int key, struct desk *desk) {
  desk->security = doors_security(doors, key);
  desk->client = doors_client(doors, &desk->security);
}

static void hand_in(const struct doors *doors, struct desk *desk, const char *submission, const char *prefix) {
  struct bench_set set;
  struct fault fault = {0};
  bench_set_init(&set, doors->golden, doors->sha256, NULL, JOBS, prefix);
  struct client_run run = {.submission = submission, .next = bench_next, .context = &set};
  if (client_submit(desk->client, &run, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(run.accepted, JOBS);
  bench_set_free(&set);
}

static long long jobs(struct desk *desk, const char *state) {
  json_t *answer = NULL;
  struct fault fault = {0};
  assert_int_equal(client_status(desk->client, NULL, &answer, &fault), STATUS_OK);
  long long count = json_integer_value(json_object_get(json_object_get(answer, "jobs"), state));
  json_decref(answer);
  return count;
}

static const char first[] = "11111111111111111111111111111111", second[] = "22222222222222222222222222222222";

static void a_client_cancels_what_it_handed_in_and_no_more(void **state) {
  const struct doors *doors = *state;
  struct fault fault = {0};
  struct desk client, admin;
  int64_t count = 0;
  open_desk(doors, DOORS_CLIENT, &client);
  open_desk(doors, DOORS_ADMIN, &admin);
  hand_in(doors, &client, first, "mine");
  hand_in(doors, &admin, second, "hers");
  assert_int_equal(client_cancel(client.client, second, &count, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "no submission of yours"));
  assert_int_equal(client_cancel(client.client, first, &count, &fault), STATUS_OK);
  assert_int_equal(count, JOBS);
  assert_int_equal(jobs(&client, "cancelled"), JOBS);
  assert_int_equal(jobs(&client, "waiting"), JOBS);
  assert_int_equal(client_cancel(client.client, first, &count, &fault), STATUS_OK);
  assert_int_equal(count, 0);
  assert_int_equal(client_retry(client.client, NULL, &count, &fault), STATUS_INVALID);
  assert_int_equal(client_retry(client.client, first, &count, &fault), STATUS_OK);
  assert_int_equal(count, JOBS);
  assert_int_equal(jobs(&client, "waiting"), 2 * JOBS);
  assert_int_equal(client_cancel(admin.client, first, &count, &fault), STATUS_OK);
  assert_int_equal(count, JOBS);
  assert_int_equal(client_retry(admin.client, NULL, &count, &fault), STATUS_OK);
  assert_int_equal(count, 0); /* cancelled, not set aside */
  client_close(client.client);
  client_close(admin.client);
}

/* How many lines tell that this key did that. */
static int count_lines(const struct doors *doors, const char *action, const char *key_name) {
  char *path = support_text("%s/audit.jsonl", doors->store), line[4096];
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  int count = 0;
  while (fgets(line, sizeof line, file)) {
    json_t *json = json_loads(line, 0, NULL);
    assert_non_null(json);
    const char *did = json_string_value(json_object_get(json, "action"));
    const char *who = json_string_value(json_object_get(json_object_get(json, "who"), "key_name"));
    assert_non_null(json_string_value(json_object_get(json, "time")));
    count += !strcmp(did, action) && who && !strcmp(who, key_name);
    json_decref(json);
  }
  fclose(file);
  free(path);
  return count;
}

static void who_did_what_stands_in_the_audit_file(void **state) {
  const struct doors *doors = *state;
  struct fault fault = {0};
  struct desk client;
  int64_t count = 0;
  open_desk(doors, DOORS_CLIENT, &client);
  hand_in(doors, &client, first, "mine");
  assert_int_equal(client_cancel(client.client, first, &count, &fault), STATUS_OK);
  assert_int_equal(client_retry(client.client, first, &count, &fault), STATUS_OK);
  client_close(client.client);
  assert_true(count_lines(doors, "submit", "the client") >= 1);
  assert_int_equal(count_lines(doors, "golden", "the client"), 1);
  assert_int_equal(count_lines(doors, "cancel", "the client"), 1);
  assert_int_equal(count_lines(doors, "retry", "the client"), 1);
  assert_int_equal(count_lines(doors, "cancel", "the admin"), 0);
  const struct socket_security worker = doors_security(doors, DOORS_WORKER);
  assert_int_equal(doors_ask(doors, &worker, &fault), STATUS_UNAVAILABLE);
  assert_int_equal(count_lines(doors, "refused", "the worker"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, doors_set_up, doors_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_client_cancels_what_it_handed_in_and_no_more),
      TEST(who_did_what_stands_in_the_audit_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
