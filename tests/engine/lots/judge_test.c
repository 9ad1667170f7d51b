/* Lots of samples judged: units from photos, classes, what is not known, and the memory of the switching rules. */
#include "engine/lots/judge.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct judge_terms usual = {.level = PLAN_II, .aql = {0, 2.5, 4.0}};

static void add(struct lots *lots, const struct sample *sample) {
  struct row_parser *parser = row_parser_new();
  struct fault fault = {0};
  if (lots_add(lots, sample_row(sample, parser), &fault)) fail_msg("%s", fault.text);
  row_parser_free(parser);
}

static void end(struct lots *lots) {
  struct fault fault = {0};
  assert_int_equal(lots_end(lots, &fault), STATUS_OK);
}

/* A lot of `units`, of which the first have a defect of the class, and the next could not be judged. */
static void add_lot(struct lots *lots, const char *name, int units, int defective, enum severity severity,
                    int unjudged) {
  static int number;
  for (int i = 0; i < units; i++) {
    char unit[16];
    snprintf(unit, sizeof unit, "U%04d", i);
    number++;
    bool bad = i < defective, unknown = !bad && i < defective + unjudged;
    add(lots, &(struct sample){.number = number,
                               .lot = name,
                               .factory = "North",
                               .unit = unit,
                               .verdict = bad       ? VERDICT_FAIL
                                          : unknown ? VERDICT_CANNOT_JUDGE
                                                    : VERDICT_PASS,
                               .defect = bad,
                               .severity = severity,
                               .reason = REASON_BLURRED});
  }
}

static struct judge_lot judge(const struct lots *lots, size_t index, const struct judge_terms *terms,
                              struct history *history) {
  struct judge_lot verdict;
  struct fault fault = {0};
  if (judge_lot(lots, index, terms, history, false, &verdict, &fault)) fail_msg("%s", fault.text);
  return verdict;
}

static struct judge_lot judge_one(int units, int defective, enum severity severity, int unjudged, int64_t size) {
  struct lots lots = {.by = ROW_LOT};
  struct history history = {0};
  struct judge_terms terms = usual;
  terms.size = size;
  add_lot(&lots, "L1", units, defective, severity, unjudged);
  end(&lots);
  struct judge_lot verdict = judge(&lots, 0, &terms, &history);
  history_free(&history);
  lots_free(&lots);
  return verdict;
}

static void acceptance_and_rejection_numbers_decide(void **state) {
  (void)state;
  /* 1000 units at level II: J, 80 units; major 5/6, minor 7/8. */
  struct judge_lot verdict = judge_one(80, 5, SEVERITY_MAJOR, 0, 1000);
  assert_int_equal(verdict.outcome, LOT_ACCEPTED);
  assert_int_equal(verdict.classes[SEVERITY_MAJOR].nonconforming, 5);
  assert_int_equal(verdict.classes[SEVERITY_MAJOR].plan.accept, 5);
  assert_int_equal(judge_one(80, 6, SEVERITY_MAJOR, 0, 1000).outcome, LOT_REJECTED);
  assert_int_equal(judge_one(80, 7, SEVERITY_MINOR, 0, 1000).outcome, LOT_ACCEPTED);
  assert_int_equal(judge_one(80, 8, SEVERITY_MINOR, 0, 1000).outcome, LOT_REJECTED);
  assert_int_equal(judge_one(80, 1, SEVERITY_CRITICAL, 0, 1000).outcome, LOT_REJECTED);
}

static void what_is_not_known_holds_the_lot_only_where_it_could_turn_it(void **state) {
  (void)state;
  struct judge_terms no_critical = usual;
  no_critical.aql[SEVERITY_CRITICAL] = 6.5;
  struct lots lots = {.by = ROW_LOT};
  struct history history = {0};
  no_critical.size = 1000;
  add_lot(&lots, "turns", 80, 3, SEVERITY_MAJOR, 3);
  add_lot(&lots, "cannot", 80, 3, SEVERITY_MAJOR, 2);
  add_lot(&lots, "is", 80, 6, SEVERITY_MAJOR, 9);
  end(&lots);
  struct judge_lot turns = judge(&lots, 0, &no_critical, &history);
  assert_int_equal(turns.outcome, LOT_HELD);
  assert_int_equal(turns.classes[SEVERITY_MAJOR].unjudged, 3);
  assert_int_equal(turns.unjudged, 3);
  assert_int_equal(lots.items[0].unjudged.count, 3);
  assert_string_equal(lots.items[0].unjudged.items[0].text, "it could not be judged");
  assert_int_equal(judge(&lots, 1, &no_critical, &history).outcome, LOT_ACCEPTED);
  assert_int_equal(judge(&lots, 2, &no_critical, &history).outcome, LOT_REJECTED);
  history_free(&history);
  lots_free(&lots);
  /* Of critical defects none is accepted: one photo that could not be judged may show one. */
  assert_int_equal(judge_one(80, 0, SEVERITY_MAJOR, 1, 1000).outcome, LOT_HELD);
}

static void too_few_units_hold_the_lot(void **state) {
  (void)state;
  struct judge_lot verdict = judge_one(70, 0, SEVERITY_MAJOR, 0, 1000);
  assert_int_equal(verdict.outcome, LOT_HELD);
  assert_int_equal(verdict.classes[SEVERITY_MAJOR].missing, 10);
  assert_int_equal(judge_one(70, 6, SEVERITY_MAJOR, 0, 1000).outcome, LOT_REJECTED);
}

static void without_a_size_the_plan_is_the_largest_that_the_units_are_enough_for(void **state) {
  (void)state;
  struct judge_lot verdict = judge_one(200, 10, SEVERITY_MAJOR, 0, 0);
  assert_false(verdict.size_known);
  assert_int_equal(verdict.classes[SEVERITY_MAJOR].plan.sample_size, 200);
  assert_int_equal(verdict.classes[SEVERITY_MAJOR].plan.accept, 10);
  assert_int_equal(verdict.outcome, LOT_ACCEPTED);
  assert_int_equal(judge_one(4, 0, SEVERITY_MAJOR, 0, 0).outcome, LOT_HELD);
}

static void a_sample_is_drawn_from_more_units_and_critical_defects_count_in_all(void **state) {
  (void)state;
  struct judge_lot verdict = judge_one(500, 250, SEVERITY_MAJOR, 0, 1000);
  assert_true(verdict.drawn);
  const struct judge_class *major = &verdict.classes[SEVERITY_MAJOR];
  assert_int_equal(major->plan.sample_size, 80);
  assert_int_equal(major->all_nonconforming, 250);
  /* Half of them, within four standard deviations. */
  assert_in_range(major->nonconforming, 22, 58);
  assert_int_equal(judge_one(500, 250, SEVERITY_MAJOR, 0, 1000).classes[SEVERITY_MAJOR].nonconforming,
                   major->nonconforming);
  assert_int_equal(judge_one(500, 1, SEVERITY_CRITICAL, 0, 1000).outcome, LOT_REJECTED);
}

static void views_make_a_unit_which_counts_once_in_its_worst_class(void **state) {
  (void)state;
  struct lots lots = {.by = ROW_LOT};
  int number = 5000;
  for (int i = 0; i < 5; i++)
    for (int view = 0; view < 2; view++) {
      const char *const units[] = {"a", "b", "c", "d", "e"};
      if (i == 4 && view == 1) continue; /* e lacks its back */
      bool bad = i < 2;
      number++;
      add(&lots, &(struct sample){.number = number,
                                  .lot = "L",
                                  .unit = units[i],
                                  .view = view ? "back" : "front",
                                  .golden = view ? "back" : "front",
                                  .verdict = bad ? VERDICT_FAIL : VERDICT_PASS,
                                  .defect = bad,
                                  .severity = view && i == 0 ? SEVERITY_MAJOR : SEVERITY_MINOR});
    }
  end(&lots);
  assert_int_equal(lots.unit_count, 5);
  assert_int_equal(lots.items[0].photos, 9);
  struct lot_unit unit = lots_unit(&lots, 0);
  assert_true(unit.defective && unit.severity == SEVERITY_MAJOR && !unit.incomplete);
  assert_string_equal(lots_unit_name(&lots, 0), "a");
  assert_int_equal(lots_unit(&lots, 1).severity, SEVERITY_MINOR);
  assert_false(lots_unit(&lots, 2).defective);
  assert_true(lots_unit(&lots, 4).incomplete);
  lots_free(&lots);
}

static void a_newer_golden_replaces_what_an_older_one_said(void **state) {
  (void)state;
  struct lots lots = {.by = ROW_LOT};
  const char *id = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  struct sample sample = {.number = 6000, .lot = "L", .unit = "a", .photo_id = id, .version = 1};
  sample.verdict = VERDICT_FAIL;
  sample.defect = true;
  sample.severity = SEVERITY_MAJOR;
  add(&lots, &sample);
  sample.number++;
  sample.version = 2;
  sample.verdict = VERDICT_PASS;
  sample.defect = false;
  add(&lots, &sample);
  sample.number++;
  sample.version = 1;
  sample.verdict = VERDICT_CANNOT_JUDGE;
  add(&lots, &sample);
  end(&lots);
  struct lot_unit unit = lots_unit(&lots, 0);
  assert_false(unit.defective || unit.unjudged);
  /* To judge a photo again is no reuse. */
  assert_int_equal(lots.items[0].reused.count, 0);
  lots_free(&lots);
}

static void the_same_bytes_under_another_unit_are_reused(void **state) {
  (void)state;
  struct lots lots = {.by = ROW_LOT};
  const char *id = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  add(&lots, &(struct sample){.number = 6100, .lot = "L1", .unit = "a", .photo_id = id});
  add(&lots, &(struct sample){.number = 6101, .lot = "L1", .unit = "b", .photo_id = id});
  add(&lots, &(struct sample){.number = 6102, .lot = "L2", .unit = "a", .photo_id = id});
  add(&lots, &(struct sample){.number = 6103, .lot = "L2", .unit = "c"});
  end(&lots);
  assert_int_equal(lots.items[0].reused.count, 1);
  assert_int_equal(lots.items[1].reused.count, 1);
  assert_string_equal(lots.items[1].reused.items[0].photo, "photos/006102.jpg");
  assert_string_equal(lots_unit_name(&lots, lots.items[1].reused.items[0].other), "a");
  assert_int_equal(lots.items[1].reused.items[0].other, 0);
  lots_free(&lots);
}

/* Thirty lots of 1000 units, 80 photographed, + good and - with 10 major defects. */
static void thirty_lots_are_remembered_and_switch_as_the_rules_say(void **state) {
  (void)state;
  const char *lots_of = "++-+++-+-+++++++--+--+-+--++++", *states = "NNNNNNNTTTTTTTNNNNTTTTTTTTDDDD";
  char *folder = support_folder(), *path = support_text("%s/lots.jsonl", folder);
  struct judge_terms terms = usual;
  terms.size = 1000;
  for (int again = 0; again < 2; again++)
    for (size_t i = 0; lots_of[i]; i++) {
      struct lots lots = {.by = ROW_LOT};
      struct history history = {0};
      struct fault fault = {0};
      char name[16];
      snprintf(name, sizeof name, "L%zu", i);
      add_lot(&lots, name, 80, lots_of[i] == '-' ? 10 : 0, SEVERITY_MAJOR, 0);
      end(&lots);
      if (history_read(path, &history, &fault)) fail_msg("%s", fault.text);
      struct judge_lot verdict = judge(&lots, 0, &terms, &history);
      char found = "NTD"[verdict.classes[SEVERITY_MAJOR].inspection];
      if (found != states[i]) fail_msg("lot %zu: %c; expected %c", i + 1, found, states[i]);
      assert_int_equal(verdict.classes[SEVERITY_MAJOR].plan.accept, states[i] == 'N' ? 5 : 3);
      assert_int_equal(verdict.classes[SEVERITY_MINOR].inspection, SWITCHING_NORMAL);
      assert_int_equal(verdict.outcome, states[i] == 'D'    ? LOT_DISCONTINUED
                                        : lots_of[i] == '-' ? LOT_REJECTED
                                                            : LOT_ACCEPTED);
      if (history_write(&history, &fault)) fail_msg("%s", fault.text);
      history_free(&history);
      lots_free(&lots);
    }
  free(path);
  support_remove(folder);
}

static void inspection_goes_on_tightened_when_the_supplier_has_acted(void **state) {
  (void)state;
  struct history history = {0};
  struct fault fault = {0};
  size_t resumed;
  for (int i = 0; i < 7; i++) {
    char name[8];
    snprintf(name, sizeof name, "L%d", i);
    enum switching_state now = history_inspection(&history, "North", name, SEVERITY_MAJOR);
    assert_int_equal(now, i < 2 ? SWITCHING_NORMAL : SWITCHING_TIGHTENED);
    history_add(&history, "North", name, SEVERITY_MAJOR, now, LOT_REJECTED, false, &fault);
  }
  assert_int_equal(history_inspection(&history, "North", "late", SEVERITY_MAJOR), SWITCHING_DISCONTINUED);
  history_add(&history, "North", "late", SEVERITY_MAJOR, SWITCHING_DISCONTINUED, LOT_DISCONTINUED, false, &fault);
  assert_int_equal(history_resume(&history, "South", "no need", &resumed, &fault), STATUS_OK);
  assert_int_equal(resumed, 0);
  assert_int_equal(history_resume(&history, "North", "new tool", &resumed, &fault), STATUS_OK);
  assert_int_equal(resumed, 1);
  assert_int_equal(history_inspection(&history, "North", "late", SEVERITY_MAJOR), SWITCHING_TIGHTENED);
  /* A resubmitted lot does not count, however often it is rejected. */
  for (int i = 0; i < 9; i++) {
    char name[8];
    snprintf(name, sizeof name, "R%d", i);
    history_add(&history, "North", name, SEVERITY_MAJOR, SWITCHING_TIGHTENED, LOT_REJECTED, true, &fault);
  }
  assert_int_equal(history_inspection(&history, "North", "next", SEVERITY_MAJOR), SWITCHING_TIGHTENED);
  history_free(&history);
}

static void a_history_that_is_none_is_refused_with_its_line(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/h", folder);
  const struct {
    const char *text, *message;
  } all[] = {{"[]\n", "h:1: record: expected"},
             {"{\"supplier\":null,\"class\":\"major\",\"lot\":\"a\",\"inspection\":\"normal\",\"outcome\":\"held\"}\n{",
              "h:2: record: expected"},
             {"{\"class\":\"big\"}", "h:1: class: expected"},
             {"{\"class\":\"major\",\"inspection\":\"loose\"}", "h:1: inspection: expected"},
             {"{\"class\":\"major\",\"inspection\":\"normal\"}", "h:1: outcome: expected"},
             {"{\"class\":\"major\",\"resumed\":true}", "h:1: resumed: expected"}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct history history;
    struct fault fault = {0};
    support_write(path, all[i].text, strlen(all[i].text));
    assert_int_equal(history_read(path, &history, &fault), STATUS_INVALID);
    if (!strstr(fault.text, all[i].message)) fail_msg("said %s; expected %s", fault.text, all[i].message);
  }
  free(path);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(acceptance_and_rejection_numbers_decide),
      cmocka_unit_test(what_is_not_known_holds_the_lot_only_where_it_could_turn_it),
      cmocka_unit_test(too_few_units_hold_the_lot),
      cmocka_unit_test(without_a_size_the_plan_is_the_largest_that_the_units_are_enough_for),
      cmocka_unit_test(a_sample_is_drawn_from_more_units_and_critical_defects_count_in_all),
      cmocka_unit_test(views_make_a_unit_which_counts_once_in_its_worst_class),
      cmocka_unit_test(a_newer_golden_replaces_what_an_older_one_said),
      cmocka_unit_test(the_same_bytes_under_another_unit_are_reused),
      cmocka_unit_test(thirty_lots_are_remembered_and_switch_as_the_rules_say),
      cmocka_unit_test(inspection_goes_on_tightened_when_the_supplier_has_acted),
      cmocka_unit_test(a_history_that_is_none_is_refused_with_its_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
