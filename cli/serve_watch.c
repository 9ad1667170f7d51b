#include "cli/serve_watch.h"

#include "cli/message.h"

#include "models/number.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void warn(const char *text) {
  message_warning("%s", text);
}

static void *watch_thread(void *argument) {
  struct serve_watch *watching = argument;
  struct fault fault = {0};
  /* The broker goes on without it. */
  if (watch_run(watching->watch, &fault)) message_warning("drift is not watched any more: %s", fault.text);
  return NULL;
}

enum status serve_watch_open(const struct serve_watch_options *given, struct serve_watch *watching,
                             struct fault *fault) {
  double budget;
  if (!number_parse(given->budget, strlen(given->budget), &budget) || budget < 1e-4 || budget > 1)
    return fault_set(fault, STATUS_USAGE, "--budget %s: expected a number from 0.0001 to 1", given->budget);
  char *own = NULL;
  if (asprintf(&own, "ipc://%s/findings.ipc", given->data) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  watching->stop_fd = eventfd(0, EFD_CLOEXEC);
  struct watch_options how = {.context = given->context,
                              .store = given->data,
                              .database = given->database,
                              .endpoint = given->findings || given->database ? given->findings : own,
                              .security = given->security,
                              .command = given->on_finding,
                              .budget = budget,
                              .stop_fd = watching->stop_fd,
                              .note = warn};
  enum status status = watching->stop_fd < 0
                           ? fault_set(fault, STATUS_INTERNAL, "cannot make an eventfd: %s", strerror(errno))
                           : watch_open(&how, &watching->watch, fault);
  if (status == STATUS_USAGE && !given->findings) {
    message_warning("findings are not published: %s", fault->text);
    how.endpoint = NULL;
    status = watch_open(&how, &watching->watch, fault);
  }
  free(own);
  return status;
}

enum status serve_watch_start(struct serve_watch *watching, struct fault *fault) {
  int code = pthread_create(&watching->thread, NULL, watch_thread, watching);
  if (code) return fault_set(fault, STATUS_INTERNAL, "cannot start a thread: %s", strerror(code));
  watching->started = true;
  return STATUS_OK;
}

void serve_watch_end(struct serve_watch *watching) {
  uint64_t one = 1;
  while (watching->started && write(watching->stop_fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
  if (watching->started) pthread_join(watching->thread, NULL);
  watch_close(watching->watch);
  if (watching->stop_fd >= 0) close(watching->stop_fd);
}
