/* The store in a PostgreSQL database, by libpq. */
#include "models/store_postgres_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct postgres_query *query_of(struct query *query) {
  return (struct postgres_query *)query;
}

/* --- Statements --- */

static bool is_control(enum statement which) {
  return which == SQL_BEGIN || which == SQL_COMMIT || which == SQL_ROLLBACK;
}

static void reset(struct query *query) {
  struct postgres_query *q = query_of(query);
  pq.clear(q->result);
  q->result = NULL;
  q->row = 0;
}

static enum status prepare_on_connection(struct postgres_database *d, struct postgres_query *q, struct fault *fault) {
  char name[16];
  if (q->prepared || is_control(q->which)) return STATUS_OK;
  snprintf(name, sizeof name, "s%d", (int)q->which);
  PGresult *result = pq.prepare(d->connection, name, store_sql(q->which, DIALECT_POSTGRES), 0, NULL);
  enum status status = pq.resultStatus(result) == PGRES_COMMAND_OK ? STATUS_OK : postgres_fault(d, result, fault);
  pq.clear(result);
  q->prepared = !status;
  return status;
}

static enum status prepare(struct database *database, enum statement which, struct query **query, struct fault *fault) {
  struct postgres_database *d = postgres_of(database);
  struct postgres_query *q = &d->queries[which];
  *query = NULL;
  if (!postgres_is_alive(d) && d->open && which == SQL_ROLLBACK) d->open = false;
  enum status status = STATUS_OK;
  if (!postgres_is_alive(d)) status = d->open ? postgres_away(d, fault) : postgres_connect(d, fault);
  if (status) return status;
  q->query.database = database;
  q->which = which;
  reset(&q->query);
  q->parameters = 0;
  memset(q->values, 0, sizeof q->values);
  status = prepare_on_connection(d, q, fault);
  if (status && !postgres_is_alive(d) && !d->open && !(status = postgres_connect(d, fault)))
    status = prepare_on_connection(d, q, fault);
  if (!status) *query = &q->query;
  return status;
}

static void set_integer(struct query *query, int parameter, int64_t value) {
  struct postgres_query *q = query_of(query);
  snprintf(q->numbers[parameter - 1], POSTGRES_NUMBER_CHARS, "%lld", (long long)value);
  q->values[parameter - 1] = q->numbers[parameter - 1];
  if (parameter > q->parameters) q->parameters = parameter;
}

static void set_text(struct query *query, int parameter, const char *text, size_t size) {
  (void)size; /* it is ended by NUL */
  struct postgres_query *q = query_of(query);
  q->values[parameter - 1] = text;
  if (parameter > q->parameters) q->parameters = parameter;
}

static void ask(struct postgres_database *d, struct postgres_query *q) {
  char name[16];
  snprintf(name, sizeof name, "s%d", (int)q->which);
  q->result = is_control(q->which) ? pq.exec(d->connection, store_sql(q->which, DIALECT_POSTGRES))
                                   : pq.execPrepared(d->connection, name, q->parameters, q->values, NULL, NULL, 0);
}

static bool went_well(const struct postgres_query *q) {
  ExecStatusType code = pq.resultStatus(q->result);
  /* A COMMIT of a transaction that has failed is answered by ROLLBACK. */
  if (q->which == SQL_COMMIT) return code == PGRES_COMMAND_OK && !strcmp(pq.cmdStatus(q->result), "COMMIT");
  return code == PGRES_COMMAND_OK || code == PGRES_TUPLES_OK;
}

static enum status run(struct postgres_database *d, struct postgres_query *q, struct fault *fault) {
  ask(d, q);
  enum status status = went_well(q) ? STATUS_OK : postgres_fault(d, q->result, fault);
  /* That the connection has broken is noticed only now. What stands alone can be asked once more. */
  if (status && !postgres_is_alive(d) && !d->open) {
    status = postgres_connect(d, fault);
    if (!status) status = prepare_on_connection(d, q, fault);
    if (status) return status;
    pq.clear(q->result);
    ask(d, q);
    status = went_well(q) ? STATUS_OK : postgres_fault(d, q->result, fault);
  }
  if (q->which == SQL_BEGIN) d->open = !status;
  if (q->which == SQL_COMMIT || q->which == SQL_ROLLBACK) d->open = false;
  return status;
}

static enum status step(struct query *query, bool *row, struct fault *fault) {
  struct postgres_query *q = query_of(query);
  *row = false;
  if (q->result) {
    q->row++;
  } else {
    enum status status = run(postgres_of(query->database), q, fault);
    if (status) {
      reset(query);
      return status;
    }
  }
  *row = q->row < pq.ntuples(q->result);
  return STATUS_OK;
}

static int64_t integer(struct query *query, int column) {
  const struct postgres_query *q = query_of(query);
  return q->row < pq.ntuples(q->result) ? strtoll(pq.getvalue(q->result, q->row, column), NULL, 10) : 0;
}

static const char *text(struct query *query, int column, size_t *size) {
  const struct postgres_query *q = query_of(query);
  bool null = q->row >= pq.ntuples(q->result) || pq.getisnull(q->result, q->row, column);
  if (size) *size = null ? 0 : (size_t)pq.getlength(q->result, q->row, column);
  return null ? NULL : pq.getvalue(q->result, q->row, column);
}

static int64_t changes(struct query *query) {
  return strtoll(pq.cmdTuples(query_of(query)->result), NULL, 10);
}

/* --- Batches, by libpq's pipeline --- */

/* The answer to one statement, and the end of it. */
static enum status take_one(struct postgres_database *d, const struct query_batch *how, size_t i,
                            struct postgres_query *q, struct fault *fault) {
  q->result = pq.getResult(d->connection);
  enum status status = STATUS_OK;
  if (!went_well(q))
    status = postgres_fault(d, q->result, fault);
  else if (how->take)
    how->take(how->context, i, &q->query, pq.ntuples(q->result) > 0);
  reset(&q->query);
  /* Each answer is followed by a NULL. */
  PGresult *more = status ? NULL : pq.getResult(d->connection);
  pq.clear(more);
  return status;
}

static enum status take_some(struct postgres_database *d, const struct query_batch *how, size_t first, size_t count,
                             struct postgres_query *q, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < count && !status; i++) status = take_one(d, how, first + i, q, fault);
  /* After a failure the others are answered, too: that they were not run. */
  for (bool synced = false; !synced && postgres_is_alive(d);) {
    PGresult *result = pq.getResult(d->connection);
    synced = pq.resultStatus(result) == PGRES_PIPELINE_SYNC;
    pq.clear(result);
    if (!result && pq.status(d->connection) != CONNECTION_OK) d->broken = true;
  }
  return status;
}

static enum status send_some(struct postgres_database *d, const struct query_batch *how, size_t first, size_t count,
                             struct postgres_query *q, size_t *sent, struct fault *fault) {
  char name[16];
  snprintf(name, sizeof name, "s%d", (int)q->which);
  for (*sent = 0; *sent < count; ++*sent) {
    q->parameters = 0;
    enum status status = how->bind(how->context, first + *sent, &q->query, fault);
    if (status) return status;
    if (!pq.sendQueryPrepared(d->connection, name, q->parameters, q->values, NULL, NULL, 0))
      return postgres_fault(d, NULL, fault);
  }
  return STATUS_OK;
}

static enum status batch(struct query *query, const struct query_batch *how, struct fault *fault) {
  enum { AT_ONCE = 100 };
  struct postgres_query *q = query_of(query);
  struct postgres_database *d = postgres_of(query->database);
  if (!pq.enterPipelineMode(d->connection)) return postgres_fault(d, NULL, fault);
  enum status status = STATUS_OK;
  for (size_t first = 0, sent; first < how->count && !status; first += AT_ONCE) {
    size_t count = how->count - first < AT_ONCE ? how->count - first : AT_ONCE;
    status = send_some(d, how, first, count, q, &sent, fault);
    if (!postgres_is_alive(d)) break;
    if (!pq.pipelineSync(d->connection)) {
      status = postgres_fault(d, NULL, fault);
      break;
    }
    struct fault later = {0};
    enum status taken = take_some(d, how, first, sent, q, &later);
    if (taken && !status) *fault = later;
    status = status ? status : taken;
  }
  pq.exitPipelineMode(d->connection);
  return status;
}

static bool in_transaction(struct database *database) {
  return postgres_of(database)->open;
}

/* --- The schema --- */

static enum status ask_number(struct postgres_database *d, const char *question, int *number, struct fault *fault) {
  PGresult *result = pq.exec(d->connection, question);
  enum status status = pq.resultStatus(result) == PGRES_TUPLES_OK ? STATUS_OK : postgres_fault(d, result, fault);
  *number = !status && pq.ntuples(result) ? (int)strtol(pq.getvalue(result, 0, 0), NULL, 10) : 0;
  pq.clear(result);
  return status;
}

/* 2 with assay's tables, 1 with another program's, 0 with neither. The tables themselves are asked: to_regclass may
 * remember that there was none. In one statement, since whoever makes them may be done between two. */
static const char whose_tables[] =
    "SELECT coalesce(max(CASE tablename WHEN 'assay_schema' THEN 2 ELSE 1 END), 0) FROM pg_catalog.pg_tables"
    " WHERE tablename IN ('assay_schema', 'jobs') AND schemaname = ANY(current_schemas(false))";

static enum status version(struct database *database, int *number, struct fault *fault) {
  struct postgres_database *d = postgres_of(database);
  int whose = 0;
  *number = 0;
  enum status status = STATUS_OK;
  /* Whoever is about to make the tables does so alone. */
  if (d->open) status = postgres_execute(database, "SELECT pg_advisory_xact_lock(1095979865)", fault);
  if (!status) status = ask_number(d, whose_tables, &whose, fault);
  if (!status && whose == 2) return ask_number(d, "SELECT version FROM assay_schema", number, fault);
  if (!status && whose == 1)
    return fault_set(fault, STATUS_INVALID,
                     "store %s: the database has tables of another program; give assay one of its own",
                     database->shown);
  return status;
}

static enum status set_version(struct database *database, int number, struct fault *fault) {
  char script[160];
  snprintf(script, sizeof script,
           "CREATE TABLE IF NOT EXISTS assay_schema(version INTEGER NOT NULL); DELETE FROM assay_schema;"
           "INSERT INTO assay_schema(version) VALUES(%d)",
           number);
  return postgres_execute(database, script, fault);
}

/* --- News --- */

static int news_fd(struct database *database) {
  struct postgres_database *d = postgres_of(database);
  d->listening = true;
  if (!postgres_is_alive(d)) return -1;
  if (!d->heard && !d->open) d->heard = !postgres_execute(database, "LISTEN assay", NULL);
  return d->heard ? pq.socket(d->connection) : -1;
}

static void news(struct database *database, char letters[8], bool *again) {
  struct postgres_database *d = postgres_of(database);
  size_t count = 0;
  *letters = 0;
  if (postgres_is_alive(d)) pq.consumeInput(d->connection);
  for (PGnotify *note; (note = pq.notifies(d->connection)); pq.freemem(note)) {
    if (note->be_pid == pq.backendPID(d->connection)) continue;
    for (const char *c = note->extra; *c; c++)
      if (!strchr(letters, *c) && count < 7) letters[count++] = *c, letters[count] = 0;
  }
  *again = d->again && postgres_is_alive(d);
  if (*again) d->again = false;
}

/* --- Opening --- */

static void close_database(struct database *database) {
  struct postgres_database *d = postgres_of(database);
  for (int i = 0; i < SQL_STATEMENTS; i++) pq.clear(d->queries[i].result);
  pq.finish(d->connection);
  free(d->uri);
  free(database->shown);
  free(d);
}

static const struct database_calls calls = {
    .shared = true,
    .dialect = DIALECT_POSTGRES,
    .prepare = prepare,
    .set_integer = set_integer,
    .set_text = set_text,
    .step = step,
    .integer = integer,
    .text = text,
    .changes = changes,
    .batch = batch,
    .reset = reset,
    .execute = postgres_execute,
    .in_transaction = in_transaction,
    .version = version,
    .set_version = set_version,
    .news_fd = news_fd,
    .news = news,
    .close = close_database,
};

/* Host and database of a URI: what it may say else, a password among it, is not for messages. */
static enum status describe(const char *uri, char **shown, struct fault *fault) {
  char *error = NULL;
  PQconninfoOption *options = pq.conninfoParse(uri, &error);
  const char *host = "", *name = "";
  *shown = NULL;
  if (!options) {
    char text[256];
    postgres_one_line(text, sizeof text, error ? error : "out of memory");
    pq.freemem(error);
    return fault_set(fault, STATUS_USAGE, "no connection to a database: %s; expected postgresql://HOST/NAME", text);
  }
  for (const PQconninfoOption *option = options; option->keyword; option++) {
    if (!strcmp(option->keyword, "host") && option->val) host = option->val;
    if (!strcmp(option->keyword, "dbname") && option->val) name = option->val;
  }
  if (asprintf(shown, "postgresql://%s/%s", *host == '/' ? "" : host, name) < 0) *shown = NULL;
  pq.conninfoFree(options);
  return *shown ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
}

enum status database_open_postgres(const char *uri, struct database **database, struct fault *fault) {
  char *shown;
  *database = NULL;
  enum status status = postgres_need(fault);
  if (!status) status = describe(uri, &shown, fault);
  if (status) return status;
  struct postgres_database *d = calloc(1, sizeof *d);
  if (!d || !(d->uri = strdup(uri))) {
    free(d);
    free(shown);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  d->database = (struct database){&calls, shown};
  status = postgres_connect(d, fault);
  if (status)
    close_database(&d->database);
  else
    *database = &d->database;
  return status;
}
