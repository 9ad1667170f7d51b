#include "models/blobs.h"
#include "models/digest.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char bytes[] = "the bytes of a photo";

static void what_is_put_is_got_back(void **state) {
  (void)state;
  char *folder = support_folder(), id[DIGEST_CHARS + 1];
  struct fault fault = {0};
  struct photo photo;
  digest_blake2b(bytes, sizeof bytes, id);
  assert_int_equal(blob_get(folder, id, "a.jpg", &photo, &fault), STATUS_MISSING);
  assert_int_equal(blob_put(folder, id, bytes, sizeof bytes, &fault), STATUS_OK);
  assert_int_equal(blob_put(folder, id, bytes, sizeof bytes, &fault), STATUS_OK);
  assert_int_equal(blob_get(folder, id, "a.jpg", &photo, &fault), STATUS_OK);
  assert_int_equal(photo.size, sizeof bytes);
  assert_memory_equal(photo.bytes, bytes, sizeof bytes);
  assert_string_equal(photo.path, "a.jpg");
  photo_free(&photo);
  support_remove(folder);
}

static void a_damaged_blob_is_noticed(void **state) {
  (void)state;
  char *folder = support_folder(), id[DIGEST_CHARS + 1];
  struct fault fault = {0};
  struct photo photo;
  digest_blake2b(bytes, sizeof bytes, id);
  assert_int_equal(blob_put(folder, id, bytes, sizeof bytes, &fault), STATUS_OK);
  char *path = support_text("%s/blobs/%.2s/%s", folder, id, id);
  support_write(path, "something else", 14);
  assert_int_equal(blob_get(folder, id, "a.jpg", &photo, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, "damaged"));
  free(path);
  support_remove(folder);
}

static void a_folder_that_takes_nothing_is_told(void **state) {
  (void)state;
  char *folder = support_folder(), id[DIGEST_CHARS + 1];
  struct fault fault = {0};
  digest_blake2b(bytes, sizeof bytes, id);
  char *in_the_way = support_text("%s/blobs", folder);
  support_write(in_the_way, "", 0);
  assert_int_equal(blob_put(folder, id, bytes, sizeof bytes, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, "blobs"));
  free(in_the_way);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_put_is_got_back),
      cmocka_unit_test(a_damaged_blob_is_noticed),
      cmocka_unit_test(a_folder_that_takes_nothing_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
