/* Turns between clients, back-off, cancel and retry. */
#include "models/store.h"
#include "tests/models/store_bench.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1000000, BACK_OFF = 1000 };

static int set_up(void **state) {
  struct fault fault = {0};
  struct store_bench *bench = store_bench_open();
  must(store_join(bench->store, "b", "broker", NOW, &fault), &fault);
  *state = bench;
  return 0;
}

static int tear_down(void **state) {
  store_bench_close(*state);
  return 0;
}

/* Jobs LETTER-first ... of the submission and client of that letter. */
static void hand_in(struct store *store, char letter, int first, int count, int priority) {
  struct fault fault = {0};
  struct job *jobs = calloc((size_t)count, sizeof *jobs);
  struct store_entry *entries = calloc((size_t)count, sizeof *entries);
  char submission[33] = "0123456789abcdef0123456789abcdef", client[8];
  submission[0] = letter;
  snprintf(client, sizeof client, "%c", letter);
  for (int i = 0; i < count; i++) {
    jobs[i].photo = support_text("%c-%d", letter, first + i);
    memset(jobs[i].golden_sha256, 'c', SHA256_CHARS);
    memset(jobs[i].photo_id, 'd', PHOTO_ID_CHARS);
    job_identify(&jobs[i]);
    entries[i] = (struct store_entry){.job = &jobs[i], .position = first + i, .priority = priority, .path = "/x"};
  }
  must(store_accept(store, submission, client, entries, (size_t)count, NOW, &fault), &fault);
  for (int i = 0; i < count; i++) job_free(&jobs[i]);
  free(jobs);
  free(entries);
}

static const char *submission_of(char letter) {
  static char id[33];
  snprintf(id, sizeof id, "%c123456789abcdef0123456789abcdef", letter);
  return id;
}

/* Leases and returns the letters, in order; the ids are kept for who wants them. */
static char leased_ids[64][33];
static const char *lease(struct store *store, bool suspects, size_t limit, int64_t now) {
  static char letters[65];
  struct fault fault = {0};
  struct store_leased leased[64];
  size_t count = 0;
  const struct store_lessee who = {.id = "w", .name = "worker"};
  must(store_lease(store, &who, suspects, limit, now, now + 5000, leased, &count, &fault), &fault);
  for (size_t i = 0; i < count; i++) {
    memcpy(leased_ids[i], leased[i].id, sizeof leased_ids[i]);
    letters[i] = strstr(leased[i].header, "\"photo\":\"")[9];
    store_leased_free(&leased[i]);
  }
  letters[count] = 0;
  return letters;
}

static struct store_counts count(struct store *store) {
  struct fault fault = {0};
  struct store_counts counts;
  must(store_count(store, NULL, &counts, &fault), &fault);
  return counts;
}

static void clients_take_turns_however_many_jobs_one_has(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  hand_in(store, 'a', 0, 40, 0);
  assert_string_equal(lease(store, false, 10, NOW), "aaaaaaaaaa");
  hand_in(store, 'b', 0, 4, 0);
  hand_in(store, 'c', 0, 4, 0);
  assert_string_equal(lease(store, false, 12, NOW), "abcabcabcabc");
  assert_string_equal(lease(store, false, 4, NOW), "aaaa");
  /* Who had nothing to do meanwhile has no claim on the past. */
  hand_in(store, 'b', 4, 2, 0);
  assert_string_equal(lease(store, false, 6, NOW), "ababaa");
}

static void a_client_that_is_alone_loses_nothing_by_it(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  hand_in(store, 'a', 0, 20, 0);
  assert_string_equal(lease(store, false, 20, NOW), "aaaaaaaaaaaaaaaaaaaa");
  hand_in(store, 'b', 0, 5, 0);
  hand_in(store, 'a', 20, 5, 0);
  const char *letters = lease(store, false, 10, NOW);
  int a = 0;
  for (int i = 0; i < 6; i++) a += letters[i] == 'a';
  assert_in_range(a, 2, 4);
}

static void priority_goes_before_turns(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  hand_in(store, 'a', 0, 5, 0);
  hand_in(store, 'b', 0, 2, 7);
  hand_in(store, 'c', 0, 2, -1);
  assert_string_equal(lease(store, false, 9, NOW), "bbaaaaacc");
}

static void a_lost_job_waits_before_it_is_given_out_again(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  bool found = true;
  int64_t at = 0;
  store_set_back_off(store, BACK_OFF);
  hand_in(store, 'a', 0, 1, 0);
  must(store_next_suspect(store, &found, &at, &fault), &fault);
  assert_false(found);
  lease(store, false, 1, NOW);
  for (int loss = 1; loss <= 2; loss++) {
    must(store_lose(store, "w", leased_ids[0], "why", NOW, NULL, &fault), &fault);
    must(store_next_suspect(store, &found, &at, &fault), &fault);
    assert_true(found);
    assert_int_equal(at, NOW + BACK_OFF * loss * loss);
    assert_string_equal(lease(store, true, 1, at - 1), "");
    assert_string_equal(lease(store, true, 1, at), "a");
  }
}

struct seen {
  int done, set_aside, cancelled;
  char line[512];
};

static bool see(void *context, const struct store_outcome *outcome) {
  struct seen *seen = context;
  seen->done += outcome->state == JOB_DONE;
  seen->set_aside += outcome->state == JOB_SET_ASIDE;
  seen->cancelled += outcome->state == JOB_CANCELLED;
  snprintf(seen->line, sizeof seen->line, "%.*s", (int)outcome->size, outcome->line);
  return true;
}

static struct seen outcomes(struct store *store, char letter) {
  struct fault fault = {0};
  struct seen seen = {0};
  must(store_outcomes(store, submission_of(letter), STORE_BY_COMPLETION, 0, 10000, see, &seen, &fault), &fault);
  return seen;
}

static size_t cancel(struct store *store, char letter, int *slices) {
  struct fault fault = {0};
  size_t cancelled = 0;
  int64_t after = -1;
  bool more = true;
  for (*slices = 0; more; ++*slices)
    must(store_cancel(store, submission_of(letter), "it was a mistake", NOW, &after, &more, &cancelled, &fault),
         &fault);
  return cancelled;
}

static size_t retry(struct store *store, const char *submission) {
  struct fault fault = {0};
  size_t retried = 0;
  int64_t after = -1;
  bool more = true;
  while (more) must(store_retry(store, submission, &after, &more, &retried, &fault), &fault);
  return retried;
}

static void what_waits_is_cancelled_and_what_is_leased_is_finished(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  enum { MANY = STORE_SLICE + 500 };
  int slices;
  hand_in(store, 'a', 0, MANY, 0);
  hand_in(store, 'b', 0, 1, 0);
  lease(store, false, 1, NOW);
  assert_int_equal(cancel(store, 'a', &slices), MANY - 1);
  assert_int_equal(slices, 2);
  assert_int_equal(cancel(store, 'a', &slices), 0);
  struct seen seen = outcomes(store, 'a');
  assert_int_equal(seen.cancelled, MANY - 1);
  assert_non_null(strstr(seen.line, "it was a mistake"));
  enum store_finished finished;
  must(store_finish(store, leased_ids[0], "{}", 2, NOW, &finished, &fault), &fault);
  assert_int_equal(finished, STORE_STORED);
  assert_int_equal(count(store).cancelled, MANY - 1);
  assert_string_equal(lease(store, false, 10, NOW), "b");
}

static void a_job_that_another_submission_wants_is_not_cancelled(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  int slices;
  hand_in(store, 'a', 0, 3, 0);
  struct job job = {.photo = support_text("a-1")};
  memset(job.golden_sha256, 'c', SHA256_CHARS);
  memset(job.photo_id, 'd', PHOTO_ID_CHARS);
  job_identify(&job);
  struct store_entry entry = {.job = &job, .path = "/x"};
  must(store_accept(store, submission_of('b'), "b", &entry, 1, NOW, &fault), &fault);
  job_free(&job);
  assert_int_equal(cancel(store, 'a', &slices), 2);
  assert_string_equal(lease(store, false, 5, NOW), "a");
}

static void what_was_cancelled_and_is_handed_in_again_is_wanted_after_all(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  int slices;
  enum store_finished finished;
  hand_in(store, 'a', 0, 1, 0);
  assert_int_equal(cancel(store, 'a', &slices), 1);
  char id[33];
  struct job job = {.photo = support_text("a-0")};
  memset(job.golden_sha256, 'c', SHA256_CHARS);
  memset(job.photo_id, 'd', PHOTO_ID_CHARS);
  job_identify(&job);
  memcpy(id, job.id, sizeof id);
  struct store_entry entry = {.job = &job, .path = "/x"};
  must(store_accept(store, submission_of('b'), "b", &entry, 1, NOW, &fault), &fault);
  job_free(&job);
  assert_int_equal(entry.accepted, STORE_KNOWN);
  assert_int_equal(outcomes(store, 'b').cancelled, 0);
  assert_string_equal(lease(store, false, 5, NOW), "a");
  must(store_finish(store, id, "{}", 2, NOW, &finished, &fault), &fault);
  assert_int_equal(outcomes(store, 'a').done, 1);
  assert_int_equal(outcomes(store, 'b').done, 1);
}

static void set_one_aside(struct store *store) {
  struct fault fault = {0};
  lease(store, false, 1, NOW);
  for (int i = 0; i < STORE_MAX_LOSSES; i++) {
    must(store_lose(store, "w", leased_ids[0], "why", NOW, NULL, &fault), &fault);
    lease(store, true, 1, NOW);
  }
}

static void a_job_that_was_set_aside_is_tried_again_on_request(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  enum store_finished finished;
  hand_in(store, 'a', 0, 1, 0);
  set_one_aside(store);
  hand_in(store, 'b', 0, 1, 0);
  set_one_aside(store);
  assert_int_equal(count(store).set_aside, 2);
  assert_int_equal(retry(store, submission_of('a')), 1);
  assert_int_equal(count(store).set_aside, 1);
  assert_int_equal(count(store).suspects, 0);
  assert_int_equal(outcomes(store, 'a').set_aside, 0);
  assert_string_equal(lease(store, false, 5, NOW), "a");
  must(store_finish(store, leased_ids[0], "{}", 2, NOW, &finished, &fault), &fault);
  struct seen seen = outcomes(store, 'a');
  assert_int_equal(seen.done, 1);
  assert_int_equal(retry(store, NULL), 1);
  assert_int_equal(retry(store, NULL), 0);
  assert_int_equal(count(store).waiting, 1);
}

static void a_submission_knows_who_handed_it_in(void **state) {
  struct store *store = ((struct store_bench *)*state)->store;
  struct fault fault = {0};
  char client[STORE_PEER_MAX + 1];
  hand_in(store, 'a', 0, 1, 0);
  must(store_find_client(store, submission_of('a'), client, &fault), &fault);
  assert_string_equal(client, "a");
  assert_int_equal(store_find_client(store, submission_of('b'), client, &fault), STATUS_MISSING);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(clients_take_turns_however_many_jobs_one_has),
      TEST(a_client_that_is_alone_loses_nothing_by_it),
      TEST(priority_goes_before_turns),
      TEST(a_lost_job_waits_before_it_is_given_out_again),
      TEST(what_waits_is_cancelled_and_what_is_leased_is_finished),
      TEST(a_job_that_another_submission_wants_is_not_cancelled),
      TEST(what_was_cancelled_and_is_handed_in_again_is_wanted_after_all),
      TEST(a_job_that_was_set_aside_is_tried_again_on_request),
      TEST(a_submission_knows_who_handed_it_in),
  };
  int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);
  store_bench_postgres = postgres_start();
  if (store_bench_postgres) failed += cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
  postgres_end(store_bench_postgres);
  return failed;
}
