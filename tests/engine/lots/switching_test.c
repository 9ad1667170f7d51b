/* Histories of lots worked through by hand with the rules of ISO 2859-1:1999. */
#include "engine/lots/switching.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* `lots`: + accepted, - not accepted, ! resumed; `states`: the inspection of each lot, N T D. */
static void follow(const char *lots, const char *states) {
  struct switching switching = {0};
  assert_int_equal(strlen(lots), strlen(states));
  for (size_t i = 0; lots[i]; i++) {
    if (lots[i] == '!') switching_resume(&switching);
    char state = "NTD"[switching.state];
    if (state != states[i]) fail_msg("lot %zu of %s: %c; expected %c", i + 1, lots, state, states[i]);
    if (lots[i] != '!') switching_add(&switching, lots[i] == '+');
  }
}

static void a_history_of_thirty_lots_follows_the_rules(void **state) {
  (void)state;
  /* Rejected at 3 and 7: five lots, of which two, are 3..7, so 8 is tightened; five accepted in a row, 10..14, so 15
   * is normal; 17 and 18 rejected, 19 is tightened; 20, 21, 23, 25, 26 rejected, five in all: discontinued. */
  follow("++-+++-+-+++++++"
         "--+"
         "--+-+--"
         "++++",
         "NNNNNNNTTTTTTTNN"
         "NNT"
         "TTTTTTT"
         "DDDD");
}

static void two_of_five_consecutive_lots_tighten_and_two_of_six_do_not(void **state) {
  (void)state;
  follow("-+++-+", "NNNNNT");
  follow("-++++-+++++", "NNNNNNNNNNN");
  follow("--+", "NNT");
  /* What lies before the return to normal does not count again. */
  follow("--+++++-++++-+", "NNTTTTTNNNNNNN");
}

static void one_rejected_lot_begins_the_five_accepted_anew(void **state) {
  (void)state;
  follow("--++++-+++++-", "NNTTTTTTTTTTN");
}

static void the_supplier_must_act_before_inspection_goes_on(void **state) {
  (void)state;
  follow("-------+++++!-++", "NNTTTTTDDDDDTTTT");
  /* To resume where nothing is discontinued changes nothing. */
  follow("-!+-+", "NNNNT");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_history_of_thirty_lots_follows_the_rules),
      cmocka_unit_test(two_of_five_consecutive_lots_tighten_and_two_of_six_do_not),
      cmocka_unit_test(one_rejected_lot_begins_the_five_accepted_anew),
      cmocka_unit_test(the_supplier_must_act_before_inspection_goes_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
