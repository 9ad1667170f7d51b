/* A store of a test's own, on SQLite or, where a server runs, on PostgreSQL. */
#ifndef ASSAY_TESTS_MODELS_STORE_BENCH_H
#define ASSAY_TESTS_MODELS_STORE_BENCH_H

#include "models/store.h"
#include "tests/postgres.h"

struct store_bench {
  char *folder, *database; /* database NULL: SQLite in the folder */
  struct store *store;
};

/* The server that store_bench_open makes its databases on; NULL: they are on SQLite. */
extern struct postgres *store_bench_postgres;

struct store_bench *store_bench_open(void);
void store_bench_close(struct store_bench *bench);

/* Fails the test where the call failed. */
void must(enum status status, const struct fault *fault);

#endif
