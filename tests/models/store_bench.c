#include "tests/models/store_bench.h"

#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct postgres *store_bench_postgres;

void must(enum status status, const struct fault *fault) {
  if (status) fail_msg("status %d: %s", status, fault->text);
}

struct store_bench *store_bench_open(void) {
  struct fault fault = {0};
  struct store_bench *bench = calloc(1, sizeof *bench);
  assert_non_null(bench);
  bench->folder = support_folder();
  if (store_bench_postgres) bench->database = postgres_fresh(store_bench_postgres);
  must(store_connect(bench->folder, bench->database, &bench->store, &fault), &fault);
  return bench;
}

void store_bench_close(struct store_bench *bench) {
  store_close(bench->store);
  support_remove(bench->folder);
  free(bench->database);
  free(bench);
}
