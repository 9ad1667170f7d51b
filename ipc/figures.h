/* What a broker has done since it was opened. Written by its thread, read by any. */
#ifndef ASSAY_IPC_FIGURES_H
#define ASSAY_IPC_FIGURES_H

#include <stdatomic.h>

struct broker_figures {
  atomic_llong messages, refused_messages; /* that came; those that were not understood or not allowed */
  atomic_llong jobs_accepted, jobs_refused, jobs_leased, jobs_done, jobs_lost, jobs_cancelled, jobs_retried;
  atomic_llong results_doubled; /* of jobs that had one */
  atomic_llong outcomes_sent;
  atomic_llong photo_bytes;            /* that came as bytes */
  atomic_llong commits, commit_us;     /* transactions of the store, and how long they took to be durable */
  atomic_llong store_failures;         /* ticks that the store failed in */
  atomic_llong clients, workers, held; /* now: connected; jobs in workers' hands */
  atomic_llong beat;                   /* clock_ms when the broker's thread last took a round */
  atomic_int store_failing;            /* 1 while the store fails */
};

#endif
