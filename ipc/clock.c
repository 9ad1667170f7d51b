#include "ipc/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t which) {
  struct timespec now;
  clock_gettime(which, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_ms(void) {
  return read_clock(CLOCK_MONOTONIC);
}
int64_t clock_wall_ms(void) {
  return read_clock(CLOCK_REALTIME);
}
