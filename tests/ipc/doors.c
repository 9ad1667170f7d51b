#include "tests/ipc/doors.h"

#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void must(enum status status, const struct fault *fault) {
  if (status) fail_msg("%s", fault->text);
}

void doors_write_list(const struct doors *doors, int count) {
  static const char *const roles[] = {"client", "worker", "admin"};
  char *draft = support_text("%s.draft", doors->list);
  FILE *file = fopen(draft, "w");
  assert_non_null(file);
  fputs("# who may come\n\n", file);
  for (int i = 0; i < count; i++)
    fprintf(file, "%s curve25519-public %s the %s\n", roles[i], doors->keys[i].public_text, roles[i]);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(rename(draft, doors->list), 0);
  free(draft);
}

static void *serve(void *argument) {
  struct bench_side *side = argument;
  side->status = broker_run(side->broker, &side->fault);
  return NULL;
}

static int set_up(void **state, bool open) {
  struct fault fault = {0};
  struct doors *doors = calloc(1, sizeof *doors);
  assert_non_null(doors);
  doors->folder = support_folder();
  doors->store = support_text("%s/store", doors->folder);
  doors->list = support_text("%s/allow", doors->folder);
  doors->photos = support_text("%s/photos", doors->folder);
  doors->golden = support_text("%s/golden", doors->folder);
  mkdir(doors->photos, 0777);
  bench_golden(doors->golden, doors->sha256);
  must(curve_key_make(&doors->broker_key, &fault), &fault);
  for (int i = 0; i < DOORS_KEYS; i++) must(curve_key_make(&doors->keys[i], &fault), &fault);
  doors_write_list(doors, DOORS_STRANGER);
  must(allow_list_open(doors->list, &doors->allow, &fault), &fault);
  const char *root = doors->photos, *any = "tcp://127.0.0.1:*";
  must(roots_open(&root, 1, &doors->roots, &fault), &fault);
  must(socket_context_open(&doors->context, &fault), &fault);
  must(guard_open(doors->context, open ? NULL : doors->allow, &doors->guard, &fault), &fault);
  doors->security = (struct socket_security){.own = open ? NULL : &doors->broker_key, .insecure = open};
  doors->side = (struct bench_side){.stop_fd = eventfd(0, EFD_CLOEXEC)};
  const struct broker_options options = {.context = doors->context,
                                         .store = doors->store,
                                         .endpoints = &any,
                                         .endpoint_count = 1,
                                         .times = &bench_times,
                                         .security = &doors->security,
                                         .allow = doors->allow,
                                         .guard = doors->guard,
                                         .roots = doors->roots,
                                         .audit = true,
                                         .stop_fd = doors->side.stop_fd};
  must(broker_open(&options, &doors->side.broker, &fault), &fault);
  must(guard_start(doors->guard, &fault), &fault);
  doors->endpoint = broker_endpoint(doors->side.broker, 0);
  doors->port = (uint16_t)strtoul(strrchr(doors->endpoint, ':') + 1, NULL, 10);
  assert_int_equal(pthread_create(&doors->side.thread, NULL, serve, &doors->side), 0);
  *state = doors;
  return 0;
}

int doors_set_up(void **state) {
  return set_up(state, false);
}

int doors_set_up_open(void **state) {
  return set_up(state, true);
}

int doors_tear_down(void **state) {
  struct doors *doors = *state;
  bench_stop(&doors->side);
  guard_close(doors->guard);
  allow_list_close(doors->allow);
  roots_close(doors->roots);
  bench_close_context(doors->context);
  support_remove(doors->folder);
  free(doors->store);
  free(doors->list);
  free(doors->photos);
  free(doors->golden);
  free(doors);
  return 0;
}

struct socket_security doors_security(const struct doors *doors, int key) {
  return (struct socket_security){.own = &doors->keys[key], .broker = doors->broker_key.public_key};
}

static void *work(void *argument) {
  struct bench_side *side = argument;
  side->status = worker_run(&side->worker, &side->fault);
  return NULL;
}

void doors_start_worker(struct bench_side *side) {
  assert_int_equal(pthread_create(&side->thread, NULL, work, side), 0);
}

struct client *doors_client(const struct doors *doors, const struct socket_security *security) {
  struct client *client;
  struct fault fault = {0};
  const struct client_options options = {.context = doors->context,
                                         .endpoint = doors->endpoint,
                                         .times = &bench_times,
                                         .security = security,
                                         .stop_fd = -1};
  must(client_open(&options, &client, &fault), &fault);
  return client;
}

/* Who is not told that it is refused waits longer than a test may run. */
enum { WITHOUT_END_MS = 3600000 };

enum status doors_ask(const struct doors *doors, const struct socket_security *security, struct fault *fault) {
  struct client *client;
  json_t *answer = NULL;
  const struct client_options options = {.context = doors->context,
                                         .endpoint = doors->endpoint,
                                         .times = &bench_times,
                                         .security = security,
                                         .connect_ms = WITHOUT_END_MS,
                                         .stop_fd = -1};
  enum status status = client_open(&options, &client, fault);
  if (!status) status = client_status(client, NULL, &answer, fault);
  json_decref(answer);
  client_close(client);
  return status;
}
