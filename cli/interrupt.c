#include "cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static atomic_int stopped;
static int ends[2] = {-1, -1};

static void stop(int number) {
  int saved = errno, none = 0;
  atomic_compare_exchange_strong(&stopped, &none, number);
  (void)!write(ends[1], "", 1);
  errno = saved;
}

void interrupt_watch(void) {
  if (ends[0] >= 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK)) return;
  struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
  const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction before;
    /* nohup: who started us wants us to stay. Scripts start what runs in the background with SIGINT ignored, and still
     * use it to stop us. */
    if (signals[i] == SIGHUP && !sigaction(SIGHUP, NULL, &before) && before.sa_handler == SIG_IGN) continue;
    sigaction(signals[i], &action, NULL);
  }
}

int interrupt_signal(void) {
  return atomic_load(&stopped);
}

int interrupt_descriptor(void) {
  return ends[0];
}
