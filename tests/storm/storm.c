#include "tests/storm/storm.h"

#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOT_THERE = 69, CANNOT_JUDGE = 2 }; /* exit codes of a client */

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* --- Processes --- */

static void add_words(struct storm_line *line, const char *const *words) {
  for (; *words; words++) {
    assert_true(line->count < STORM_WORDS - 1);
    line->words[line->count++] = *words;
  }
  line->words[line->count] = NULL;
}

struct storm_process *storm_add(struct storm *storm, enum storm_kind kind, const char *const *words) {
  static const char *const kinds[] = {"broker", "worker", "client"};
  assert_true(storm->count < STORM_PROCESSES);
  struct storm_process *process = &storm->processes[storm->count];
  int64_t before = 0;
  for (size_t i = 0; i < storm->count; i++) before += storm->processes[i].kind == kind;
  *process = (struct storm_process){
      .kind = kind, .name = support_text("%s%lld", kinds[kind], (long long)before), .next = before};
  add_words(&process->line, words);
  storm->count++;
  return process;
}

static void redirect(const char *path, int to, int how) {
  int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
  if (file < 0 || dup2(file, to) < 0) _exit(126);
}

/* The words of all starts go to one log; what is on standard output is that of the last start. */
static void start(struct storm *storm, struct storm_process *process, const struct storm_line *line, const char *out) {
  char *log = support_text("%s/%s.log", storm->folder, process->name);
  process->starts++;
  process->pid = fork();
  assert_true(process->pid >= 0);
  if (!process->pid) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    redirect(log, STDERR_FILENO, O_APPEND);
    redirect(out, STDOUT_FILENO, O_TRUNC);
    execvp(line->words[0], (char *const *)(uintptr_t)line->words);
    _exit(127);
  }
  free(log);
}

static void start_service(struct storm *storm, struct storm_process *process) {
  start(storm, process, &process->line, "/dev/null");
}

static int64_t submissions(const struct storm *storm) {
  return (storm->jobs + storm->per_submission - 1) / storm->per_submission;
}

static int64_t clients(const struct storm *storm) {
  int64_t count = 0;
  for (size_t i = 0; i < storm->count; i++) count += storm->processes[i].kind == STORM_CLIENT;
  return count;
}

/* The client's next submission, where it is time for it. */
static void start_client(struct storm *storm, struct storm_process *client, double elapsed) {
  const int64_t all = submissions(storm);
  if (client->next >= all || elapsed < storm->seconds * (double)client->next / (double)all) return;
  char *list = support_text("%s/list-%lld.csv", storm->folder, (long long)client->next);
  char *out = support_text("%s/results-%lld.jsonl", storm->folder, (long long)client->next);
  struct storm_line line = client->line;
  add_words(&line, (const char *const[]){"--manifest", list, "--wait", "--json", NULL});
  start(storm, client, &line, out);
  free(list);
  free(out);
}

static void fail_process(const struct storm *storm, const struct storm_process *process, int status) {
  fail_msg("%s ended by itself (%s %d); see %s/%s.log", process->name, WIFEXITED(status) ? "exit code" : "signal",
           WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), storm->folder, process->name);
}

static void ended(struct storm *storm, struct storm_process *process, int status) {
  process->pid = 0;
  if (process->kind != STORM_CLIENT || !WIFEXITED(status)) {
    fail_process(storm, process, status);
  } else if (WEXITSTATUS(status) == NOT_THERE) {
    storm->unanswered++;
  } else {
    if (WEXITSTATUS(status) > CANNOT_JUDGE) fail_process(storm, process, status);
    process->next += clients(storm);
  }
}

static void reap(struct storm *storm) {
  int status;
  for (size_t i = 0; i < storm->count; i++) {
    struct storm_process *process = &storm->processes[i];
    if (process->pid && waitpid(process->pid, &status, WNOHANG) > 0) ended(storm, process, status);
  }
}

/* --- The storm --- */

static void kill_one(struct storm *storm) {
  struct storm_process *process = &storm->processes[support_random(&storm->seed) % storm->count];
  if (!process->pid) return;
  int status;
  kill(process->pid, SIGKILL);
  while (waitpid(process->pid, &status, 0) < 0) assert_int_equal(errno, EINTR);
  /* It may have come to its end by itself just before. */
  if (WIFEXITED(status)) {
    ended(storm, process, status);
  } else {
    process->pid = 0;
    process->kills++;
    storm->kills++;
  }
  if (process->kind != STORM_CLIENT) start_service(storm, process);
}

static bool all_ended(const struct storm *storm) {
  for (size_t i = 0; i < storm->count; i++) {
    const struct storm_process *process = &storm->processes[i];
    if (process->kind == STORM_CLIENT && (process->pid || process->next < submissions(storm))) return false;
  }
  return true;
}

/* Until a process ends, for a tenth of a second at most. */
static void wait_for_one(const struct storm *storm) {
  struct pollfd files[STORM_PROCESSES];
  nfds_t count = 0;
  for (size_t i = 0; i < storm->count; i++) {
    int file = storm->processes[i].pid ? pidfd_open(storm->processes[i].pid, 0) : -1;
    if (file >= 0) files[count++] = (struct pollfd){.fd = file, .events = POLLIN};
  }
  poll(files, count, 100);
  for (nfds_t i = 0; i < count; i++) close(files[i].fd);
}

void storm_run(struct storm *storm) {
  print_message("storm: seed %llu, %lld jobs, %.0f s\n", (unsigned long long)storm->seed, (long long)storm->jobs,
                storm->seconds);
  for (size_t i = 0; i < storm->count; i++)
    if (storm->processes[i].kind != STORM_CLIENT) start_service(storm, &storm->processes[i]);
  const double began = now();
  double elapsed = 0, next_kill = storm->kill_every;
  while (!all_ended(storm)) {
    for (size_t i = 0; i < storm->count; i++)
      if (storm->processes[i].kind == STORM_CLIENT && !storm->processes[i].pid)
        start_client(storm, &storm->processes[i], elapsed);
    wait_for_one(storm);
    reap(storm);
    elapsed = now() - began;
    if (elapsed > storm->patience) fail_msg("not done after %.0f s; see %s", elapsed, storm->folder);
    if (storm->meanwhile) storm->meanwhile(storm, elapsed);
    if (elapsed < next_kill || elapsed > storm->seconds) continue;
    kill_one(storm);
    next_kill = elapsed - storm->kill_every * log(support_uniform(&storm->seed));
  }
  print_message("storm: all done after %.0f s, %d kills, %d clients found no broker for a while;", elapsed,
                storm->kills, storm->unanswered);
  for (size_t i = 0; i < storm->count; i++)
    print_message(" %s %d", storm->processes[i].name, storm->processes[i].kills);
  print_message("\n");
}

static void stop(const struct storm *storm, struct storm_process *process) {
  int status;
  if (!process->pid) return;
  kill(process->pid, SIGTERM);
  while (waitpid(process->pid, &status, 0) < 0) assert_int_equal(errno, EINTR);
  process->pid = 0;
  if (!WIFEXITED(status) || WEXITSTATUS(status)) fail_process(storm, process, status);
}

void storm_stop(struct storm *storm) {
  for (int kind = STORM_WORKER; kind >= STORM_BROKER; kind--)
    for (size_t i = 0; i < storm->count; i++)
      if ((int)storm->processes[i].kind == kind) stop(storm, &storm->processes[i]);
}

void storm_kill_all(struct storm *storm) {
  for (size_t i = 0; i < storm->count; i++) {
    struct storm_process *process = &storm->processes[i];
    if (process->pid) {
      kill(process->pid, SIGKILL);
      waitpid(process->pid, NULL, 0);
    }
    free(process->name);
  }
  storm->count = 0;
}
