#include "tests/postgres.h"

#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct postgres {
  char *programs, *folder, *data, *log;
  pid_t server;
  int databases;
};

/* Used by processes that are no cmocka program, too. */
static void must(bool good, const char *what) {
  if (good) return;
  fprintf(stderr, "postgres: %s: %s\n", what, strerror(errno));
  abort();
}

static void pause_ms(long ms) {
  nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* The folder of initdb and postgres; Debian keeps them out of PATH. NULL: not there. */
static char *find_programs(void) {
  glob_t found;
  char *folder = NULL;
  if (!glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found))
    folder =
        strndup(found.gl_pathv[found.gl_pathc - 1], strlen(found.gl_pathv[found.gl_pathc - 1]) - strlen("/initdb"));
  globfree(&found);
  const char *path = getenv("PATH");
  char *paths = !folder && path ? strdup(path) : NULL, *rest = NULL;
  for (char *one = paths ? strtok_r(paths, ":", &rest) : NULL; one && !folder; one = strtok_r(NULL, ":", &rest)) {
    char *program = support_text("%s/initdb", one);
    if (!access(program, X_OK)) folder = strdup(one);
    free(program);
  }
  free(paths);
  return folder;
}

static void become_nobody(void) {
  if (geteuid()) return;
  const struct passwd *nobody = getpwnam("nobody");
  must(nobody && !setgroups(0, NULL) && !setgid(nobody->pw_gid) && !setuid(nobody->pw_uid), "cannot become nobody");
}

static pid_t spawn(const struct postgres *p, const char *program, char *const *arguments) {
  char *path = support_text("%s/%s", p->programs, program);
  pid_t parent = getpid(), child = fork();
  must(child >= 0, "fork");
  if (!child) {
    int log = open(p->log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    become_nobody();
    /* An immediate shutdown when we are gone. */
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent || chdir("/")) _exit(1);
    dup2(log, 1);
    dup2(log, 2);
    execv(path, arguments);
    _exit(127);
  }
  free(path);
  return child;
}

static void show_log(const struct postgres *p) {
  char line[512];
  FILE *log = fopen(p->log, "r");
  while (log && fgets(line, sizeof line, log)) fputs(line, stderr);
  if (log) fclose(log);
}

static char *uri_of(const struct postgres *p, const char *database) {
  return support_text("postgresql:///%s?host=%s&user=assay", database, p->folder);
}

static void serve(struct postgres *p) {
  char *uri = uri_of(p, "postgres");
  char *const arguments[] = {"postgres",
                             "-D",
                             p->data,
                             "-k",
                             p->folder,
                             "-c",
                             "listen_addresses=",
                             "-c",
                             "fsync=off",
                             "-c",
                             "shared_buffers=16MB",
                             "-c",
                             "max_connections=50",
                             "-c",
                             "log_min_messages=log",
                             NULL};
  p->server = spawn(p, "postgres", arguments);
  while (PQping(uri) != PQPING_OK) {
    if (waitpid(p->server, NULL, WNOHANG) == p->server) {
      show_log(p);
      must(false, "the server does not start");
    }
    pause_ms(10);
  }
  free(uri);
}

struct postgres *postgres_start(void) {
  char *programs = find_programs();
  if (!programs) {
    printf("skipped: PostgreSQL is not installed here (Debian: postgresql)\n");
    return NULL;
  }
  struct postgres *p = calloc(1, sizeof *p);
  must(p, "memory");
  p->programs = programs;
  p->folder = support_folder();
  p->data = support_text("%s/data", p->folder);
  p->log = support_text("%s/log", p->folder);
  const struct passwd *nobody = getpwnam("nobody");
  if (!geteuid()) must(nobody && !chown(p->folder, nobody->pw_uid, nobody->pw_gid), "chown");
  char *const arguments[] = {"initdb", "-D",        p->data,       "-U", "assay", "-A",
                             "trust",  "--no-sync", "--no-locale", "-E", "UTF8",  NULL};
  int end;
  pid_t init = spawn(p, "initdb", arguments);
  must(waitpid(init, &end, 0) == init, "wait");
  if (end) show_log(p);
  must(!end, "initdb");
  serve(p);
  return p;
}

void postgres_kill(struct postgres *p) {
  kill(p->server, SIGQUIT);
  while (waitpid(p->server, NULL, 0) < 0 && errno == EINTR) {
  }
}

void postgres_restart(struct postgres *p) {
  serve(p);
}

void postgres_end(struct postgres *p) {
  if (!p) return;
  postgres_kill(p);
  support_remove(p->folder);
  free(p->programs);
  free(p->data);
  free(p->log);
  free(p);
}

char *postgres_ask(const char *uri, const char *script) {
  PGconn *connection = PQconnectdb(uri);
  PGresult *result = PQexec(connection, script);
  ExecStatusType code = PQresultStatus(result);
  if (code != PGRES_COMMAND_OK && code != PGRES_TUPLES_OK) {
    fprintf(stderr, "%s: %s", script, PQerrorMessage(connection));
    abort();
  }
  char *value = strdup(PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
  must(value, "memory");
  PQclear(result);
  PQfinish(connection);
  return value;
}

char *postgres_fresh(struct postgres *p) {
  char name[16];
  snprintf(name, sizeof name, "t%d", ++p->databases);
  char *all = uri_of(p, "postgres"), *script = support_text("CREATE DATABASE %s", name);
  free(postgres_ask(all, script));
  free(script);
  free(all);
  return uri_of(p, name);
}

void postgres_await_lock(const char *uri) {
  for (bool waits = false; !waits; pause_ms(5)) {
    char *count = postgres_ask(uri, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    waits = strcmp(count, "0") != 0;
    free(count);
  }
}
