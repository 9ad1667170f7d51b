#include "tests/cli/run_broker.h"

#include "tests/cli/run_place.h"
#include "tests/support.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

pid_t run_broker_start(const char *endpoint) {
  const char *fifo = run_place_path("listening"), *data = run_place_path("data");
  remove(fifo);
  assert_int_equal(mkfifo(fifo, 0600), 0);
  pid_t child = program_start((const char *const[]){"serve", "--json", "--data", data, "--listen", endpoint, NULL},
                              fifo, run_place_path("serve.err"));
  FILE *said = fopen(fifo, "r");
  assert_non_null(said);
  char line[512];
  assert_non_null(fgets(line, sizeof line, said));
  ASSERT_HAS(line, endpoint);
  fclose(said);
  return child;
}

void run_broker_stop(pid_t child) {
  assert_int_equal(kill(child, SIGTERM), 0);
  assert_int_equal(program_wait(child), 0);
}

long long run_broker_jobs(const char *endpoint, const char *state) {
  struct program_end end = RUN("status", "--json", "--broker", endpoint);
  ASSERT_EXIT(end, 0);
  json_t *lines = run_lines(end.out);
  json_int_t count = json_integer_value(json_object_get(json_object_get(json_array_get(lines, 0), "jobs"), state));
  json_decref(lines);
  program_end_free(&end);
  return count;
}
