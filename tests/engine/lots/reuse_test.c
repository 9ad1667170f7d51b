/* Scenes used again are found by their fingerprints among photos that have much in common, and nothing else is. */
#include "engine/lots/lots.h"
#include "engine/lots/reuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PHOTOS = 120, AGAIN = 10 };

static uint64_t state_ = 7;

static uint64_t draw(void) {
  state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
  return state_;
}

/* Each bit is that of all units together in three of five photos, else the photo's own. */
static void fill(struct reuse_print *prints) {
  uint64_t common[REUSE_WORDS];
  for (int w = 0; w < REUSE_WORDS; w++) common[w] = draw();
  for (uint32_t i = 0; i < PHOTOS; i++) {
    prints[i] = (struct reuse_print){.photo = i};
    for (int b = 0; b < RESULT_FINGERPRINT_BITS; b++) {
      uint64_t source = draw() % 5 < 3 ? common[b / 64] >> (b % 64) : draw() >> 17;
      prints[i].bits[b / 64] |= (source & 1) << (b % 64);
    }
  }
}

/* One bit in five is another. */
static struct reuse_print saved_again(const struct reuse_print *print, uint32_t number) {
  struct reuse_print again = *print;
  again.photo = number;
  for (int b = 0; b < RESULT_FINGERPRINT_BITS; b++)
    if (draw() % 5 == 0) again.bits[b / 64] ^= (uint64_t)1 << (b % 64);
  return again;
}

struct found {
  size_t pairs, right;
};

static bool count(void *context, size_t later, size_t earlier, double likeness) {
  struct found *found = context;
  assert_true(likeness > 4);
  found->pairs++;
  found->right += later == PHOTOS + earlier;
  return true;
}

static void scenes_used_again_are_found_and_no_others(void **state) {
  (void)state;
  struct reuse_print prints[PHOTOS + AGAIN];
  struct found found = {0, 0};
  fill(prints);
  assert_true(reuse_find(prints, PHOTOS, count, &found));
  assert_int_equal(found.pairs, 0);
  for (uint32_t i = 0; i < AGAIN; i++) prints[PHOTOS + i] = saved_again(&prints[i], PHOTOS + i);
  assert_true(reuse_find(prints, PHOTOS + AGAIN, count, &found));
  assert_int_equal(found.pairs, AGAIN);
  assert_int_equal(found.right, AGAIN);
}

static void photos_of_other_goldens_and_the_same_bytes_are_not_compared(void **state) {
  (void)state;
  struct reuse_print prints[PHOTOS + AGAIN];
  struct found found = {0, 0};
  fill(prints);
  for (uint32_t i = 0; i < AGAIN; i++) {
    prints[PHOTOS + i] = saved_again(&prints[i], i % 2 ? i : PHOTOS + i);
    if (i % 2 == 0) prints[PHOTOS + i].golden = 1;
  }
  assert_true(reuse_find(prints, PHOTOS + AGAIN, count, &found));
  assert_int_equal(found.pairs, 0);
}

static void what_is_no_fingerprint_is_refused(void **state) {
  (void)state;
  struct reuse_print print;
  char hex[RESULT_FINGERPRINT_BITS / 4 + 1];
  memset(hex, 'a', sizeof hex - 1);
  hex[sizeof hex - 1] = 0;
  assert_true(reuse_parse(hex, &print));
  assert_int_equal(print.bits[0], 0xaaaaaaaaaaaaaaaaU);
  hex[5] = 'G';
  assert_false(reuse_parse(hex, &print));
  assert_false(reuse_parse("ab", &print));
  assert_false(reuse_parse(NULL, &print));
}

static void write_hex(const struct reuse_print *print, char *hex) {
  for (size_t i = 0; i < RESULT_FINGERPRINT_BITS / 4; i++)
    hex[i] = "0123456789abcdef"[print->bits[i / 16] >> (4 * (i % 16)) & 15];
  hex[RESULT_FINGERPRINT_BITS / 4] = 0;
}

/* A lot's photo is found again in the next lot, which was taken by two cameras and lacks a photo. */
static void a_scene_of_an_earlier_lot_is_named(void **state) {
  (void)state;
  struct reuse_print prints[PHOTOS + AGAIN];
  struct lots lots = {.by = ROW_LOT, .check_times = true};
  struct fault fault = {0};
  fill(prints);
  prints[PHOTOS] = saved_again(&prints[3], PHOTOS);
  for (int i = 0; i <= PHOTOS; i++) {
    char photo[32], id[65], unit[16], hex[RESULT_FINGERPRINT_BITS / 4 + 1];
    snprintf(photo, sizeof photo, "%s/IMG_%04d.jpg", i < 60 ? "a" : "b", i < 80 ? i : i + 1);
    snprintf(id, sizeof id, "%064x", i + 1);
    memmove(id, id + 32, 32);
    snprintf(unit, sizeof unit, "U%d", i);
    write_hex(&prints[i], hex);
    const struct row row = {.photo = photo,
                            .photo_id = id,
                            .job_id = "",
                            .golden_sha256 = "g",
                            .reason = "",
                            .camera = i < 60 || i % 2 ? "A" : "B",
                            .fingerprint = hex,
                            .keys = {[ROW_LOT] = i < 60 ? "1" : "2", [ROW_UNIT] = unit, [ROW_GOLDEN] = "g"}};
    assert_int_equal(lots_add(&lots, &row, &fault), STATUS_OK);
  }
  assert_int_equal(lots_end(&lots, &fault), STATUS_OK);
  assert_int_equal(lots.items[0].reused.count, 0);
  assert_int_equal(lots.items[0].cameras.count, 1);
  assert_int_equal(lots.items[0].gap_count, 0);
  const struct lot *lot = &lots.items[1];
  assert_int_equal(lot->reused.count, 1);
  assert_true(lot->reused.items[0].likeness > 5);
  assert_string_equal(lots_unit_name(&lots, lot->reused.items[0].other), "U3");
  assert_int_equal(lot->cameras.count, 2);
  assert_int_equal(lot->gap_count, 1);
  assert_int_equal(lot->gaps[0].missing, 1);
  assert_string_equal(lots_unit_name(&lots, lot->gaps[0].after), "U79");
  lots_free(&lots);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(scenes_used_again_are_found_and_no_others),
                                     cmocka_unit_test(photos_of_other_goldens_and_the_same_bytes_are_not_compared),
                                     cmocka_unit_test(what_is_no_fingerprint_is_refused),
                                     cmocka_unit_test(a_scene_of_an_earlier_lot_is_named)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
