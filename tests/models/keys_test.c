#include "models/golden.h"
#include "models/keys.h"
#include "tests/models/golden_place.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void write_key(const char *path, const char *text, mode_t mode) {
  support_write(path, text, strlen(text));
  assert_int_equal(chmod(path, mode), 0);
}

/* RFC 8032, section 7.1, test 2. */
static void keys_and_signatures_are_those_of_rfc_8032(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/key", folder);
  write_key(path, "# a remark\n\ned25519-secret TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=\n", 0600);
  struct signing_key key;
  char signature[SIGNATURE_TEXT_CHARS + 1];
  assert_int_equal(signing_key_read(path, &key, NULL), STATUS_OK);
  assert_string_equal(key.public_text, "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=");
  signing_key_sign(&key, "\x72", 1, signature);
  assert_string_equal(signature,
                      "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA==");
  assert_true(signature_valid(key.public_text, signature, "\x72", 1));
  assert_false(signature_valid(key.public_text, signature, "\x73", 1));
  signing_key_wipe(&key);
  free(path);
  support_remove(folder);
}

static void a_new_key_is_written_for_its_owner_only_and_read_back(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/key", folder), *public_path = support_text("%s.pub", path);
  struct signing_key key, read;
  struct fault fault = {0};
  struct stat info;
  assert_int_equal(signing_key_make(&key, NULL), STATUS_OK);
  assert_int_equal(signing_key_write(&key, path, "Ann of quality", NULL), STATUS_OK);
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  assert_int_equal(signing_key_read(path, &read, NULL), STATUS_OK);
  assert_memory_equal(&read, &key, sizeof key);
  bool found = false;
  assert_int_equal(trusted_key_find(public_path, key.public_text, &found, NULL), STATUS_OK);
  assert_true(found);
  assert_int_equal(signing_key_write(&key, path, NULL, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "key: is there already"));
  assert_int_equal(signing_key_write(&key, "/none/key", NULL, NULL), STATUS_IO);
  assert_int_equal(signing_key_write(&key, path, "two\nlines", NULL), STATUS_USAGE);
  free(path);
  free(public_path);
  support_remove(folder);
}

static void what_is_no_key_is_refused_in_words(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/key", folder);
  const char right[] = "ed25519-secret TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=\n";
  const struct {
    const char *text;
    mode_t mode;
    const char *words;
  } cases[] = {
      {right, 0644, "others may read this secret key"},
      {"", 0600, "holds no key"},
      {"# only a remark\n", 0600, "holds no key"},
      {"ed25519-secret\n", 0600, "key:1: not a key"},
      {"\ned25519-secret TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs\n", 0600, "key:2: not a key"},
      {"ed25519-secret TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pg==\n", 0600, "key:1: not a key"},
      {"ed25519-public TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=\n", 0600, "key:1: not a key"},
      {"\xFF\xFE", 0600, "key:1: not a key"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct signing_key key;
    struct fault fault = {0};
    write_key(path, cases[i].text, cases[i].mode);
    assert_int_equal(signing_key_read(path, &key, &fault), STATUS_INVALID);
    if (!strstr(fault.text, cases[i].words)) fail_msg("\"%s\" lacks \"%s\"", fault.text, cases[i].words);
  }
  free(path);
  support_remove(folder);
}

/* A golden signed by `key`, and what golden check says with a file of trusted keys. */
static void check_report(const struct place *place, const char *trusted, enum status expected, const char *signed_by,
                         const char *words) {
  json_t *report;
  struct fault fault = {0};
  assert_int_equal(golden_check(place->golden, trusted, &report, &fault), expected);
  const char *found = json_string_value(json_object_get(report, "signed_by"));
  if (signed_by)
    assert_string_equal(found, signed_by);
  else
    assert_null(found);
  if (words && !strstr(fault.text, words)) fail_msg("\"%s\" lacks \"%s\"", fault.text, words);
  json_decref(report);
}

static void a_signature_is_checked_against_the_trusted_keys(void **state) {
  (void)state;
  struct place place = place_make();
  char *path = support_text("%s/key", place.folder), *trusted = support_text("%s.pub", path);
  char *other = support_text("%s/other", place.folder), *other_trusted = support_text("%s.pub", other);
  struct signing_key key, stranger;
  assert_int_equal(signing_key_make(&key, NULL), STATUS_OK);
  assert_int_equal(signing_key_make(&stranger, NULL), STATUS_OK);
  assert_int_equal(signing_key_write(&key, path, NULL, NULL), STATUS_OK);
  assert_int_equal(signing_key_write(&stranger, other, NULL, NULL), STATUS_OK);
  assert_int_equal(place_create(&place, "carton", NULL, path, NULL), STATUS_OK);
  check_report(&place, NULL, STATUS_OK, key.public_text, NULL);
  check_report(&place, trusted, STATUS_OK, key.public_text, NULL);
  check_report(&place, other_trusted, STATUS_INVALID, key.public_text, "; expected a key of ");
  check_report(&place, "/none", STATUS_MISSING, key.public_text, "/none: no such file");
  const struct golden_revise how = {.path = place.golden, .by = "Bob", .why = "again", .key_file = other};
  char *before = place_read(&place, "seal.sig");
  assert_int_equal(golden_revise(&how, NULL), STATUS_OK);
  check_report(&place, other_trusted, STATUS_OK, stranger.public_text, NULL);
  char *kept = place_read(&place, "history/1.sig");
  assert_string_equal(kept, before);
  place_put(&place, "seal.sig", before);
  check_report(&place, NULL, STATUS_INVALID, NULL, "seal.sig: the signature is not one of this seal.json");
  place_put(&place, "seal.sig", "{\"algorithm\": \"none\"}");
  check_report(&place, NULL, STATUS_INVALID, NULL, "seal.sig: algorithm: expected ed25519");
  free(before);
  free(kept);
  free(path);
  free(trusted);
  free(other);
  free(other_trusted);
  place_end(&place);
}

static void an_unsigned_golden_is_no_trusted_one(void **state) {
  (void)state;
  struct place place = place_make();
  char *trusted = support_text("%s/keys", place.folder);
  support_write(trusted, "# none yet\n", 11);
  place_created(&place);
  check_report(&place, NULL, STATUS_OK, NULL, NULL);
  check_report(&place, trusted, STATUS_INVALID, NULL, "golden: is not signed; expected a signature by a key of ");
  free(trusted);
  place_end(&place);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_and_signatures_are_those_of_rfc_8032),
      cmocka_unit_test(a_new_key_is_written_for_its_owner_only_and_read_back),
      cmocka_unit_test(what_is_no_key_is_refused_in_words),
      cmocka_unit_test(a_signature_is_checked_against_the_trusted_keys),
      cmocka_unit_test(an_unsigned_golden_is_no_trusted_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
