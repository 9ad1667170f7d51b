/* What the switching rules remember is the same wherever it is kept: in a file, in a store of a folder, in a database.
 */
#include "engine/lots/history.h"
#include "tests/postgres.h"
#include "tests/support.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct postgres *server;

enum kept_in { IN_FILE, IN_FOLDER, IN_DATABASE };

struct place {
  enum kept_in in;
  char *folder, *file, *database;
};

static int set_up(void **state, enum kept_in in) {
  struct place *place = calloc(1, sizeof *place);
  assert_non_null(place);
  place->in = in;
  place->folder = support_folder();
  place->file = support_text("%s/lots.jsonl", place->folder);
  if (in == IN_DATABASE) place->database = postgres_fresh(server);
  *state = place;
  return 0;
}

static int in_file(void **state) {
  return set_up(state, IN_FILE);
}
static int in_folder(void **state) {
  return set_up(state, IN_FOLDER);
}
static int in_database(void **state) {
  return set_up(state, IN_DATABASE);
}

static int tear_down(void **state) {
  struct place *place = *state;
  support_remove(place->folder);
  free(place->file);
  free(place->database);
  free(place);
  return 0;
}

static void read_from(const struct place *place, struct history *history) {
  struct fault fault = {0};
  enum status status = place->in == IN_FILE ? history_read(place->file, history, &fault)
                                            : history_read_store(place->folder, place->database, true, history, &fault);
  if (status) fail_msg("%s", fault.text);
}

static void write_back(struct history *history) {
  struct fault fault = {0};
  if (history_write(history, &fault)) fail_msg("%s", fault.text);
  history_free(history);
}

/* + is accepted, - is not. */
static void thirty_lots_switch_as_the_rules_say(void **state) {
  const char *lots = "++-+++-+-+++++++--+--+-+--++++", *states = "NNNNNNNTTTTTTTNNNNTTTTTTTTDDDD";
  const struct place *place = *state;
  struct fault fault = {0};
  /* A second time nothing changes: each lot stays judged as it was. */
  for (int again = 0; again < 2; again++)
    for (size_t i = 0; lots[i]; i++) {
      struct history history;
      char name[16];
      snprintf(name, sizeof name, "L%zu", i);
      read_from(place, &history);
      enum switching_state now = history_inspection(&history, "North", name, SEVERITY_MAJOR);
      if ("NTD"[now] != states[i]) fail_msg("lot %zu: %c; expected %c", i + 1, "NTD"[now], states[i]);
      assert_int_equal(history_inspection(&history, "South", name, SEVERITY_MAJOR), SWITCHING_NORMAL);
      enum lot_outcome outcome = now == SWITCHING_DISCONTINUED ? LOT_DISCONTINUED
                                 : lots[i] == '-'              ? LOT_REJECTED
                                                               : LOT_ACCEPTED;
      assert_int_equal(history_add(&history, "North", name, SEVERITY_MAJOR, now, outcome, false, &fault), 0);
      write_back(&history);
    }
  struct history history;
  size_t resumed = 0;
  read_from(place, &history);
  assert_int_equal(history_resume(&history, "North", "a new \"tool\"", &resumed, &fault), STATUS_OK);
  write_back(&history);
  read_from(place, &history);
  assert_int_equal(history_inspection(&history, "North", "next", SEVERITY_MAJOR), SWITCHING_TIGHTENED);
  assert_string_equal(history.records[history.count - 1].why, "a new \"tool\"");
  history_free(&history);
}

static void *add_twenty(void *argument) {
  for (int i = 0; i < 20; i++) {
    struct history history;
    char name[24];
    read_from(argument, &history);
    snprintf(name, sizeof name, "L%zu", history.count);
    struct fault fault = {0};
    if (history_add(&history, "North", name, SEVERITY_MINOR, SWITCHING_NORMAL, LOT_ACCEPTED, false, &fault)) break;
    write_back(&history);
  }
  return NULL;
}

static void two_who_judge_at_once_lose_nothing(void **state) {
  struct history history;
  pthread_t other;
  read_from(*state, &history); /* the tables are made by one */
  history_free(&history);
  assert_int_equal(pthread_create(&other, NULL, add_twenty, *state), 0);
  add_twenty(*state);
  pthread_join(other, NULL);
  read_from(*state, &history);
  assert_int_equal(history.count, 40);
  history_free(&history);
}

static void a_store_takes_over_what_an_older_program_left_beside_it(void **state) {
  const struct place *place = *state;
  struct history history;
  FILE *file = fopen(place->file, "w");
  assert_non_null(file);
  for (int i = 0; i < 2; i++)
    fprintf(file,
            "{\"supplier\":\"North\",\"class\":\"major\",\"lot\":\"L%d\",\"inspection\":\"normal\","
            "\"outcome\":\"rejected\",\"resubmitted\":false}\n",
            i);
  fclose(file);
  for (int again = 0; again < 2; again++) {
    read_from(place, &history);
    assert_int_equal(history.count, 2);
    assert_int_equal(history_inspection(&history, "North", "next", SEVERITY_MAJOR), SWITCHING_TIGHTENED);
    write_back(&history);
    remove(place->file);
  }
}

#define ON_ALL(set_up)                                                                                                 \
  cmocka_unit_test_setup_teardown(thirty_lots_switch_as_the_rules_say, set_up, tear_down),                             \
      cmocka_unit_test_setup_teardown(two_who_judge_at_once_lose_nothing, set_up, tear_down)

int main(void) {
  const struct CMUnitTest in_a_file[] = {ON_ALL(in_file)};
  const struct CMUnitTest in_a_folder[] = {
      ON_ALL(in_folder),
      cmocka_unit_test_setup_teardown(a_store_takes_over_what_an_older_program_left_beside_it, in_folder, tear_down)};
  const struct CMUnitTest in_a_database[] = {ON_ALL(in_database)};
  int failed = cmocka_run_group_tests_name("file", in_a_file, NULL, NULL);
  failed += cmocka_run_group_tests_name("SQLite", in_a_folder, NULL, NULL);
  server = postgres_start();
  if (server) failed += cmocka_run_group_tests_name("PostgreSQL", in_a_database, NULL, NULL);
  postgres_end(server);
  return failed;
}
