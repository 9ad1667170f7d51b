/* The results that lots, drift and comparison are made of, read row by row from wherever they lie. */
#ifndef ASSAY_ENGINE_LOTS_ROWS_H
#define ASSAY_ENGINE_LOTS_ROWS_H

#include "engine/lots/row.h"

struct rows_tally {
  int64_t rows;      /* given */
  int64_t repeated;  /* passed over: the result of a job that was given already */
  int64_t overruled; /* findings that people took out (reviews.h) */
};

/* Gives each result of `count` places to `each`, in the order of the places, and within one in the order in which the
 * results were stored or written. A place is
 *   the folder of a store (it holds store.db), or a PostgreSQL database's URI; jobs that were set aside come as rows
 *   that cannot be judged;
 *   a folder with results.jsonl, as assay run --out writes it; jobs of that run that were set aside, which its store/
 *   knows of, come last, as rows that cannot be judged;
 *   a file of results, one JSON object a line, empty lines passed over; "-" is standard input.
 * A job's result is given once, also where several places hold it; results without a job are all given. Findings that
 * people overruled are taken out of it, by the reviews of its place.
 *
 * A row is valid during the call; `each` returns another status than STATUS_OK, with its message, to end the reading.
 * Works in one pass; memory grows by 32 bytes a job. Reading a store keeps no one from writing to it. Errors name the
 * file and the line, or the store and the outcome's number: STATUS_MISSING, STATUS_INVALID, STATUS_LIMIT, STATUS_IO,
 * STATUS_MEMORY. */
enum status rows_read(const char *const *places, size_t count,
                      enum status (*each)(void *context, const struct row *row, struct fault *fault), void *context,
                      struct rows_tally *tally, struct fault *fault);

/* The same without what people decided. */
enum status rows_read_as_found(const char *const *places, size_t count,
                               enum status (*each)(void *context, const struct row *row, struct fault *fault),
                               void *context, struct rows_tally *tally, struct fault *fault);

/* Gives the photos of these places that were handed in and have no result yet, as rows that cannot be judged: those
 * that wait in a store, and in a run's folder those of the run that wrote results.jsonl and was stopped, or goes on.
 * *count is how many. */
enum status rows_read_waiting(const char *const *places, size_t places_count,
                              enum status (*each)(void *context, const struct row *row, struct fault *fault),
                              void *context, int64_t *count, struct fault *fault);

/* The folder of the store that a place is; NULL where it is none. The caller frees it. */
char *rows_store(const char *place);
/* Whether a place is a PostgreSQL database's URI. */
bool rows_is_database(const char *place);

#endif
