#include "models/blobs.h"
#include "models/digest.h"
#include "tests/support.h"

#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

struct wanted {
  const char *id;
  const char *put; /* the folder into which the blob comes again while it is asked for */
  int asked;
};

static enum status is_wanted(void *context, const char *photo_id, bool *needed, struct fault *fault) {
  struct wanted *wanted = context;
  *needed = wanted->id && !strcmp(photo_id, wanted->id);
  if (wanted->put && !wanted->asked++) return blob_put(wanted->put, photo_id, bytes, sizeof bytes, fault);
  return STATUS_OK;
}

static void make_old(const char *folder, const char *id) {
  char *path = support_text("%s/blobs/%.2s/%s", folder, id, id);
  const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
  assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
  free(path);
}

static bool is_there(const char *folder, const char *id) {
  struct photo photo;
  if (blob_get(folder, id, "a.jpg", &photo, NULL)) return false;
  photo_free(&photo);
  return true;
}

static void what_is_old_and_not_needed_is_removed(void **state) {
  (void)state;
  char *folder = support_folder(), ids[3][DIGEST_CHARS + 1];
  struct fault fault = {0};
  size_t removed = 0;
  for (int i = 0; i < 3; i++) {
    digest_blake2b(bytes, sizeof bytes - (size_t)i, ids[i]);
    assert_int_equal(blob_put(folder, ids[i], bytes, sizeof bytes - (size_t)i, &fault), STATUS_OK);
    if (i) make_old(folder, ids[i]);
  }
  struct wanted wanted = {.id = ids[1]};
  assert_int_equal(blob_sweep(folder, 2000, is_wanted, &wanted, &removed, &fault), STATUS_OK);
  assert_int_equal(removed, 1);
  assert_true(is_there(folder, ids[0])); /* too young */
  assert_true(is_there(folder, ids[1])); /* needed */
  assert_false(is_there(folder, ids[2]));
  support_remove(folder);
}

static void what_comes_again_is_young_again(void **state) {
  (void)state;
  char *folder = support_folder(), id[DIGEST_CHARS + 1];
  struct fault fault = {0};
  size_t removed = 0;
  struct wanted nothing = {0}, comes = {.put = folder};
  digest_blake2b(bytes, sizeof bytes, id);
  assert_int_equal(blob_put(folder, id, bytes, sizeof bytes, &fault), STATUS_OK);
  make_old(folder, id);
  assert_int_equal(blob_put(folder, id, bytes, sizeof bytes, &fault), STATUS_OK);
  assert_int_equal(blob_sweep(folder, 2000, is_wanted, &nothing, &removed, &fault), STATUS_OK);
  assert_int_equal(removed, 0);
  /* And also where it comes in the middle of being removed. */
  make_old(folder, id);
  assert_int_equal(blob_sweep(folder, 2000, is_wanted, &comes, &removed, &fault), STATUS_OK);
  assert_int_equal(removed, 0);
  assert_true(is_there(folder, id));
  support_remove(folder);
}

static void a_blob_that_a_sweep_left_aside_comes_back(void **state) {
  (void)state;
  char *folder = support_folder(), id[DIGEST_CHARS + 1];
  struct fault fault = {0};
  size_t removed = 0;
  struct wanted nothing = {0};
  digest_blake2b(bytes, sizeof bytes, id);
  assert_int_equal(blob_put(folder, id, bytes, sizeof bytes, &fault), STATUS_OK);
  char *path = support_text("%s/blobs/%.2s/%s", folder, id, id),
       *aside = support_text("%s/blobs/%.2s/removing-%s", folder, id, id);
  assert_int_equal(rename(path, aside), 0);
  assert_int_equal(blob_sweep(folder, 2000, is_wanted, &nothing, &removed, &fault), STATUS_OK);
  assert_true(is_there(folder, id));
  free(path);
  free(aside);
  support_remove(folder);
}

/* A limit on the size of files stands for the disk. */
static void a_full_disk_leaves_nothing_half_done(void **state) {
  (void)state;
  char *folder = support_folder(), id[DIGEST_CHARS + 1];
  struct fault fault = {0};
  struct rlimit before, none = {4, RLIM_INFINITY};
  digest_blake2b(bytes, sizeof bytes, id);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  none.rlim_max = before.rlim_max;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
  enum status status = blob_put(folder, id, bytes, sizeof bytes, &fault);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  assert_int_equal(status, STATUS_IO);
  assert_non_null(strstr(fault.text, "blobs/"));
  char *draft = support_text("%s/blobs/draft-*", folder);
  glob_t left;
  assert_int_equal(glob(draft, 0, NULL, &left), GLOB_NOMATCH);
  free(draft);
  assert_false(is_there(folder, id));
  assert_int_equal(blob_put(folder, id, bytes, sizeof bytes, &fault), STATUS_OK);
  assert_true(is_there(folder, id));
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_put_is_got_back),
      cmocka_unit_test(a_damaged_blob_is_noticed),
      cmocka_unit_test(a_folder_that_takes_nothing_is_told),
      cmocka_unit_test(what_is_old_and_not_needed_is_removed),
      cmocka_unit_test(what_comes_again_is_young_again),
      cmocka_unit_test(a_blob_that_a_sweep_left_aside_comes_back),
      cmocka_unit_test(a_full_disk_leaves_nothing_half_done),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
