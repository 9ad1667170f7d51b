#include "ipc/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t which) {
  struct timespec now;
  clock_gettime(which, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_ms(void) {
  return read_clock(CLOCK_MONOTONIC) / 1000;
}
int64_t clock_us(void) {
  return read_clock(CLOCK_MONOTONIC);
}
int64_t clock_wall_ms(void) {
  return read_clock(CLOCK_REALTIME) / 1000;
}

int64_t clock_forgiven(int64_t heard, int64_t due, int64_t now, int grace) {
  const int64_t late = now - due;
  if (late <= grace) return heard;
  return heard + late < now ? heard + late : now;
}

void clock_text(int64_t wall_ms, char text[CLOCK_TEXT_MAX]) {
  time_t seconds = (time_t)(wall_ms / 1000);
  struct tm utc = {0};
  gmtime_r(&seconds, &utc);
  size_t size = strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &utc);
  snprintf(text + size, CLOCK_TEXT_MAX - size, ".%03dZ", (int)(wall_ms % 1000));
}
