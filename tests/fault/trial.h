/* Trials: the program under a fault (see inject.h), call for call, and what it may then do. */
#ifndef ASSAY_TESTS_FAULT_TRIAL_H
#define ASSAY_TESTS_FAULT_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct trial {
  char name[32]; /* of what fails */
  uintmax_t place;
  unsigned long call;
};

struct trials {
  struct trial *items;
  size_t count;
};

/* What the log of a run without a fault makes: of each place the first three calls, one in the middle and the last; of
 * those within a library every call, or every `stride`-th. All of them with ASSAY_TEST_ALL=1, else `few`, evenly
 * chosen. The caller frees trials->items. */
struct trials trials_read(const char *log, unsigned long stride, size_t few);

/* The call and its callers, as the log of the trial has them, by name; the caller frees it. */
char *trial_describe(const struct trial *trial, const char *log);

/* Runs the program with a fault (NULL: without), its output to files, for a minute at most. Returns its exit code, or
 * 128 + the signal where it died: of KILL after a minute. */
int trial_run(const struct trial *trial, const char *log, const char *const *arguments, const char *out,
              const char *err);
pid_t trial_start(const struct trial *trial, const char *log, const char *const *arguments, const char *out,
                  const char *err);
int trial_wait(pid_t process);

/* Whether the log says that the call failed. */
bool trial_happened(const char *log);

/* NULL where a process that ended with `code` and said what is in the file `err` behaved: it ended well, or with an
 * exit code of its own and words that name what failed. Else what is wrong, which the caller frees. */
char *trial_misbehaved(const struct trial *trial, int code, const char *err);

#endif
