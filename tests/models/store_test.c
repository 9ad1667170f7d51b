#include "models/store.h"
#include "models/store_findings.h"
#include "models/store_people.h"
#include "models/store_private.h"
#include "tests/models/store_bench.h"
#include "tests/support.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SUBMISSION "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"

static const struct store_lessee anna = {.id = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .name = "anna:1"};
static const struct store_lessee bert = {.id = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", .name = "bert:2"};

static int set_up(void **state) {
  *state = store_bench_open();
  return 0;
}

static int tear_down(void **state) {
  store_bench_close(*state);
  return 0;
}

static void reopen(struct store_bench *bench) {
  struct fault fault = {0};
  store_close(bench->store);
  must(store_connect(bench->folder, bench->database, &bench->store, &fault), &fault);
}

static void make_job(struct job *job, int number) {
  memset(job, 0, sizeof *job);
  job->photo = support_text("photo-%03d.jpg", number);
  memset(job->golden_sha256, 'c', SHA256_CHARS);
  memset(job->photo_id, 'd', PHOTO_ID_CHARS);
  job_identify(job);
}

static enum store_accepted accept_at(struct store *store, const char *submission, int number, int64_t position,
                                     int priority) {
  struct fault fault = {0};
  struct job job;
  make_job(&job, number);
  struct store_entry entry = {.job = &job, .position = position, .priority = priority, .path = "/photos/x"};
  must(store_accept(store, submission, "client", &entry, 1, 1000, &fault), &fault);
  job_free(&job);
  return entry.accepted;
}

static void accept_many(struct store *store, int count) {
  for (int i = 0; i < count; i++) assert_int_equal(accept_at(store, SUBMISSION, i, i, 0), STORE_NEW);
}

static size_t lease(struct store *store, const struct store_lessee *who, bool suspects, size_t limit, char ids[][33]) {
  struct fault fault = {0};
  struct store_leased leased[16];
  size_t count = 0;
  assert_true(limit <= 16);
  must(store_lease(store, who, suspects, limit, 2000, 5000, leased, &count, &fault), &fault);
  for (size_t i = 0; i < count; i++) {
    if (ids) memcpy(ids[i], leased[i].id, 33);
    assert_string_equal(leased[i].path, "/photos/x");
    assert_non_null(strstr(leased[i].header, leased[i].id));
    store_leased_free(&leased[i]);
  }
  return count;
}

static enum store_finished finish(struct store *store, const char *id, const char *line) {
  struct fault fault = {0};
  enum store_finished finished;
  must(store_finish(store, id, line, strlen(line), 3000, &finished, &fault), &fault);
  return finished;
}

static struct store_counts count(struct store *store) {
  struct fault fault = {0};
  struct store_counts counts;
  must(store_count(store, NULL, &counts, &fault), &fault);
  return counts;
}

struct read {
  size_t count;
  int64_t sequence[32], position[32];
  enum job_state state[32];
  char line[32][1024];
};

static bool keep(void *context, const struct store_outcome *outcome) {
  struct read *read = context;
  assert_true(read->count < 32);
  read->sequence[read->count] = outcome->sequence;
  read->position[read->count] = outcome->position;
  read->state[read->count] = outcome->state;
  assert_int_equal(outcome->size, strlen(outcome->line));
  snprintf(read->line[read->count++], 1024, "%s", outcome->line);
  return true;
}

static struct read read_outcomes(struct store *store, const char *submission, enum store_order order, int64_t after) {
  struct fault fault = {0};
  struct read read = {0};
  must(store_outcomes(store, submission, order, after, 32, keep, &read, &fault), &fault);
  return read;
}

static void jobs_are_leased_by_priority_then_by_age(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  accept_at(store, SUBMISSION, 0, 0, 0);
  accept_at(store, SUBMISSION, 1, 1, 5);
  accept_at(store, SUBMISSION, 2, 2, 0);
  char ids[3][33];
  assert_int_equal(lease(store, &anna, false, 3, ids), 3);
  const int expected[] = {1, 0, 2};
  for (int i = 0; i < 3; i++) {
    struct job job;
    make_job(&job, expected[i]);
    assert_string_equal(ids[i], job.id);
    job_free(&job);
  }
  assert_int_equal(lease(store, &bert, false, 3, NULL), 0);
  assert_int_equal(count(store).leased, 3);
}

static void a_result_is_stored_once(void **state) {
  struct store_bench *bench = *state;
  accept_many(bench->store, 1);
  char id[1][33];
  lease(bench->store, &anna, false, 1, id);
  assert_int_equal(finish(bench->store, id[0], "{\"first\":1}"), STORE_STORED);
  assert_int_equal(finish(bench->store, id[0], "{\"second\":2}"), STORE_DOUBLE);
  assert_int_equal(finish(bench->store, "00000000000000000000000000000000", "{}"), STORE_UNKNOWN_JOB);
  reopen(bench);
  struct read read = read_outcomes(bench->store, SUBMISSION, STORE_BY_COMPLETION, 0);
  assert_int_equal(read.count, 1);
  assert_string_equal(read.line[0], "{\"first\":1}");
  assert_int_equal(count(bench->store).done, 1);
}

static void outcomes_come_in_the_order_asked_for_and_from_where_one_was(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  accept_many(store, 3);
  char ids[3][33];
  lease(store, &anna, false, 3, ids);
  finish(store, ids[2], "two");
  finish(store, ids[0], "zero");
  struct read read = read_outcomes(store, SUBMISSION, STORE_BY_COMPLETION, 0);
  assert_int_equal(read.count, 2);
  assert_string_equal(read.line[0], "two");
  assert_int_equal(read.position[0], 2);
  int64_t last = read.sequence[1];
  finish(store, ids[1], "one");
  read = read_outcomes(store, SUBMISSION, STORE_BY_COMPLETION, last);
  assert_int_equal(read.count, 1);
  assert_string_equal(read.line[0], "one");
  read = read_outcomes(store, SUBMISSION, STORE_BY_POSITION, -1);
  assert_int_equal(read.count, 3);
  assert_string_equal(read.line[0], "zero");
  assert_string_equal(read.line[1], "one");
  assert_int_equal(read_outcomes(store, SUBMISSION, STORE_BY_POSITION, 1).count, 1);
  read = read_outcomes(store, NULL, STORE_BY_COMPLETION, 0);
  assert_int_equal(read.count, 3);
  assert_string_equal(read.line[2], "one");
  assert_int_equal(read_outcomes(store, OTHER, STORE_BY_COMPLETION, 0).count, 0);
}

static void a_job_handed_in_again_is_not_done_again_but_delivered_again(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  accept_many(store, 2);
  char ids[2][33];
  lease(store, &anna, false, 2, ids);
  finish(store, ids[0], "zero");
  assert_int_equal(accept_at(store, SUBMISSION, 0, 0, 0), STORE_KNOWN);
  assert_int_equal(accept_at(store, OTHER, 1, 0, 0), STORE_KNOWN);
  assert_int_equal(accept_at(store, OTHER, 0, 1, 0), STORE_KNOWN);
  assert_int_equal(count(store).waiting, 0);
  struct read read = read_outcomes(store, OTHER, STORE_BY_COMPLETION, 0);
  assert_int_equal(read.count, 1);
  assert_int_equal(read.position[0], 1);
  finish(store, ids[1], "one");
  read = read_outcomes(store, OTHER, STORE_BY_COMPLETION, read.sequence[0]);
  assert_int_equal(read.count, 1);
  assert_string_equal(read.line[0], "one");
  assert_int_equal(read_outcomes(store, SUBMISSION, STORE_BY_COMPLETION, 0).count, 2);
}

static void the_same_photo_twice_in_a_submission_is_delivered_at_both_positions(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  assert_int_equal(accept_at(store, SUBMISSION, 7, 0, 0), STORE_NEW);
  assert_int_equal(accept_at(store, SUBMISSION, 7, 1, 0), STORE_KNOWN);
  char id[2][33];
  assert_int_equal(lease(store, &anna, false, 2, id), 1);
  finish(store, id[0], "both");
  struct read read = read_outcomes(store, SUBMISSION, STORE_BY_COMPLETION, 0);
  assert_int_equal(read.count, 2);
  assert_int_not_equal(read.position[0], read.position[1]);
}

static void another_job_at_a_taken_position_is_a_conflict(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  accept_many(store, 1);
  assert_int_equal(accept_at(store, SUBMISSION, 9, 0, 0), STORE_CONFLICT);
  assert_int_equal(count(store).waiting, 1);
}

static void a_job_given_back_waits_again_and_is_no_suspect(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  accept_many(store, 2);
  char ids[2][33];
  lease(store, &anna, false, 2, ids);
  const char *back[] = {ids[0]};
  must(store_give_back(store, bert.id, back, 1, &fault), &fault);
  assert_int_equal(count(store).leased, 2); /* bert has no lease of it */
  must(store_give_back(store, anna.id, back, 1, &fault), &fault);
  assert_int_equal(count(store).waiting, 1);
  assert_int_equal(count(store).suspects, 0);
}

static void a_suspect_is_for_workers_that_have_not_lost_it_while_there_are_any(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  struct store_lessee anna_of_two = anna, bert_of_two = bert;
  anna_of_two.workers = bert_of_two.workers = 2;
  anna_of_two.wait_ms = bert_of_two.wait_ms = 3000;
  char id[1][33];
  size_t aside = 0;
  accept_many(store, 1);
  store_set_back_off(store, 100);
  assert_int_equal(lease(store, &anna_of_two, false, 1, id), 1);
  must(store_lose(store, anna.id, id[0], "no disk", 1500, &aside, &fault), &fault);
  assert_int_equal(lease(store, &anna_of_two, true, 1, id), 0);
  anna_of_two.wait_ms = 300; /* nobody else has taken it for so long */
  assert_int_equal(lease(store, &anna_of_two, true, 1, id), 1);
  const char *back[] = {id[0]};
  must(store_give_back(store, anna.id, back, 1, &fault), &fault);
  assert_int_equal(lease(store, &bert_of_two, true, 1, id), 1);
  must(store_lose(store, bert.id, id[0], "no disk", 1500, &aside, &fault), &fault);
  anna_of_two.wait_ms = 3000; /* both have lost it */
  assert_int_equal(lease(store, &anna_of_two, true, 1, id), 1);
}

static enum status add_number(void *context, const struct job *job, struct fault *fault) {
  (void)fault;
  *(int *)context += job->photo != NULL;
  return STATUS_OK;
}

static void jobs_that_are_not_done_can_be_read_by_submission(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  enum { MANY = 600 /* more than are read at a time */ };
  accept_many(store, MANY);
  char ids[3][33];
  lease(store, &anna, false, 3, ids);
  finish(store, ids[0], "line");
  int of_all = 0, of_one = 0, of_none = 0;
  must(store_not_done(store, NULL, add_number, &of_all, &fault), &fault);
  must(store_not_done(store, SUBMISSION, add_number, &of_one, &fault), &fault);
  must(store_not_done(store, "another", add_number, &of_none, &fault), &fault);
  assert_int_equal(of_all, MANY - 1);
  assert_int_equal(of_one, MANY - 1);
  assert_int_equal(of_none, 0);
}

static void a_clock_that_is_set_back_holds_no_suspect(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  const int64_t fast = 2000 + 400LL * 86400000; /* more than a year ahead of lease()'s clock */
  char id[1][33];
  accept_many(store, 1);
  store_set_back_off(store, 100);
  assert_int_equal(lease(store, &anna, false, 1, id), 1);
  must(store_lose(store, anna.id, id[0], "no disk", fast, NULL, &fault), &fault);
  assert_int_equal(lease(store, &anna, true, 1, id), 1);
}

static void a_job_lost_three_times_is_set_aside_with_what_is_known(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  accept_many(store, 1);
  char id[1][33];
  size_t aside = 0, lost = 0;
  assert_int_equal(lease(store, &anna, false, 1, id), 1);
  must(store_lose_worker(store, anna.id, "silent", 4000, &lost, &fault), &fault);
  assert_int_equal(lost, 1);
  assert_int_equal(count(store).suspects, 1);
  assert_int_equal(lease(store, &bert, false, 1, id), 0); /* a suspect is given out only alone */
  assert_int_equal(lease(store, &bert, true, 1, id), 1);
  must(store_lose(store, bert.id, id[0], "out of memory", 4100, &aside, &fault), &fault);
  assert_int_equal(aside, 0);
  assert_int_equal(lease(store, &anna, true, 1, id), 1);
  must(store_expire(store, 5000, &lost, &fault), &fault);
  assert_int_equal(lost, 1); /* its lease lasts to 5000 */
  must(store_expire(store, 5001, &lost, &fault), &fault);
  assert_int_equal(lost, 2);
  assert_int_equal(count(store).set_aside, 0); /* its broker had gone, too */
  assert_int_equal(lease(store, &anna, true, 1, id), 1);
  must(store_lose_worker(store, anna.id, "silent", 6000, &lost, &fault), &fault);
  assert_int_equal(count(store).set_aside, 1);
  assert_int_equal(lease(store, &anna, true, 1, id), 0);
  struct read read = read_outcomes(store, SUBMISSION, STORE_BY_COMPLETION, 0);
  assert_int_equal(read.count, 1);
  assert_int_equal(read.state[0], JOB_SET_ASIDE);
  json_t *known = json_loads(read.line[0], 0, NULL);
  assert_string_equal(json_string_value(json_object_get(known, "job")), id[0]);
  const json_t *losses = json_object_get(known, "losses");
  assert_int_equal(json_array_size(losses), 4);
  const json_t *second = json_array_get(losses, 1);
  assert_string_equal(json_string_value(json_object_get(second, "name")), "bert:2");
  assert_string_equal(json_string_value(json_object_get(second, "error")), "out of memory");
  assert_int_equal(json_integer_value(json_object_get(second, "from")), 2000);
  assert_int_equal(json_integer_value(json_object_get(second, "until")), 4100);
  json_decref(known);
}

static void a_job_whose_lease_runs_out_again_and_again_is_set_aside_in_the_end(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  accept_many(store, 1);
  for (int i = 1; i <= STORE_MAX_RUN_OUT; i++) {
    assert_int_equal(count(store).set_aside, 0);
    assert_int_equal(lease(store, &anna, i > 1, 1, NULL), 1);
    must(store_expire(store, 5001, NULL, &fault), &fault);
  }
  assert_int_equal(count(store).set_aside, 1);
}

static void submissions_are_listed_the_latest_first_and_by_who_handed_them_in(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct store_submission found[3];
  struct fault fault = {0};
  char id[1][33];
  size_t given;
  accept_many(store, 2);
  must(store_accept(store, "later", "anna", NULL, 0, 7000, &fault), &fault);
  lease(store, &anna, false, 1, id);
  finish(store, id[0], "line");
  must(store_submissions(store, NULL, 3, found, &given, &fault), &fault);
  assert_int_equal(given, 2);
  assert_string_equal(found[0].client, "anna");
  assert_int_equal(found[0].created, 7000);
  assert_int_equal(found[0].counts.waiting, 0);
  assert_string_equal(found[1].id, SUBMISSION);
  assert_int_equal(found[1].counts.waiting, 1);
  assert_int_equal(found[1].counts.done, 1);
  must(store_submissions(store, NULL, 1, found, &given, &fault), &fault);
  assert_int_equal(given, 1);
  must(store_submissions(store, "client", 3, found, &given, &fault), &fault);
  assert_int_equal(given, 1);
  assert_string_equal(found[0].client, "client");
  must(store_submissions(store, "nobody", 3, found, &given, &fault), &fault);
  assert_int_equal(given, 0);
}

static void a_late_result_stands_also_for_a_job_that_was_set_aside(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  accept_many(store, 1);
  char id[1][33];
  for (int i = 0; i < 3; i++) {
    assert_int_equal(lease(store, &anna, i > 0, 1, id), 1);
    must(store_lose_worker(store, anna.id, "silent", 4000, NULL, &fault), &fault);
  }
  int64_t before = read_outcomes(store, SUBMISSION, STORE_BY_COMPLETION, 0).sequence[0];
  assert_int_equal(finish(store, id[0], "late"), STORE_STORED);
  struct read read = read_outcomes(store, SUBMISSION, STORE_BY_COMPLETION, before);
  assert_int_equal(read.count, 1);
  assert_int_equal(read.state[0], JOB_DONE);
  assert_int_equal(count(store).set_aside, 0);
  assert_int_equal(read_outcomes(store, NULL, STORE_BY_COMPLETION, 0).count, 1);
}

static void a_renewed_lease_lives_on_and_a_new_broker_watches_what_nobody_does(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  size_t lost = 0;
  accept_many(store, 2);
  lease(store, &anna, false, 1, NULL);
  lease(store, &bert, false, 1, NULL);
  must(store_join(store, "another broker", "host:3", 8000, &fault), &fault);
  must(store_renew(store, anna.id, 9000, &fault), &fault);
  must(store_expire(store, 8000, &lost, &fault), &fault);
  assert_int_equal(lost, 0);
  must(store_expire(store, 8001, &lost, &fault), &fault);
  assert_int_equal(lost, 1);
  must(store_expire(store, 9001, &lost, &fault), &fault);
  assert_int_equal(lost, 2);
}

static void what_is_rolled_back_never_was(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  accept_many(bench->store, 1);
  must(store_begin(bench->store, &fault), &fault);
  accept_at(bench->store, OTHER, 5, 0, 0);
  assert_int_equal(lease(bench->store, &anna, false, 2, NULL), 2);
  store_rollback(bench->store);
  assert_int_equal(count(bench->store).waiting, 1);
  assert_int_equal(count(bench->store).leased, 0);
  must(store_begin(bench->store, &fault), &fault);
  accept_at(bench->store, OTHER, 5, 0, 0);
  must(store_commit(bench->store, &fault), &fault);
  reopen(bench);
  assert_int_equal(count(bench->store).waiting, 2);
}

/* A process that dies in the middle of a transaction leaves none of it. */
static void a_killed_writer_leaves_nothing_half_done(void **state) {
  struct store_bench *bench = *state;
  accept_many(bench->store, 1);
  store_close(bench->store);
  bench->store = NULL;
  pid_t child = fork();
  if (!child) {
    struct store *store;
    struct fault fault = {0};
    if (store_connect(bench->folder, bench->database, &store, &fault) || store_begin(store, &fault)) _exit(1);
    for (int i = 10; i < 500; i++) {
      struct job job;
      make_job(&job, i);
      struct store_entry entry = {.job = &job, .position = i, .path = "/photos/x"};
      if (store_accept(store, SUBMISSION, "client", &entry, 1, 1, &fault)) _exit(1);
    }
    abort();
  }
  int end;
  waitpid(child, &end, 0);
  assert_true(!WIFEXITED(end));
  struct fault fault = {0};
  must(store_connect(bench->folder, bench->database, &bench->store, &fault), &fault);
  assert_int_equal(count(bench->store).waiting, 1);
}

static void a_full_disk_is_told_and_the_store_works_again_afterwards(void **state) {
  struct store_bench *bench = *state;
  accept_many(bench->store, 1);
  store_close(bench->store);
  struct fault fault = {0};
  /* SQLite's own limit on pages stands for the disk. */
  must(store_open(bench->folder, &bench->store, &fault), &fault);
  struct database *database = bench->store->database;
  must(database->calls->execute(database, "PRAGMA max_page_count = 1", &fault), &fault);
  enum status status = STATUS_OK;
  int64_t stored = 0;
  for (int i = 1; i < 400 && !status; i++) {
    struct job job;
    make_job(&job, i);
    struct store_entry entry = {.job = &job, .position = i, .path = "/photos/x"};
    status = store_accept(bench->store, SUBMISSION, "client", &entry, 1, 1, &fault);
    if (!status) stored++;
    job_free(&job);
  }
  assert_int_equal(status, STATUS_IO);
  assert_non_null(strstr(fault.text, "disk is full"));
  assert_int_equal(count(bench->store).waiting, stored + 1);
  must(database->calls->execute(database, "PRAGMA max_page_count = 100000", &fault), &fault);
  assert_int_equal(accept_at(bench->store, SUBMISSION, 400, 400, 0), STORE_NEW);
}

static void a_locked_store_says_so(void **state) {
  struct store_bench *bench = *state;
  struct store *second;
  struct fault fault = {0};
  must(store_open(bench->folder, &second, &fault), &fault);
  must(store_set_patience(second, 10, &fault), &fault);
  must(store_begin(bench->store, &fault), &fault);
  accept_at(bench->store, SUBMISSION, 1, 1, 0);
  assert_int_equal(store_begin(second, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, "locked"));
  must(store_commit(bench->store, &fault), &fault);
  assert_int_equal(accept_at(second, SUBMISSION, 2, 2, 0), STORE_NEW);
  assert_int_equal(count(bench->store).waiting, 2);
  store_close(second);
}

static void a_newer_store_and_a_strange_file_are_refused_in_words(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  char *path = support_text("%s/store.db", bench->folder);
  store_close(bench->store);
  bench->store = NULL;
  sqlite3 *db;
  sqlite3_open(path, &db);
  sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
  sqlite3_close(db);
  assert_int_equal(store_open(bench->folder, &bench->store, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "newer assay (schema 99"));
  char *wal = support_text("%s-wal", path);
  unlink(wal);
  support_write(path, "this is a shopping list, not a database, and it goes on for a while like this; bread, milk", 90);
  assert_int_equal(store_open(bench->folder, &bench->store, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, "no database"));
  free(wal);
  free(path);
}

static void read_script(const char *from, const char *to) {
  FILE *file = fopen(from, "rb");
  assert_non_null(file);
  char *text = calloc(1, 65536);
  assert_non_null(text);
  assert_in_range(fread(text, 1, 65535, file), 1, 65534);
  fclose(file);
  sqlite3 *db;
  assert_int_equal(sqlite3_open(to, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
  free(text);
}

static int64_t number_in(const char *path, const char *question) {
  sqlite3 *db;
  sqlite3_stmt *statement;
  assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_prepare_v2(db, question, -1, &statement, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  int64_t number = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return number;
}

static void a_store_of_the_schema_before_is_brought_up_to_date_and_a_copy_kept(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  store_close(bench->store);
  bench->store = NULL;
  char *path = support_text("%s/store.db", bench->folder), *copy = support_text("%s.schema-1", path);
  unlink(path);
  read_script(ASSAY_SOURCE_DIR "/tests/models/store_schema_1.sql", path);
  must(store_open(bench->folder, &bench->store, &fault), &fault);
  assert_int_equal(count(bench->store).done, 4);
  assert_int_equal(count(bench->store).waiting, 4);
  assert_int_equal(read_outcomes(bench->store, NULL, STORE_BY_COMPLETION, 0).count, 4);
  struct store_leased leased[4];
  size_t given = 0;
  must(store_lease(bench->store, &anna, false, 4, 2000, 5000, leased, &given, &fault), &fault);
  assert_int_equal(given, 4);
  finish(bench->store, leased[0].id, "the fifth");
  for (size_t i = 0; i < given; i++) store_leased_free(&leased[i]);
  struct read read = read_outcomes(bench->store, "20acbc1ef434edcdca90c2ec7facc3e0", STORE_BY_COMPLETION, 0);
  assert_int_equal(read.count, 1);
  assert_string_equal(read.line[0], "the fifth");
  assert_in_range(read.sequence[0], 5, 100);
  reopen(bench);
  assert_int_equal(count(bench->store).done, 5);
  assert_int_equal(number_in(copy, "PRAGMA user_version"), 1);
  assert_int_equal(number_in(copy, "SELECT count(*) FROM outcomes"), 4);
  free(copy);
  free(path);
}

static void what_was_judged_with_schema_2_is_there_and_can_be_reviewed(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  store_close(bench->store);
  bench->store = NULL;
  char *path = support_text("%s/store.db", bench->folder), *copy = support_text("%s.schema-2", path);
  unlink(path);
  read_script(ASSAY_SOURCE_DIR "/tests/models/store_schema_2.sql", path);
  must(store_open(bench->folder, &bench->store, &fault), &fault);
  struct read read = read_outcomes(bench->store, NULL, STORE_BY_COMPLETION, 0);
  assert_int_equal(read.count, 4);
  const struct store_review review = {"0123456789abcdef0123456789abcdef", 1, true, "line"};
  must(store_add_review(bench->store, &review, 1, &fault), &fault);
  assert_int_equal(number_in(copy, "PRAGMA user_version"), 2);
  free(copy);
  free(path);
}

/* The older program goes on writing what it knows. */
static void a_store_of_the_schema_before_is_left_alone_while_a_broker_works_with_it(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  store_close(bench->store);
  bench->store = NULL;
  char *path = support_text("%s/store.db", bench->folder), *lock = support_text("%s/broker.lock", bench->folder);
  unlink(path);
  read_script(ASSAY_SOURCE_DIR "/tests/models/store_schema_1.sql", path);
  int held = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  assert_int_equal(flock(held, LOCK_EX), 0);
  assert_int_equal(store_open(bench->folder, &bench->store, &fault), STATUS_UNAVAILABLE);
  assert_non_null(strstr(fault.text, "older assay"));
  assert_int_equal(number_in(path, "PRAGMA user_version"), 1);
  close(held);
  must(store_open(bench->folder, &bench->store, &fault), &fault);
  free(lock);
  free(path);
}

static void a_folder_that_cannot_be_made_is_an_io_error(void **state) {
  struct fault fault = {0};
  struct store *store;
  (void)state;
  assert_int_equal(store_open("/nowhere/at/all", &store, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, "/nowhere/at/all"));
}

/* Until its job is done; and one that was sent, not one that lies somewhere. */
static void a_photo_is_needed_until_its_job_is_done(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  struct job job;
  bool needed;
  accept_many(store, 1); /* by path */
  make_job(&job, 5);
  memset(job.photo_id, 'e', PHOTO_ID_CHARS);
  job_identify(&job);
  struct store_entry entry = {.job = &job, .position = 5};
  must(store_accept(store, SUBMISSION, "client", &entry, 1, 1000, &fault), &fault);
  must(store_needs_photo(store, job.photo_id, &needed, &fault), &fault);
  assert_true(needed);
  finish(store, job.id, "{}");
  must(store_needs_photo(store, job.photo_id, &needed, &fault), &fault);
  assert_false(needed);
  memset(job.photo_id, 'd', PHOTO_ID_CHARS);
  must(store_needs_photo(store, job.photo_id, &needed, &fault), &fault);
  assert_false(needed);
  job_free(&job);
}

/* Root may write everywhere, so that somebody else tries. */
static void a_folder_that_may_only_be_read_is_refused_and_works_when_it_may_be_written(void **state) {
  struct store_bench *bench = *state;
  accept_many(bench->store, 1);
  store_close(bench->store);
  bench->store = NULL;
  for (int writable = 0; writable < 2; writable++) {
    char *script = support_text("chmod %s '%s' '%s/store.db'; rm -f '%s'/store.db-*", writable ? "a+rwx" : "a=rX",
                                bench->folder, bench->folder, bench->folder);
    assert_int_equal(system(script), 0);
    free(script);
    pid_t child = fork();
    if (!child) {
      struct fault fault = {0};
      struct store *store;
      if (!geteuid() && (setgid(65534) || setuid(65534))) _exit(9);
      enum status status = store_open(bench->folder, &store, &fault);
      bool told = status == STATUS_IO && strstr(fault.text, bench->folder) &&
                  (strstr(fault.text, "not written") || strstr(fault.text, "cannot be opened"));
      if (!writable) _exit(told ? 0 : 1);
      _exit(!status && accept_at(store, SUBMISSION, 1, 1, 0) == STORE_NEW ? 0 : 2);
    }
    int end;
    assert_int_equal(waitpid(child, &end, 0), child);
    assert_int_equal(end, 0);
  }
  reopen(bench);
  assert_int_equal(count(bench->store).waiting, 2);
}

static bool keep_number(void *context, int64_t number, const char *line) {
  int64_t *kept = context;
  *kept = number;
  assert_string_equal(line, "{}");
  return true;
}

static void a_finding_is_told_once(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  struct store_finding finding = {.about = "d1", .factory = "A", .lower = 100, .upper = 200, .line = "{}"};
  bool known;
  int64_t number = 0, looked;
  must(store_add_finding(store, &finding, 1000, &known, &fault), &fault);
  assert_false(known);
  finding.factory = NULL; /* everywhere, so there too */
  must(store_add_finding(store, &finding, 1001, &known, &fault), &fault);
  assert_true(known);
  must(store_untold(store, keep_number, &number, &fault), &fault);
  assert_true(number);
  must(store_told(store, number, &fault), &fault);
  number = 0;
  must(store_untold(store, keep_number, &number, &fault), &fault);
  assert_false(number);
  must(store_set_looked(store, 60, &fault), &fault);
  must(store_set_looked(store, 70, &fault), &fault);
  must(store_looked(store, &looked, &fault), &fault);
  assert_int_equal(looked, 70);
}

/* --- Several brokers on one database --- */

static struct store *second_store(const struct store_bench *bench) {
  struct fault fault = {0};
  struct store *store;
  must(store_connect(bench->folder, bench->database, &store, &fault), &fault);
  return store;
}

struct read_reviews {
  int count, regions[4];
  bool overruled[4];
  char lines[4][16];
};

static enum status take_review(void *context, const struct store_review *review, struct fault *fault) {
  struct read_reviews *read = context;
  assert_in_range(read->count, 0, 3);
  read->regions[read->count] = review->region;
  read->overruled[read->count] = review->overruled;
  snprintf(read->lines[read->count++], sizeof *read->lines, "%s", review->line);
  return review->region == 9 ? fault_set(fault, STATUS_LIMIT, "enough") : STATUS_OK;
}

static void reviews_are_kept_in_order_and_none_is_replaced(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  struct job job;
  make_job(&job, 1);
  accept_many(bench->store, 2);
  char *line = NULL;
  must(store_find_result(bench->store, job.id, &line, &fault), &fault);
  assert_null(line);
  finish(bench->store, job.id, "{\"photo\":1}");
  must(store_find_result(bench->store, job.id, &line, &fault), &fault);
  assert_string_equal(line, "{\"photo\":1}");
  free(line);
  const struct store_review reviews[] = {
      {job.id, 2, false, "first"}, {job.id, 2, true, "second"}, {job.id, 9, true, "third"}};
  for (int i = 0; i < 3; i++) must(store_add_review(bench->store, &reviews[i], 1000 + i, &fault), &fault);
  reopen(bench);
  struct read_reviews read = {0};
  assert_int_equal(store_reviews(bench->store, take_review, &read, &fault), STATUS_LIMIT);
  assert_int_equal(read.count, 3);
  assert_int_equal(read.regions[1], 2);
  assert_false(read.overruled[0]);
  assert_true(read.overruled[1]);
  assert_string_equal(read.lines[0], "first");
  assert_string_equal(read.lines[2], "third");
  job_free(&job);
}

static void two_brokers_lease_at_the_same_time_and_never_the_same_job(void **state) {
  struct store_bench *bench = *state;
  struct store *second = second_store(bench);
  struct fault fault = {0};
  char first_ids[3][33], second_ids[3][33];
  accept_many(bench->store, 5);
  must(store_begin(bench->store, &fault), &fault);
  must(store_begin(second, &fault), &fault);
  assert_int_equal(lease(bench->store, &anna, false, 3, first_ids), 3);
  assert_int_equal(lease(second, &bert, false, 3, second_ids), 2);
  must(store_commit(second, &fault), &fault);
  must(store_commit(bench->store, &fault), &fault);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 2; j++) assert_string_not_equal(first_ids[i], second_ids[j]);
  assert_int_equal(count(second).leased, 5);
  store_close(second);
}

static void hand_in_for(struct store *store, const char *client, int number) {
  struct fault fault = {0};
  struct job job;
  char submission[33];
  make_job(&job, number);
  snprintf(submission, sizeof submission, "%032d", number);
  struct store_entry entry = {.job = &job, .position = 0, .path = "/photos/x"};
  must(store_accept(store, submission, client, &entry, 1, 1000, &fault), &fault);
  assert_int_equal(entry.accepted, STORE_NEW);
  job_free(&job);
}

static void two_brokers_accept_at_the_same_time_without_waiting_for_each_other(void **state) {
  struct store_bench *bench = *state;
  struct store *second = second_store(bench);
  struct fault fault = {0};
  bool forgotten;
  must(store_join(bench->store, "the one", "host:1", 0, &fault), &fault);
  /* Turns that were served, of which nothing need be kept. */
  for (int i = 0; i < 9; i++) hand_in_for(bench->store, (const char *[]){"a", "b", "c"}[i % 3], i);
  assert_int_equal(lease(bench->store, &anna, false, 9, NULL), 9);
  must(store_begin(bench->store, &fault), &fault);
  must(store_begin(second, &fault), &fault);
  hand_in_for(bench->store, "a", 10);
  hand_in_for(second, "b", 11);
  hand_in_for(bench->store, "c", 12);
  hand_in_for(second, "d", 13);
  must(store_commit(bench->store, &fault), &fault);
  must(store_commit(second, &fault), &fault);
  for (int i = 14; i < 17; i++) hand_in_for(bench->store, "a", i);
  assert_int_equal(lease(bench->store, &anna, false, 9, NULL), 7);
  must(store_beat(bench->store, 0, 1000, 0, &forgotten, &fault), &fault);
  char *turns = postgres_ask(bench->database, "SELECT count(*) FROM turns");
  assert_string_equal(turns, "1");
  free(turns);
  store_close(second);
}

static void an_outcome_that_is_committed_later_has_a_later_place(void **state) {
  struct store_bench *bench = *state;
  struct store *second = second_store(bench);
  struct fault fault = {0};
  char ids[2][33];
  accept_many(bench->store, 2);
  lease(bench->store, &anna, false, 2, ids);
  must(store_begin(bench->store, &fault), &fault);
  finish(bench->store, ids[0], "begun first");
  finish(second, ids[1], "committed first");
  struct read read = read_outcomes(second, SUBMISSION, STORE_BY_COMPLETION, 0);
  assert_int_equal(read.count, 1);
  must(store_commit(bench->store, &fault), &fault);
  read = read_outcomes(second, SUBMISSION, STORE_BY_COMPLETION, read.sequence[0]);
  assert_int_equal(read.count, 1);
  assert_string_equal(read.line[0], "begun first");
  assert_int_equal(read_outcomes(second, NULL, STORE_BY_COMPLETION, 0).count, 2);
  store_close(second);
}

static void *connect_to(void *argument) {
  struct fault fault = {0};
  struct store *store = NULL;
  const struct store_bench *bench = argument;
  if (store_connect(bench->folder, bench->database, &store, &fault)) print_message("%s\n", fault.text);
  return store;
}

static void brokers_that_come_at_once_to_an_empty_database_make_its_tables_once(void **state) {
  enum { DATABASES = 12, BROKERS = 6 };
  struct store_bench *bench = *state;
  pthread_t threads[BROKERS];
  void *stores[BROKERS];
  for (int database = 0; database < DATABASES; database++) {
    free(bench->database);
    bench->database = postgres_fresh(store_bench_postgres);
    for (int i = 0; i < BROKERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, connect_to, bench), 0);
    for (int i = 0; i < BROKERS; i++) pthread_join(threads[i], &stores[i]);
    for (int i = 0; i < BROKERS; i++) {
      assert_non_null(stores[i]);
      store_close(stores[i]);
    }
  }
}

static void *accept_at_other(void *argument) {
  accept_at(argument, OTHER, 0, 0, 0);
  return NULL;
}

/* Else the second submission would wait for ever: neither broker would see what the other does. */
static void a_job_handed_in_while_it_ends_elsewhere_is_delivered(void **state) {
  struct store_bench *bench = *state;
  struct store *second = second_store(bench);
  struct fault fault = {0};
  char id[1][33];
  pthread_t thread;
  accept_many(bench->store, 1);
  lease(bench->store, &anna, false, 1, id);
  must(store_begin(bench->store, &fault), &fault);
  finish(bench->store, id[0], "done");
  assert_int_equal(pthread_create(&thread, NULL, accept_at_other, second), 0);
  postgres_await_lock(bench->database);
  must(store_commit(bench->store, &fault), &fault);
  pthread_join(thread, NULL);
  assert_int_equal(read_outcomes(bench->store, OTHER, STORE_BY_COMPLETION, 0).count, 1);
  store_close(second);
}

static void what_one_broker_does_is_news_to_the_other(void **state) {
  struct store_bench *bench = *state;
  struct store *second = second_store(bench);
  bool waiting = false, outcomes = false;
  char id[1][33];
  assert_in_range(store_news_fd(second), 0, 1 << 20);
  assert_in_range(store_news_fd(bench->store), 0, 1 << 20);
  store_news(second, &waiting, &outcomes); /* a new connection may have missed something */
  assert_true(waiting && outcomes);
  accept_many(bench->store, 1);
  struct pollfd news = {.fd = store_news_fd(second), .events = POLLIN};
  assert_int_equal(poll(&news, 1, 10000), 1);
  store_news(second, &waiting, &outcomes);
  assert_true(waiting && !outcomes);
  lease(second, &bert, false, 1, id);
  finish(second, id[0], "done");
  news.fd = store_news_fd(bench->store);
  assert_int_equal(poll(&news, 1, 10000), 1);
  store_news(bench->store, &waiting, &outcomes);
  store_news(bench->store, &waiting, &outcomes);
  store_news(second, &waiting, &outcomes);
  assert_true(!waiting && !outcomes); /* one's own is none */
  store_close(second);
}

static void the_leases_of_a_broker_that_is_dead_are_taken_over(void **state) {
  struct store_bench *bench = *state;
  struct store *dead = second_store(bench), *alive = bench->store;
  struct fault fault = {0};
  bool forgotten;
  size_t lost = 0;
  must(store_join(dead, "the one", "host:1", 0, &fault), &fault);
  must(store_join(alive, "the other", "host:2", 0, &fault), &fault);
  accept_many(alive, 2);
  lease(dead, &anna, false, 1, NULL);
  lease(alive, &bert, false, 1, NULL);
  must(store_beat(alive, 10000, 100, 7000, &forgotten, &fault), &fault);
  must(store_expire(alive, 5001, &lost, &fault), &fault);
  assert_int_equal(lost, 1); /* what lives watches over its own */
  must(store_beat(dead, 5, 100, 7000, &forgotten, &fault), &fault);
  must(store_beat(alive, 10100, 100, 7000, &forgotten, &fault), &fault);
  must(store_beat(alive, 10200, 100, 7000, &forgotten, &fault), &fault);
  must(store_expire(alive, 9000, &lost, &fault), &fault);
  assert_int_equal(lost, 1); /* it has beaten 100 ms ago */
  must(store_beat(alive, 10201, 100, 8000, &forgotten, &fault), &fault);
  assert_false(forgotten);
  must(store_expire(alive, 8000, &lost, &fault), &fault);
  assert_int_equal(lost, 1);
  must(store_expire(alive, 8001, &lost, &fault), &fault);
  assert_int_equal(lost, 2);
  must(store_beat(dead, 5, 100, 8000, &forgotten, &fault), &fault);
  assert_true(forgotten);
  store_close(dead);
}

static void a_worker_that_comes_to_another_broker_keeps_its_leases_there(void **state) {
  struct store_bench *bench = *state;
  struct store *before = second_store(bench), *now = bench->store;
  struct fault fault = {0};
  size_t lost = 0;
  must(store_join(before, "before", "host:1", 0, &fault), &fault);
  must(store_join(now, "now", "host:2", 0, &fault), &fault);
  accept_many(now, 2);
  lease(before, &anna, false, 1, NULL);
  must(store_take_over(now, anna.id, 9000, &fault), &fault);
  lease(before, &anna, false, 1, NULL); /* it does not know yet */
  must(store_lose_worker(before, anna.id, "silent", 4000, &lost, &fault), &fault);
  assert_int_equal(lost, 1);
  assert_int_equal(count(now).leased, 1);
  must(store_expire(now, 9001, &lost, &fault), &fault);
  assert_int_equal(lost, 2);
  store_close(before);
}

static void only_one_has_a_role_at_a_time(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  bool claimed;
  must(store_claim(bench->store, "watch", "a", 1000, 2000, &claimed, &fault), &fault);
  assert_true(claimed);
  must(store_claim(bench->store, "watch", "b", 1500, 2500, &claimed, &fault), &fault);
  assert_false(claimed);
  must(store_claim(bench->store, "watch", "a", 1500, 2500, &claimed, &fault), &fault);
  assert_true(claimed);
  must(store_claim(bench->store, "watch", "b", 2501, 3500, &claimed, &fault), &fault);
  assert_true(claimed);
}

static void a_database_that_restarts_loses_nothing_that_was_committed(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  char ids[2][33];
  accept_many(bench->store, 2);
  lease(bench->store, &anna, false, 2, ids);
  must(store_begin(bench->store, &fault), &fault);
  finish(bench->store, ids[0], "never committed");
  postgres_kill(store_bench_postgres);
  assert_int_equal(store_commit(bench->store, &fault), STATUS_UNAVAILABLE);
  assert_int_equal(store_begin(bench->store, &fault), STATUS_UNAVAILABLE);
  assert_non_null(strstr(fault.text, "cannot be reached"));
  postgres_restart(store_bench_postgres);
  /* The pause before it is tried again. */
  while (store_begin(bench->store, &fault) == STATUS_UNAVAILABLE) nanosleep(&(struct timespec){.tv_nsec = 1e7}, NULL);
  assert_int_equal(finish(bench->store, ids[0], "now"), STORE_STORED);
  must(store_commit(bench->store, &fault), &fault);
  assert_int_equal(read_outcomes(bench->store, SUBMISSION, STORE_BY_COMPLETION, 0).count, 1);
  assert_int_equal(count(bench->store).leased, 1);
  postgres_kill(store_bench_postgres);
  postgres_restart(store_bench_postgres);
  assert_int_equal(count(bench->store).done, 1); /* noticed and connected anew by itself */
}

static void a_database_of_the_schema_before_is_brought_up_to_date_by_one_of_those_that_come(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  pthread_t comers[4];
  accept_many(bench->store, 3);
  free(postgres_ask(bench->database, "DROP TABLE reviews; DROP TABLE lots; UPDATE assay_schema SET version = 2"));
  for (size_t i = 0; i < 4; i++) assert_int_equal(pthread_create(&comers[i], NULL, connect_to, bench), 0);
  for (size_t i = 0; i < 4; i++) {
    void *store;
    assert_int_equal(pthread_join(comers[i], &store), 0);
    assert_non_null(store);
    store_close(store);
  }
  /* Brokers of the older program go on meanwhile. */
  assert_int_equal(count(bench->store).waiting, 3);
  const struct store_review review = {"a", 1, true, "line"};
  must(store_add_review(bench->store, &review, 1, &fault), &fault);
}

static void a_database_that_cannot_be_used_is_refused_in_words(void **state) {
  struct store_bench *bench = *state;
  struct fault fault = {0};
  struct store *store;
  free(postgres_ask(bench->database, "UPDATE assay_schema SET version = 99"));
  assert_int_equal(store_connect(bench->folder, bench->database, &store, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "newer assay (schema 99"));
  char *strange = postgres_fresh(store_bench_postgres);
  free(postgres_ask(strange, "CREATE TABLE jobs(title TEXT)"));
  assert_int_equal(store_connect(bench->folder, strange, &store, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "another program"));
  free(postgres_ask(bench->database, "UPDATE assay_schema SET version = 3"));
  char *reading = support_text("%s&options=-cdefault_transaction_read_only%%3Don", bench->database);
  must(store_connect(bench->folder, reading, &store, &fault), &fault);
  assert_int_equal(count(store).waiting, 0);
  assert_int_equal(store_renew(store, anna.id, 1, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, "not written"));
  store_close(store);
  assert_int_equal(store_connect(bench->folder, "mysql://x/y", &store, &fault), STATUS_USAGE);
  assert_int_equal(store_connect(bench->folder, "postgresql:///none?host=/nowhere&password=secret", &store, &fault),
                   STATUS_UNAVAILABLE);
  assert_null(strstr(fault.text, "secret"));
  free(reading);
  free(strange);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
/* What holds on every database. */
#define ON_BOTH                                                                                                        \
  TEST(jobs_are_leased_by_priority_then_by_age), TEST(a_result_is_stored_once),                                        \
      TEST(outcomes_come_in_the_order_asked_for_and_from_where_one_was),                                               \
      TEST(a_job_handed_in_again_is_not_done_again_but_delivered_again),                                               \
      TEST(the_same_photo_twice_in_a_submission_is_delivered_at_both_positions),                                       \
      TEST(another_job_at_a_taken_position_is_a_conflict), TEST(a_job_given_back_waits_again_and_is_no_suspect),       \
      TEST(a_suspect_is_for_workers_that_have_not_lost_it_while_there_are_any),                                        \
      TEST(jobs_that_are_not_done_can_be_read_by_submission), TEST(a_clock_that_is_set_back_holds_no_suspect),         \
      TEST(a_job_lost_three_times_is_set_aside_with_what_is_known),                                                    \
      TEST(submissions_are_listed_the_latest_first_and_by_who_handed_them_in),                                         \
      TEST(a_job_whose_lease_runs_out_again_and_again_is_set_aside_in_the_end),                                        \
      TEST(a_late_result_stands_also_for_a_job_that_was_set_aside),                                                    \
      TEST(a_renewed_lease_lives_on_and_a_new_broker_watches_what_nobody_does), TEST(what_is_rolled_back_never_was),   \
      TEST(a_killed_writer_leaves_nothing_half_done), TEST(a_finding_is_told_once),                                    \
      TEST(reviews_are_kept_in_order_and_none_is_replaced), TEST(a_photo_is_needed_until_its_job_is_done)

int main(int argc, char **argv) {
  const struct CMUnitTest on_sqlite[] = {
      ON_BOTH,
      TEST(a_full_disk_is_told_and_the_store_works_again_afterwards),
      TEST(a_locked_store_says_so),
      TEST(a_folder_that_may_only_be_read_is_refused_and_works_when_it_may_be_written),
      TEST(a_newer_store_and_a_strange_file_are_refused_in_words),
      TEST(a_store_of_the_schema_before_is_brought_up_to_date_and_a_copy_kept),
      TEST(what_was_judged_with_schema_2_is_there_and_can_be_reviewed),
      TEST(a_store_of_the_schema_before_is_left_alone_while_a_broker_works_with_it),
      cmocka_unit_test(a_folder_that_cannot_be_made_is_an_io_error),
  };
  const struct CMUnitTest on_postgres[] = {
      ON_BOTH,
      TEST(brokers_that_come_at_once_to_an_empty_database_make_its_tables_once),
      TEST(two_brokers_lease_at_the_same_time_and_never_the_same_job),
      TEST(two_brokers_accept_at_the_same_time_without_waiting_for_each_other),
      TEST(an_outcome_that_is_committed_later_has_a_later_place),
      TEST(a_job_handed_in_while_it_ends_elsewhere_is_delivered),
      TEST(what_one_broker_does_is_news_to_the_other),
      TEST(the_leases_of_a_broker_that_is_dead_are_taken_over),
      TEST(a_worker_that_comes_to_another_broker_keeps_its_leases_there),
      TEST(only_one_has_a_role_at_a_time),
      TEST(a_database_that_restarts_loses_nothing_that_was_committed),
      TEST(a_database_of_the_schema_before_is_brought_up_to_date_by_one_of_those_that_come),
      TEST(a_database_that_cannot_be_used_is_refused_in_words),
  };
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  int failed = cmocka_run_group_tests_name("SQLite", on_sqlite, NULL, NULL);
  store_bench_postgres = postgres_start();
  if (store_bench_postgres) failed += cmocka_run_group_tests_name("PostgreSQL", on_postgres, NULL, NULL);
  postgres_end(store_bench_postgres);
  return failed;
}
