#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void output_init(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    /* Standard output is opened for reading only: every write to it then fails, and is noticed. */
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      (void)!open("/dev/null", (fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) | O_NOCTTY);
  }
  signal(SIGPIPE, SIG_IGN);
}

enum status output_flush(struct fault *fault) {
  errno = 0;
  if (!fflush(stdout) && !ferror(stdout)) return STATUS_OK;
  return fault_set(fault, STATUS_IO, "standard output: %s", errno ? strerror(errno) : "a write failed");
}

static enum status print_line(char *line, struct fault *fault) {
  if (!line) return fault_set(fault, STATUS_MEMORY, "out of memory while writing JSON");
  errno = 0;
  fputs(line, stdout);
  fputc('\n', stdout);
  free(line);
  return output_flush(fault);
}

enum status output_json(json_t *json, struct fault *fault) {
  char *line = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
  json_decref(json);
  return print_line(line, fault);
}

enum status output_result(const struct result *result, struct fault *fault) {
  return print_line(result_write(result), fault);
}

double output_rounded(double value, int decimals) {
  const double unit = pow(10, decimals), rounded = floor(value * unit + 0.5) / unit;
  return rounded == 0 ? 0 : rounded;
}

const char *output_text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}
