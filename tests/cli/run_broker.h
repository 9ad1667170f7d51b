/* A broker of the built program on the data of a run_place. */
#ifndef ASSAY_TESTS_CLI_RUN_BROKER_H
#define ASSAY_TESTS_CLI_RUN_BROKER_H

#include <sys/types.h>

/* Starts it and waits until it says that it listens. */
pid_t run_broker_start(const char *endpoint);
/* By SIGTERM, which it ends well after; also for a worker. */
void run_broker_stop(pid_t child);
/* How many jobs it has in a state, as status names it. */
long long run_broker_jobs(const char *endpoint, const char *state);

#endif
