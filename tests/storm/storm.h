/* A storm: brokers, workers and clients of the built program, of which a random one is killed with SIGKILL every now
 * and then and started again, until all jobs have a result. */
#ifndef ASSAY_TESTS_STORM_H
#define ASSAY_TESTS_STORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { STORM_PROCESSES = 16, STORM_WORDS = 32 };

enum storm_kind { STORM_BROKER, STORM_WORKER, STORM_CLIENT };

/* How a process is started: a command line, ended by NULL, of which the first word is looked up in PATH. */
struct storm_line {
  const char *words[STORM_WORDS];
  size_t count;
};

struct storm_process {
  enum storm_kind kind;
  struct storm_line line; /* of a client: without its list and what follows */
  char *name;
  pid_t pid; /* 0: does not run */
  int starts, kills;
  int64_t next; /* a client's submission */
};

struct storm {
  const char *folder; /* lists, logs and results are there */
  uint64_t seed;
  double seconds;    /* processes are killed for so long, and submissions begin evenly over it */
  double kill_every; /* seconds, on average */
  double patience;   /* seconds that all may take in the end */
  int64_t jobs, per_submission;
  void (*meanwhile)(struct storm *storm, double seconds); /* called now and then; may be NULL */
  struct storm_process processes[STORM_PROCESSES];
  size_t count;
  int kills, unanswered; /* unanswered: clients that found no broker and were started again */
};

struct storm_process *storm_add(struct storm *storm, enum storm_kind kind, const char *const *words);

/* Makes golden, photos and lists in the folder. */
void storm_photos(struct storm *storm);

/* Runs until every submission has ended, and fails the test where a process ends that nobody killed, or where it takes
 * longer than it may. Brokers and workers still run then. */
void storm_run(struct storm *storm);

/* Ends workers and then brokers with SIGTERM, which they answer with exit code 0. */
void storm_stop(struct storm *storm);
/* Kills what runs: for the end of a test, good or bad. */
void storm_kill_all(struct storm *storm);

/* Every job has one line in what the clients wrote, and it is that of a quiet run of `assay run`. */
void storm_compare(const struct storm *storm);
/* The broker counts every job as done, and gives each result once. `where`: --broker and its value. */
void storm_check_store(const struct storm *storm, const char *const *where);

#endif
