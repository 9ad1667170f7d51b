#include "tests/fault/trial.h"

#include "tests/cli/program.h"
#include "tests/fault/inject.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { INSIDE = 16 /* below: the pseudo-places of inject.h */, KILLED = 128 + 9 };

/* --- The list --- */

static void add(struct trials *trials, const struct trial *place, unsigned long call) {
  struct trial *items = realloc(trials->items, (trials->count + 1) * sizeof *items);
  assert_non_null(items);
  trials->items = items;
  items[trials->count] = *place;
  items[trials->count++].call = call;
}

static void add_place(struct trials *trials, const struct trial *place, unsigned long calls, unsigned long stride) {
  if (place->place < INSIDE) {
    for (unsigned long call = 1; call <= calls; call += stride) add(trials, place, call);
    return;
  }
  for (unsigned long call = 1; call <= calls; call++)
    if (call <= 3 || call == calls || call == calls / 2) add(trials, place, call);
}

/* Places in the CUDA runtime, which is linked in, are not ours. */
static bool ours(const struct trial *place) {
  char line[256] = "";
  if (place->place < INSIDE) return true;
  char *command = support_text("addr2line -f -e %s %jx 2>/dev/null", ASSAY_UNDER_FAULT, place->place);
  FILE *pipe = popen(command, "r");
  bool cuda = pipe && fgets(line, sizeof line, pipe) && strstr(line, "libcudart");
  if (pipe) pclose(pipe);
  free(command);
  return !cuda;
}

struct trials trials_read(const char *log, unsigned long stride, size_t few) {
  struct trials all = {0};
  FILE *file = fopen(log, "r");
  assert_non_null(file);
  struct trial place = {.call = 0};
  unsigned long calls;
  while (fscanf(file, "calls %31s %jx %lu\n", place.name, &place.place, &calls) == 3)
    if (ours(&place)) add_place(&all, &place, calls, stride);
  assert_true(feof(file));
  fclose(file);
  assert_true(all.count > 0);
  if (!getenv("ASSAY_TEST_ALL") && all.count > few) {
    for (size_t i = 0; i < few; i++) all.items[i] = all.items[i * all.count / few];
    all.count = few;
  }
  return all;
}

char *trial_describe(const struct trial *trial, const char *log) {
  char callers[400] = "", line[2048] = "";
  FILE *file = fopen(log, "r");
  if (file && fscanf(file, "failed %*s %*s%399[^\n]", callers) < 0) *callers = 0;
  if (file) fclose(file);
  char *command = support_text("addr2line -s -f -e %s %s 2>/dev/null | paste -sd ' '", ASSAY_UNDER_FAULT, callers);
  FILE *pipe = *callers ? popen(command, "r") : NULL;
  if (pipe && fgets(line, sizeof line, pipe)) line[strcspn(line, "\n")] = 0;
  if (pipe) pclose(pipe);
  free(command);
  return support_text("%s %jx:%lu %s", trial->name, trial->place, trial->call, line);
}

/* --- Running --- */

pid_t trial_start(const struct trial *trial, const char *log, const char *const *arguments, const char *out,
                  const char *err) {
  /* In the foreground it passes a signal on once, not to its whole group as well. */
  const char *words[40] = {"--foreground", "--verbose", "-s", "KILL", "60", ASSAY_UNDER_FAULT};
  size_t count = 6;
  for (size_t i = 0; arguments[i]; i++) {
    assert_true(count < 39);
    words[count++] = arguments[i];
  }
  unsetenv("ASSAY_FAULT");
  unsetenv("ASSAY_FAULT_LOG");
  if (log) setenv("ASSAY_FAULT_LOG", log, 1);
  if (trial) {
    char *fault = support_text("%jx:%lu", trial->place, trial->call);
    setenv("ASSAY_FAULT", fault, 1);
    free(fault);
  }
  pid_t process = program_start_how(&(struct program_how){.program = "/usr/bin/timeout", .out = out}, words, err);
  unsetenv("ASSAY_FAULT");
  unsetenv("ASSAY_FAULT_LOG");
  return process;
}

int trial_wait(pid_t process) {
  return program_wait(process);
}

int trial_run(const struct trial *trial, const char *log, const char *const *arguments, const char *out,
              const char *err) {
  return trial_wait(trial_start(trial, log, arguments, out, err));
}

bool trial_happened(const char *log) {
  char line[64] = "";
  FILE *file = fopen(log, "r");
  bool happened = file && fgets(line, sizeof line, file) && !strncmp(line, "failed ", 7);
  if (file) fclose(file);
  return happened;
}

/* --- Judging --- */

/* Where the words of an error are enough to go on: out of memory, or what the system says (see FAIL in the wrappers).
 */
static bool names_it(const struct trial *trial, const char *said) {
  static const char *const words[] = {
      "memory",           "No space left",      "Input/output",     "Too many open files", "Interrupted",
      "temporarily",      "Address already",    "No locks",         "disk is full",        "libsodium",
      "Invalid argument", "reading or writing", "cannot be opened", "No thread available", "libzmq"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strstr(said, words[i])) return true;
  /* Some places of jansson's parser call it a wrong token, or read no value, when it is out of memory. */
  return trial->place == INSIDE_JANSSON;
}

char *trial_misbehaved(const struct trial *trial, int code, const char *err) {
  char *said = program_read(err, NULL), *wrong = NULL;
  const char *error = strstr(said, "assay: error: ");
  const bool verdict = code >= 0 && code <= 2, own = code == 65 || code == 69 || code == 70 || code == 74;
  /* Else somebody else has killed it: numbers of processes come again soon on a busy machine. */
  if (code == KILLED && strstr(said, "timeout: sending signal"))
    wrong = support_text("hangs: %s", said);
  else if (code > 128)
    wrong = support_text("dies of signal %d: %s", code - 128, said);
  else if (strstr(said, "Sanitizer") || strstr(said, "runtime error"))
    wrong = support_text("%s", said);
  else if (!verdict && !own)
    wrong = support_text("exit code %d: %s", code, said);
  else if (!verdict && !error)
    wrong = support_text("exit code %d without an error: %s", code, said);
  else if (!verdict && trial && !names_it(trial, error))
    wrong = support_text("exit code %d, and the error does not name it: %s", code, error);
  else if (!verdict && getenv("ASSAY_FAULT_SHOW"))
    print_message("%s: exit code %d, %s", trial ? trial->name : "", code, error);
  free(said);
  return wrong;
}
