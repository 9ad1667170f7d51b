/* Rows come from files, folders and stores alike, each job once. */
#include "engine/lots/rows.h"
#include "models/store.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct seen {
  size_t count, stop_after;
  char photos[64][24];
  enum verdict verdicts[64];
  int64_t last;
};

static enum status keep(void *context, const struct row *row, struct fault *fault) {
  struct seen *seen = context;
  assert_true(seen->count < 64);
  assert_int_equal(row->sequence, seen->last + 1);
  seen->last = row->sequence;
  seen->verdicts[seen->count] = row->verdict;
  snprintf(seen->photos[seen->count++], sizeof seen->photos[0], "%s", row->photo);
  if (seen->count == seen->stop_after) return fault_set(fault, STATUS_STOPPED, "enough");
  return STATUS_OK;
}

static struct seen read_places(const char *first, const char *second, struct rows_tally *tally) {
  struct seen seen = {0};
  struct fault fault = {0};
  const char *const places[] = {first, second};
  if (rows_read(places, second ? 2 : 1, keep, &seen, tally, &fault)) fail_msg("%s", fault.text);
  return seen;
}

static char *write_lines(const char *folder, const char *name, int first, int count) {
  char *path = support_text("%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (int i = 0; i < count; i++) {
    sample_write(file, &(struct sample){.number = first + i});
    if (i % 2) fputs("\n \r\n", file);
  }
  fclose(file);
  return path;
}

static void files_and_folders_are_read_in_order_and_a_job_counts_once(void **state) {
  (void)state;
  char *folder = support_folder();
  char *first = write_lines(folder, "a.jsonl", 0, 10), *second = write_lines(folder, "results.jsonl", 5, 10);
  struct rows_tally tally;
  struct seen seen = read_places(first, folder, &tally);
  assert_int_equal(tally.rows, 15);
  assert_int_equal(tally.repeated, 5);
  for (int i = 0; i < 15; i++) {
    char name[24];
    snprintf(name, sizeof name, "photos/%06d.jpg", i);
    assert_string_equal(seen.photos[i], name);
  }
  free(first);
  free(second);
  support_remove(folder);
}

static void a_last_line_needs_no_newline_and_a_long_one_is_read(void **state) {
  (void)state;
  char *folder = support_folder();
  char *path = support_text("%s/long.jsonl", folder);
  char *line = sample_line(&(struct sample){.number = 1}), *other = sample_line(&(struct sample){.number = 2});
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file, "%.*s,\"more\":\"", (int)strlen(line) - 1, line);
  for (int i = 0; i < 3000000; i++) fputc('x', file);
  fprintf(file, "\"}\n%s", other);
  fclose(file);
  struct rows_tally tally;
  struct seen seen = read_places(path, NULL, &tally);
  assert_int_equal(seen.count, 2);
  assert_string_equal(seen.photos[1], "photos/000002.jpg");
  free(line);
  free(other);
  free(path);
  support_remove(folder);
}

static void accept_job_of(struct store *store, const char *submission, struct job *job, int position) {
  struct fault fault = {0};
  struct store_entry entry = {.job = job, .position = position, .path = "/x"};
  if (store_accept(store, submission, "test", &entry, 1, 1, &fault)) fail_msg("%s", fault.text);
}

static void accept_job(struct store *store, struct job *job, int position) {
  accept_job_of(store, "0123456789abcdef0123456789abcdef", job, position);
}

static void make_job(struct job *job, int number) {
  *job = (struct job){.photo = support_text("photos/%06d.jpg", number), .lot = support_text("L%d", number)};
  memset(job->golden_sha256, 'c', SHA256_CHARS);
  memset(job->photo_id, 'd', PHOTO_ID_CHARS);
  job_identify(job);
}

static void lose_for_good(struct store *store, const struct store_lessee *worker, const struct job *job) {
  struct fault fault = {0};
  for (int i = 0; i < STORE_MAX_LOSSES; i++) {
    struct store_leased leased;
    size_t count;
    assert_int_equal(store_lease(store, worker, i > 0, 1, 3, 4, &leased, &count, &fault), STATUS_OK);
    assert_int_equal(count, 1);
    store_leased_free(&leased);
    assert_int_equal(store_lose(store, worker->id, job->id, "crash", 5, NULL, &fault), STATUS_OK);
  }
}

static void a_store_gives_its_results_and_the_jobs_that_were_set_aside(void **state) {
  (void)state;
  char *folder = support_folder();
  struct store *store;
  struct fault fault = {0};
  assert_int_equal(store_open(folder, &store, &fault), STATUS_OK);
  const struct store_lessee worker = {.id = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .name = "w"};
  struct job done, lost;
  make_job(&done, 1);
  make_job(&lost, 2);
  accept_job(store, &done, 0);
  char *line = sample_line(&(struct sample){.number = 1});
  enum store_finished finished;
  assert_int_equal(store_finish(store, done.id, line, strlen(line), 2, &finished, &fault), STATUS_OK);
  accept_job(store, &lost, 1);
  lose_for_good(store, &worker, &lost);
  store_close(store);
  struct rows_tally tally;
  struct seen seen = read_places(folder, NULL, &tally);
  assert_int_equal(seen.count, 2);
  assert_string_equal(seen.photos[0], "photos/000001.jpg");
  assert_string_equal(seen.photos[1], "photos/000002.jpg");
  assert_int_equal(seen.verdicts[0], VERDICT_PASS);
  assert_int_equal(seen.verdicts[1], VERDICT_CANNOT_JUDGE);
  char *found = rows_store(folder);
  assert_string_equal(found, folder);
  free(found);
  free(line);
  job_free(&done);
  job_free(&lost);
  support_remove(folder);
}

static void the_folder_of_a_run_gives_what_was_set_aside_too(void **state) {
  (void)state;
  char *folder = support_folder(), *within = support_text("%s/store", folder),
       *lines = write_lines(folder, "results.jsonl", 0, 3);
  struct store *store;
  struct fault fault = {0};
  assert_int_equal(store_open(within, &store, &fault), STATUS_OK);
  const struct store_lessee worker = {.id = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .name = "w"};
  struct job lost;
  make_job(&lost, 7);
  accept_job(store, &lost, 0);
  lose_for_good(store, &worker, &lost);
  store_close(store);
  struct rows_tally tally;
  struct seen seen = read_places(folder, NULL, &tally);
  assert_int_equal(seen.count, 4);
  assert_string_equal(seen.photos[3], "photos/000007.jpg");
  assert_int_equal(seen.verdicts[3], VERDICT_CANNOT_JUDGE);
  free(lines);
  free(within);
  job_free(&lost);
  support_remove(folder);
}

static enum status count_waiting(void *context, const struct row *row, struct fault *fault) {
  int *lots = context;
  (void)fault;
  assert_int_equal(row->verdict, VERDICT_CANNOT_JUDGE);
  assert_string_equal(row->reason, "it has no result yet");
  *lots += atoi(row->keys[ROW_LOT] + 1);
  return STATUS_OK;
}

static int waiting_at(const char *place, int64_t expected) {
  struct fault fault = {0};
  int64_t count;
  int lots = 0;
  if (rows_read_waiting(&place, 1, count_waiting, &lots, &count, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(count, expected);
  return lots;
}

/* Lots 1 and 2 were handed in first, lots 4 and 8 last; 2 and 8 are done. */
static void photos_that_have_no_result_yet_are_told(void **state) {
  (void)state;
  char *folder = support_folder(), *within = support_text("%s/store", folder),
       *lines = write_lines(folder, "results.jsonl", 0, 3);
  struct store *store;
  struct fault fault = {0};
  static const int numbers[] = {1, 2, 4, 8};
  enum store_finished finished;
  struct job job;
  assert_int_equal(store_open(within, &store, &fault), STATUS_OK);
  for (int i = 0; i < 4; i++) {
    make_job(&job, numbers[i]);
    accept_job_of(store, i < 2 ? "first" : "last", &job, i % 2);
    char *line = sample_line(&(struct sample){.number = numbers[i]});
    if (i % 2) assert_int_equal(store_finish(store, job.id, line, strlen(line), 2, &finished, &fault), STATUS_OK);
    free(line);
    job_free(&job);
  }
  assert_int_equal(waiting_at(within, 2), 1 + 4);
  assert_int_equal(waiting_at(folder, 1), 4);
  assert_int_equal(waiting_at(lines, 0), 0);
  store_close(store);
  free(lines);
  free(within);
  support_remove(folder);
}

static void refused(const char *place, enum status expected, const char *message) {
  struct seen seen = {0};
  struct rows_tally tally;
  struct fault fault = {0};
  assert_int_equal(rows_read(&place, 1, keep, &seen, &tally, &fault), expected);
  if (!strstr(fault.text, message)) fail_msg("said \"%s\"; expected \"%s\"", fault.text, message);
}

static void what_cannot_be_read_is_named(void **state) {
  (void)state;
  char *folder = support_folder();
  char *path = support_text("%s/bad.jsonl", folder);
  refused(path, STATUS_MISSING, "bad.jsonl: No such file");
  refused(folder, STATUS_MISSING, "neither store.db nor results.jsonl");
  char *good = sample_line(&(struct sample){.number = 1});
  char *text = support_text("%s\n\n{\"photo\":\"x\"}\n", good);
  support_write(path, text, strlen(text));
  refused(path, STATUS_INVALID, "bad.jsonl:3: verdict: expected");
  char *database = support_text("%s/store.db", folder);
  support_write(database, "no database at all", 18);
  refused(folder, STATUS_IO, "is no database");
  char *none = rows_store(path);
  assert_null(none);
  free(database);
  free(text);
  free(good);
  free(path);
  support_remove(folder);
}

static void whoever_takes_rows_can_stop(void **state) {
  (void)state;
  char *folder = support_folder();
  char *path = write_lines(folder, "a.jsonl", 0, 10);
  struct seen seen = {.stop_after = 3};
  struct rows_tally tally;
  struct fault fault = {0};
  assert_int_equal(rows_read((const char *const[]){path}, 1, keep, &seen, &tally, &fault), STATUS_STOPPED);
  assert_string_equal(fault.text, "enough");
  assert_int_equal(seen.count, 3);
  free(path);
  support_remove(folder);
}

enum { MANY = 1000, LONG_AT = 700 };

/* MANY results, one of them too long to wait with others, and behind them a line that is none. */
static void write_many(FILE *file) {
  for (int i = 0; i < MANY; i++) {
    char *line = sample_line(&(struct sample){.number = i});
    if (i == LONG_AT)
      fprintf(file, "%.*s,\"more\":\"%0*d\"}\n", (int)strlen(line) - 1, line, 2000000, 0);
    else
      fprintf(file, "%s\n", line);
    free(line);
  }
  fputs("no result\n", file);
}

static enum status count_in_order(void *context, const struct row *row, struct fault *fault) {
  int *count = context;
  char name[24];
  (void)fault;
  snprintf(name, sizeof name, "photos/%06d.jpg", (*count)++);
  assert_string_equal(row->photo, name);
  return STATUS_OK;
}

static void what_is_read_ahead_comes_in_order_and_before_what_is_refused(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/many.jsonl", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  write_many(file);
  fclose(file);
  struct rows_tally tally;
  struct fault fault = {0};
  int count = 0;
  assert_int_equal(rows_read((const char *const[]){path}, 1, count_in_order, &count, &tally, &fault), STATUS_INVALID);
  assert_int_equal(count, MANY);
  assert_non_null(strstr(fault.text, "many.jsonl:1001: "));
  free(path);
  support_remove(folder);
}

/* Whoever writes to a pipe may wait for what comes of it. */
static void a_line_of_a_pipe_is_taken_before_the_next_is_there(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/pipe", folder);
  assert_int_equal(mkfifo(path, 0600), 0);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  assert_true(fd >= 0);
  char *line = sample_line(&(struct sample){.number = 0});
  dprintf(fd, "%s\n", line);
  struct seen seen = {.stop_after = 1};
  struct rows_tally tally;
  struct fault fault = {0};
  assert_int_equal(rows_read((const char *const[]){path}, 1, keep, &seen, &tally, &fault), STATUS_STOPPED);
  assert_string_equal(fault.text, "enough");
  close(fd);
  free(line);
  free(path);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_and_folders_are_read_in_order_and_a_job_counts_once),
      cmocka_unit_test(a_last_line_needs_no_newline_and_a_long_one_is_read),
      cmocka_unit_test(a_store_gives_its_results_and_the_jobs_that_were_set_aside),
      cmocka_unit_test(the_folder_of_a_run_gives_what_was_set_aside_too),
      cmocka_unit_test(photos_that_have_no_result_yet_are_told),
      cmocka_unit_test(what_cannot_be_read_is_named),
      cmocka_unit_test(whoever_takes_rows_can_stop),
      cmocka_unit_test(what_is_read_ahead_comes_in_order_and_before_what_is_refused),
      cmocka_unit_test(a_line_of_a_pipe_is_taken_before_the_next_is_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
