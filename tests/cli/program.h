/* Runs the built program as a child process. */
#ifndef ASSAY_TESTS_CLI_PROGRAM_H
#define ASSAY_TESTS_CLI_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct program_end {
  int exit_code; /* 128 + the signal where it was killed */
  char *out, *err;
};

struct program_how {
  const char *out;         /* where standard output goes: NULL caught; "closed"; else a file */
  const char *folder;      /* the working folder; NULL: the test's own */
  const char *environment; /* one NAME=VALUE more; NULL: none */
  const char *program;     /* NULL: the built one */
};

/* Arguments after the program's name, ended by NULL. Fails the test where the program cannot be started. */
struct program_end program_run(const char *const *arguments);
struct program_end program_run_how(const struct program_how *how, const char *const *arguments);
void program_end_free(struct program_end *end);

/* Starts it with its output to files, and waits for it later. */
pid_t program_start(const char *const *arguments, const char *out, const char *err);
pid_t program_start_how(const struct program_how *how, const char *const *arguments, const char *err);
int program_wait(pid_t child);

#define RUN(...) program_run((const char *const[]){__VA_ARGS__, NULL})

/* Fails the test, showing what the program said, where it did not end as expected. */
#define ASSERT_EXIT(end, code) program_assert_exit(&(end), code, __FILE__, __LINE__)
void program_assert_exit(const struct program_end *end, int code, const char *file, int line);
/* Fails the test where `text` does not hold `part`. */
#define ASSERT_HAS(text, part) program_assert_has(text, part, __FILE__, __LINE__)
void program_assert_has(const char *text, const char *part, const char *file, int line);

/* A file as text, ended by 0; the caller frees it. Fails the test where it cannot be read. */
char *program_read(const char *path, size_t *size);

#endif
