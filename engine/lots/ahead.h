/* Results read and parsed ahead of whom they are given to: one thread reads lines, another parses them, and the caller
 * takes rows, all in the order of reading. */
#ifndef ASSAY_ENGINE_LOTS_AHEAD_H
#define ASSAY_ENGINE_LOTS_AHEAD_H

#include "engine/lots/row.h"
#include "models/job.h"

struct ahead;

/* What is taken: the row of a line, or, where there was no result, the job that was set aside. */
struct ahead_item {
  int64_t number;  /* as it was put */
  struct row *row; /* NULL: see job */
  const struct job *job;
};

struct ahead_calls {
  /* Puts all there is, and leaves as soon as a put fails (then what it returns does not count). On a thread of its own,
   * which no other uses `source` beside. */
  enum status (*read)(void *source, struct ahead *ahead, struct fault *fault);
  void *source;
  bool waits; /* reading may wait for somebody else: no threads, each line is taken before the next is read */
  /* On the caller's thread; what it gets is valid during the call. Another status than STATUS_OK ends the reading. */
  enum status (*take)(void *context, const struct ahead_item *item, struct fault *fault);
  /* The same for a line that row_parse refused: adds to the message where it stands. */
  void (*refused)(void *context, int64_t number, struct fault *fault);
  void *context;
};

/* From `read` only. A line is copied; a job is taken over, also where this fails. False: leave. */
bool ahead_put(struct ahead *ahead, int64_t number, const char *line, size_t size);
bool ahead_put_job(struct ahead *ahead, int64_t number, struct job *job);

/* What is refused, or what ends the reading, comes after all that was put before it. A line of up to 1 MB waits for its
 * turn with some hundred others, a longer one alone. When this returns no thread is left. */
enum status ahead_run(const struct ahead_calls *calls, struct fault *fault);

#endif
