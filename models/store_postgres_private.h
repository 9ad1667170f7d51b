/* What the files of the store in a PostgreSQL database share. */
#ifndef ASSAY_MODELS_STORE_POSTGRES_PRIVATE_H
#define ASSAY_MODELS_STORE_POSTGRES_PRIVATE_H

#include "models/store_database.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

/* What is used of libpq. */
/* clang-format off */
#define POSTGRES_FUNCTIONS(X) \
  X(backendPID) X(clear) X(cmdStatus) X(cmdTuples) X(connectdbParams) X(conninfoFree) X(conninfoParse) \
  X(consumeInput) X(enterPipelineMode) X(errorMessage) X(exec) X(execPrepared) X(exitPipelineMode) X(finish) \
  X(freemem) X(getResult) X(getisnull) X(getlength) X(getvalue) X(notifies) X(ntuples) X(parameterStatus) \
  X(pipelineSync) X(prepare) X(resultErrorField) X(resultErrorMessage) X(resultStatus) X(sendQueryPrepared) \
  X(setNoticeProcessor) X(socket) X(status)
/* clang-format on */
#define POSTGRES_POINTER(name) __typeof__(PQ##name) *name;

/* libpq, which is loaded when a database is opened: see postgres_need. */
struct postgres_functions {
  POSTGRES_FUNCTIONS(POSTGRES_POINTER)
};
extern struct postgres_functions pq;

enum { POSTGRES_NUMBER_CHARS = 24 };

struct postgres_query {
  struct query query;
  enum statement which;
  bool prepared; /* on the connection that there is now */
  int parameters;
  const char *values[QUERY_PARAMETERS];
  char numbers[QUERY_PARAMETERS][POSTGRES_NUMBER_CHARS];
  PGresult *result;
  int row;
};

struct postgres_database {
  struct database database;
  char *uri;
  PGconn *connection;
  bool broken;                  /* the server has said that it ends the connection */
  bool open;                    /* a transaction is */
  bool listening, heard, again; /* asked for news; on this connection; on a new connection since the last news */
  int64_t next_try, pause_ms;   /* of connecting anew */
  char away[512];               /* why there is no connection */
  struct postgres_query queries[SQL_STATEMENTS];
};

static inline struct postgres_database *postgres_of(struct database *database) {
  return (struct postgres_database *)database;
}

/* Loads libpq. That it is not there is nothing to wait for, as a server that is away is: STATUS_INVALID. */
enum status postgres_need(struct fault *fault);

/* Connects anew, unless that failed a short while ago; what was prepared, listened for or open is so no more. */
enum status postgres_connect(struct postgres_database *d, struct fault *fault);

/* Is the connection good, as far as is known? */
bool postgres_is_alive(const struct postgres_database *d);

/* STATUS_UNAVAILABLE, and why there is no connection. */
enum status postgres_away(const struct postgres_database *d, struct fault *fault);

/* What went wrong with a statement; a result of NULL: with the connection. STATUS_UNAVAILABLE where it may go well
 * another time. */
enum status postgres_fault(struct postgres_database *d, const PGresult *result, struct fault *fault);

/* Statements without parameters, whose rows nobody wants. */
enum status postgres_execute(struct database *database, const char *script, struct fault *fault);

/* A message of libpq's, which may have several lines and ends with a newline, as one line. */
void postgres_one_line(char *to, size_t room, const char *text);

#endif
