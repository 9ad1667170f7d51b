/* A connection to a PostgreSQL database, and what may go wrong with it. */
#include "models/library.h"
#include "models/store_postgres_private.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ENTRY(name) {"PQ" #name, &pq.name},

struct postgres_functions pq;

static const struct library_function functions[] = {POSTGRES_FUNCTIONS(ENTRY){NULL, NULL}};
static struct library libpq = {
    .file = "libpq.so.5", .package = "libpq5", .lost = "no connection to a database", .functions = functions};

enum status postgres_need(struct fault *fault) {
  struct fault cause;
  return library_need(&libpq, &cause) ? fault_set(fault, STATUS_INVALID, "%s", cause.text) : STATUS_OK;
}

enum { FIRST_PAUSE_MS = 100, LONGEST_PAUSE_MS = 5000 };

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- What went wrong --- */

void postgres_one_line(char *to, size_t room, const char *text) {
  size_t size = 0;
  for (; *text && size + 1 < room; text++) to[size++] = *text == '\n' || *text == '\t' ? ' ' : *text;
  while (size && to[size - 1] == ' ') size--;
  to[size] = 0;
}

bool postgres_is_alive(const struct postgres_database *d) {
  return !d->broken && pq.status(d->connection) == CONNECTION_OK;
}

enum status postgres_away(const struct postgres_database *d, struct fault *fault) {
  return fault_set(fault, STATUS_UNAVAILABLE, "store %s: the database cannot be reached: %s", d->database.shown,
                   d->away);
}

/* What may go well another time: the server stops or starts, transactions were in each other's way, too many
 * connections. https://www.postgresql.org/docs/15/errcodes-appendix.html */
static bool passes(const char *state) {
  return !strncmp(state, "08", 2) || !strncmp(state, "40", 2) || !strncmp(state, "57", 2) || !strcmp(state, "53300") ||
         !strcmp(state, "55P03") || !strcmp(state, "25P03");
}

static const char *cause_of(const char *state) {
  if (!strcmp(state, "53100")) return "the disk is full";
  if (!strcmp(state, "25006")) return "it can be read but not written";
  if (!strcmp(state, "42501")) return "no permission";
  if (!strncmp(state, "58", 2)) return "the database cannot read or write its files";
  if (!strncmp(state, "53", 2)) return "the database has run out of something";
  if (!strcmp(state, "XX001") || !strcmp(state, "XX002")) return "the database is damaged";
  return NULL;
}

enum status postgres_fault(struct postgres_database *d, const PGresult *result, struct fault *fault) {
  char text[512];
  const char *state = pq.resultErrorField(result, PG_DIAG_SQLSTATE), *shown = d->database.shown;
  postgres_one_line(text, sizeof text, result ? pq.resultErrorMessage(result) : pq.errorMessage(d->connection));
  const char *severity = pq.resultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  /* An error without a state is libpq's own: sending or receiving failed, which PQstatus may not show yet. */
  if (!state || (severity && (!strcmp(severity, "FATAL") || !strcmp(severity, "PANIC")))) d->broken = true;
  if (!postgres_is_alive(d)) {
    snprintf(d->away, sizeof d->away, "%s", text);
    return postgres_away(d, fault);
  }
  if (passes(state))
    return fault_set(fault, STATUS_UNAVAILABLE, "store %s: the database asks for patience; nothing was stored (%s, %s)",
                     shown, text, state);
  const char *cause = cause_of(state);
  if (cause)
    return fault_set(fault, STATUS_IO, "store %s: %s; nothing was stored (PostgreSQL: %s, %s)", shown, cause, text,
                     state);
  return fault_set(fault, STATUS_INTERNAL, "store %s: %s (PostgreSQL %s)", shown, text, state);
}

enum status postgres_execute(struct database *database, const char *script, struct fault *fault) {
  PGresult *result = pq.exec(postgres_of(database)->connection, script);
  ExecStatusType code = pq.resultStatus(result);
  enum status status = code == PGRES_COMMAND_OK || code == PGRES_TUPLES_OK || code == PGRES_EMPTY_QUERY
                           ? STATUS_OK
                           : postgres_fault(postgres_of(database), result, fault);
  pq.clear(result);
  return status;
}

/* --- Connecting --- */

/* Defaults that the URI may override, and what it must not. A server that is gone without a word is noticed within
 * some seconds. */
static PGconn *dial(const char *uri) {
  const char *const names[] = {"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                               "keepalives_count", "tcp_user_timeout", "application_name",
                               "dbname",           "client_encoding",  NULL};
  const char *const values[] = {"3", "5", "2", "3", "5000", "assay", uri, "UTF8", NULL};
  return pq.connectdbParams(names, values, 1);
}

/* A commit is durable whatever the server's default; nobody waits long for a lock, and a broker that stands still in
 * the middle of a transaction does not keep the others waiting for ever. */
static const char session[] =
    "SET client_min_messages = warning; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s';"
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

static enum status set_up(struct postgres_database *d, struct fault *fault) {
  const char *encoding = pq.parameterStatus(d->connection, "server_encoding");
  if (!encoding || strcmp(encoding, "UTF8"))
    return fault_set(fault, STATUS_INVALID, "store %s: the database has encoding %s; expected UTF8", d->database.shown,
                     encoding ? encoding : "unknown");
  enum status status = postgres_execute(&d->database, session, fault);
  if (!status && d->listening) status = postgres_execute(&d->database, "LISTEN assay", fault);
  d->heard = !status && d->listening;
  return status;
}

/* libpq would print them. */
static void keep_quiet(void *context, const char *message) {
  (void)context, (void)message;
}

enum status postgres_connect(struct postgres_database *d, struct fault *fault) {
  int64_t now = now_ms();
  if (now < d->next_try) return postgres_away(d, fault);
  pq.finish(d->connection);
  d->connection = dial(d->uri);
  for (int i = 0; i < SQL_STATEMENTS; i++) d->queries[i].prepared = false;
  d->open = d->heard = d->broken = false;
  d->again = true;
  pq.setNoticeProcessor(d->connection, keep_quiet, NULL);
  enum status status = STATUS_OK;
  if (!postgres_is_alive(d)) {
    postgres_one_line(d->away, sizeof d->away, pq.errorMessage(d->connection));
    status = postgres_away(d, fault);
  } else {
    status = set_up(d, fault);
  }
  if (status) {
    d->pause_ms = d->pause_ms ? d->pause_ms * 2 : FIRST_PAUSE_MS;
    if (d->pause_ms > LONGEST_PAUSE_MS) d->pause_ms = LONGEST_PAUSE_MS;
    d->next_try = now_ms() + d->pause_ms;
    return status;
  }
  d->next_try = d->pause_ms = 0;
  return STATUS_OK;
}
