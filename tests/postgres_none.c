/* Where assay is built without libpq. */
#include "tests/postgres.h"

#include <stdio.h>
#include <stdlib.h>

struct postgres *postgres_start(void) {
  printf("skipped: built without PostgreSQL (Debian: libpq-dev)\n");
  return NULL;
}

void postgres_end(struct postgres *postgres) {
  (void)postgres;
}

char *postgres_fresh(struct postgres *postgres) {
  (void)postgres;
  abort();
}

void postgres_kill(struct postgres *postgres) {
  (void)postgres;
}

void postgres_restart(struct postgres *postgres) {
  (void)postgres;
}

void postgres_await_lock(const char *uri) {
  (void)uri;
}

char *postgres_ask(const char *uri, const char *script) {
  (void)uri, (void)script;
  abort();
}
