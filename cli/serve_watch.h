/* The watch for drift beside a broker, on a thread of its own. */
#ifndef ASSAY_CLI_SERVE_WATCH_H
#define ASSAY_CLI_SERVE_WATCH_H

#include "ipc/watch.h"
#include "models/status.h"

#include <pthread.h>
#include <stdbool.h>

struct serve_watch_options {
  void *context;
  const char *data;     /* the store's folder */
  const char *database; /* as in broker_options */
  const char *findings; /* endpoint; NULL: findings.ipc in the folder, or nowhere where brokers share it */
  const char *on_finding, *budget;
  const struct socket_security *security;
};

/* All zero with stop_fd -1 is none. */
struct serve_watch {
  struct watch *watch;
  pthread_t thread;
  bool started;
  int stop_fd;
};

enum status serve_watch_open(const struct serve_watch_options *options, struct serve_watch *watching,
                             struct fault *fault);
enum status serve_watch_start(struct serve_watch *watching, struct fault *fault);
void serve_watch_end(struct serve_watch *watching);

#endif
