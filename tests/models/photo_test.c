#include "models/photo.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void a_photo_is_read_with_its_digest(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/a.jpg", folder);
  support_write(path, "abc", 3);
  struct photo photo;
  assert_int_equal(photo_read(path, 0, &photo, NULL), STATUS_OK);
  assert_string_equal(photo.path, path);
  assert_int_equal(photo.size, 3);
  assert_memory_equal(photo.bytes, "abc", 3);
  assert_string_equal(photo.id, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  photo_free(&photo);
  free(path);
  support_remove(folder);
}

static void an_empty_file_is_a_photo_without_bytes(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/a.jpg", folder);
  support_write(path, "", 0);
  struct photo photo;
  assert_int_equal(photo_read(path, 0, &photo, NULL), STATUS_OK);
  assert_null(photo.bytes);
  assert_int_equal(photo.size, 0);
  assert_string_equal(photo.id, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  photo_free(&photo);
  free(path);
  support_remove(folder);
}

static void check_refused(const char *path, size_t limit, enum status expected, const char *words) {
  struct photo photo;
  struct fault fault = {0};
  assert_int_equal(photo_read(path, limit, &photo, &fault), expected);
  assert_null(photo.path);
  assert_null(photo.bytes);
  assert_non_null(strstr(fault.text, path));
  assert_non_null(strstr(fault.text, words));
}

static void what_is_no_file_is_refused_in_words(void **state) {
  (void)state;
  char *folder = support_folder(), *missing = support_text("%s/none.jpg", folder);
  char *pipe = support_text("%s/pipe", folder);
  assert_int_equal(mkfifo(pipe, 0600), 0);
  check_refused(missing, 0, STATUS_MISSING, "no such file");
  check_refused(folder, 0, STATUS_IO, "a folder, not a file");
  check_refused(pipe, 0, STATUS_IO, "a pipe, a socket or a device, not a file");
  free(missing);
  free(pipe);
  support_remove(folder);
}

static void a_file_over_the_limit_is_refused(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/a.jpg", folder);
  support_write(path, "abcd", 4);
  check_refused(path, 3, STATUS_LIMIT, "4 bytes; at most 3");
  struct photo photo;
  assert_int_equal(photo_read(path, 4, &photo, NULL), STATUS_OK);
  photo_free(&photo);
  free(path);
  support_remove(folder);
}

/* Files of /proc say 0 bytes and hold more: the same as a file that grows while it is read. */
static void a_file_larger_than_it_says_is_read_to_its_end_or_its_limit(void **state) {
  (void)state;
  struct photo photo;
  assert_int_equal(photo_read("/proc/self/status", 0, &photo, NULL), STATUS_OK);
  assert_true(photo.size > 100);
  photo_free(&photo);
  check_refused("/proc/self/status", 100, STATUS_LIMIT, "larger than the 100 bytes");
}

static void bytes_in_memory_are_copied(void **state) {
  (void)state;
  uint8_t bytes[3] = "abc";
  struct photo photo;
  assert_int_equal(photo_from_bytes("a", bytes, 3, &photo, NULL), STATUS_OK);
  bytes[0] = 'x';
  assert_memory_equal(photo.bytes, "abc", 3);
  assert_string_equal(photo.id, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  photo_free(&photo);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_photo_is_read_with_its_digest),
      cmocka_unit_test(an_empty_file_is_a_photo_without_bytes),
      cmocka_unit_test(what_is_no_file_is_refused_in_words),
      cmocka_unit_test(a_file_over_the_limit_is_refused),
      cmocka_unit_test(a_file_larger_than_it_says_is_read_to_its_end_or_its_limit),
      cmocka_unit_test(bytes_in_memory_are_copied),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
