#include "tests/cli/program.h"

#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS_MAX = 64 };

static void redirect(const char *path, int to) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0 || dup2(file, to) < 0) _exit(126);
}

static pid_t start(const struct program_how *how, const char *const *arguments, const char *err) {
  const char *program = how->program ? how->program : ASSAY_PROGRAM, *all[ARGUMENTS_MAX] = {program};
  size_t count = 1;
  while (arguments[count - 1] && count < ARGUMENTS_MAX - 1) {
    all[count] = arguments[count - 1];
    count++;
  }
  assert_true(count < ARGUMENTS_MAX - 1);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child) return child;
  redirect(err, STDERR_FILENO);
  if (!strcmp(how->out, "closed"))
    close(STDOUT_FILENO);
  else
    redirect(how->out, STDOUT_FILENO);
  if (how->folder && chdir(how->folder)) _exit(126);
  if (how->environment && putenv(strdup(how->environment))) _exit(126);
  /* execv does not write to the strings; its type is older than const. */
  execv(program, (char *const *)(uintptr_t)all);
  _exit(127);
}

int program_wait(pid_t child) {
  int status;
  while (waitpid(child, &status, 0) < 0) assert_int_equal(errno, EINTR);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t program_start(const char *const *arguments, const char *out, const char *err) {
  return start(&(struct program_how){.out = out}, arguments, err);
}

pid_t program_start_how(const struct program_how *how, const char *const *arguments, const char *err) {
  return start(how, arguments, err);
}

struct program_end program_run_how(const struct program_how *how, const char *const *arguments) {
  char *folder = support_folder(), *out = support_text("%s/out", folder), *err = support_text("%s/err", folder);
  struct program_how caught = *how;
  if (!caught.out) caught.out = out;
  struct program_end end = {.exit_code = program_wait(start(&caught, arguments, err))};
  end.out = how->out ? strdup("") : program_read(out, NULL);
  end.err = program_read(err, NULL);
  free(out);
  free(err);
  support_remove(folder);
  return end;
}

struct program_end program_run(const char *const *arguments) {
  return program_run_how(&(struct program_how){0}, arguments);
}

void program_end_free(struct program_end *end) {
  free(end->out);
  free(end->err);
}

void program_assert_exit(const struct program_end *end, int code, const char *file, int line) {
  if (end->exit_code == code) return;
  print_error("%s:%d: exit code %d, expected %d\nstandard output:\n%s\nstandard error:\n%s\n", file, line,
              end->exit_code, code, end->out, end->err);
  _fail(file, line);
}

void program_assert_has(const char *text, const char *part, const char *file, int line) {
  if (strstr(text, part)) return;
  print_error("%s:%d: expected \"%s\" in:\n%s\n", file, line, part, text);
  _fail(file, line);
}

char *program_read(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s cannot be read", path);
  char *text = NULL;
  size_t used = 0, got;
  do {
    char *longer = realloc(text, used + 65537);
    if (!longer) abort();
    text = longer;
    got = fread(text + used, 1, 65536, file);
    used += got;
  } while (got);
  fclose(file);
  text[used] = 0;
  if (size) *size = used;
  return text;
}
