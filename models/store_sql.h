/* The statements of the store, by name; their text is in store_sql.c. Parameters are $1, $2 ... */
#ifndef ASSAY_MODELS_STORE_SQL_H
#define ASSAY_MODELS_STORE_SQL_H

enum statement {
  SQL_BEGIN,
  SQL_COMMIT,
  SQL_ROLLBACK,
  SQL_NOTIFY,
  SQL_ADD_SUBMISSION,
  SQL_FIND_SUBMISSION,
  SQL_ADD_JOB,
  SQL_DROP_JOB,
  SQL_FIND_JOB,
  SQL_FIND_HEADER,
  SQL_ADD_MEMBER,
  SQL_FIND_MEMBER,
  SQL_JOB_MEMBERS,
  SQL_COUNT_ON,
  SQL_DELIVER,
  SQL_DELIVER_ALL,
  SQL_LEASE,
  SQL_RENEW,
  SQL_TAKE_OVER,
  SQL_RELEASE,
  SQL_WORKER_LEASES,
  SQL_OWN_LEASES,
  SQL_EXPIRED_LEASES,
  SQL_LOSE,
  SQL_NEXT_SUSPECT,
  SQL_TURN,
  SQL_CLIENT_TURN,
  SQL_SET_TURN,
  SQL_DROP_TURNS,
  SQL_DROP_SHARED_TURNS,
  SQL_SUBMISSION_JOBS,
  SQL_SET_ASIDE_JOBS,
  SQL_SUBMISSION_CLIENT,
  SQL_CANCEL,
  SQL_RETRY,
  SQL_DROP_OUTCOME,
  SQL_SET_HISTORY,
  SQL_SET_DONE,
  SQL_ADD_OUTCOME,
  SQL_OUTCOMES_ALL,
  SQL_OUTCOME_LINES,
  SQL_OUTCOMES_BY_COMPLETION,
  SQL_OUTCOMES_BY_POSITION,
  SQL_COUNT_ALL,
  SQL_COUNT_SUBMISSION,
  SQL_SUBMISSIONS,
  SQL_ADD_BROKER,
  SQL_DROP_BROKER,
  SQL_DROP_BROKERS,
  SQL_BEAT,
  SQL_BROKERS,
  SQL_ADOPT,
  SQL_CLAIM,
  SQL_PHOTO_NEEDED,
  SQL_FIND_FINDING,
  SQL_ADD_FINDING,
  SQL_UNTOLD,
  SQL_TOLD,
  SQL_LOOKED,
  SQL_SET_LOOKED,
  SQL_ADD_REVIEW,
  SQL_REVIEWS,
  SQL_FIND_RESULT,
  SQL_LOTS,
  SQL_SET_LOT,
  SQL_DROP_LOTS,
  SQL_LOCK_LOTS,
  SQL_NOT_DONE,
  SQL_STATEMENTS
};

enum dialect { DIALECT_SQLITE, DIALECT_POSTGRES };

/* NULL where the dialect has no such statement: then there is nothing to do. */
const char *store_sql(enum statement which, enum dialect dialect);

/* Makes the tables of STORE_SCHEMA. */
const char *store_schema(enum dialect dialect);

/* Makes the tables of version + 1 of those of `version`; NULL: there is no way from there. */
const char *store_migration(int version, enum dialect dialect);

#endif
