#include "cli/photos.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void put(const char *folder, const char *name, const char *bytes, size_t size) {
  char *path = support_text("%s/%s", folder, name);
  support_write(path, bytes, size);
  free(path);
}

static void make_folder(const char *folder, const char *name) {
  char *path = support_text("%s/%s", folder, name);
  assert_int_equal(mkdir(path, 0777), 0);
  free(path);
}

static void assert_lists(const char *folder, const struct photo_paths *paths, const char *const *names, size_t count) {
  assert_int_equal(paths->count, count);
  for (size_t i = 0; i < count; i++) {
    char *path = support_text("%s/%s", folder, names[i]);
    assert_string_equal(paths->items[i], path);
    free(path);
  }
}

static void a_folder_gives_its_photos_sorted_bytewise_level_by_level(void **state) {
  (void)state;
  char *folder = support_folder();
  make_folder(folder, "b");
  make_folder(folder, "b/c");
  make_folder(folder, ".hidden");
  put(folder, "b/c/2.PNG", "", 0);
  put(folder, "b/10.jpg", "not a photo, but named as one", 29);
  put(folder, "b/9.jpg", "", 0);
  put(folder, "Z.tiff", "", 0);
  put(folder, "a.webp", "", 0);
  put(folder, "notes.txt", "text that is no photo", 21);
  put(folder, "unnamed", "\x89PNG\r\n\x1A\n\0\0\0\rIHDR", 16);
  put(folder, "short", "\xFF\xD8", 2);
  put(folder, ".DS_Store.jpg", "", 0);
  put(folder, ".hidden/x.jpg", "", 0);
  struct photo_paths paths = {0};
  size_t found = 0;
  struct fault fault = {0};
  char *given = support_text("%s/", folder);
  assert_int_equal(photo_paths_add(&paths, given, &found, &fault), STATUS_OK);
  static const char *const expected[] = {"Z.tiff", "a.webp", "b/10.jpg", "b/9.jpg", "b/c/2.PNG", "unnamed"};
  assert_int_equal(found, sizeof expected / sizeof *expected);
  assert_lists(folder, &paths, expected, found);
  photo_paths_free(&paths);
  free(given);
  support_remove(folder);
}

static void a_file_is_taken_whatever_it_is_and_also_when_missing(void **state) {
  (void)state;
  struct photo_paths paths = {0};
  size_t found = 0;
  struct fault fault = {0};
  assert_int_equal(photo_paths_add(&paths, "nowhere/there.is.none", &found, &fault), STATUS_OK);
  assert_int_equal(found, 1);
  assert_string_equal(paths.items[0], "nowhere/there.is.none");
  photo_paths_free(&paths);
}

static void link_to(const char *target, const char *folder, const char *name) {
  char *link = support_text("%s/%s", folder, name);
  assert_int_equal(symlink(target, link), 0);
  free(link);
}

static void a_link_back_to_a_folder_above_is_passed_over(void **state) {
  (void)state;
  char *folder = support_folder();
  make_folder(folder, "a");
  make_folder(folder, "a/b");
  put(folder, "a/b/1.jpg", "", 0);
  put(folder, "a/z.jpg", "", 0);
  link_to(".", folder, "a/self");
  link_to("../..", folder, "a/b/top");
  struct photo_paths paths = {0};
  struct fault fault = {0};
  assert_int_equal(photo_paths_add(&paths, folder, NULL, &fault), STATUS_OK);
  assert_lists(folder, &paths, (const char *const[]){"a/b/1.jpg", "a/z.jpg"}, 2);
  photo_paths_free(&paths);
  support_remove(folder);
}

/* Two shifts' folders may share one of the day. */
static void a_folder_that_two_links_lead_to_is_searched_twice(void **state) {
  (void)state;
  char *folder = support_folder();
  make_folder(folder, "day");
  put(folder, "day/1.jpg", "", 0);
  link_to("day", folder, "early");
  struct photo_paths paths = {0};
  struct fault fault = {0};
  assert_int_equal(photo_paths_add(&paths, folder, NULL, &fault), STATUS_OK);
  assert_lists(folder, &paths, (const char *const[]){"day/1.jpg", "early/1.jpg"}, 2);
  photo_paths_free(&paths);
  support_remove(folder);
}

static void what_we_write_ourselves_is_no_photo(void **state) {
  (void)state;
  char *folder = support_folder(), *own = support_text("%s/out/pictures", folder);
  make_folder(folder, "out");
  make_folder(folder, "out/pictures");
  put(folder, "out/pictures/1-5f1c22a0.png", "", 0);
  put(folder, "out/2.jpg", "", 0);
  struct photo_paths paths = {.leave_out = {own, "not/there/yet"}};
  struct fault fault = {0};
  assert_int_equal(photo_paths_add(&paths, folder, NULL, &fault), STATUS_OK);
  assert_lists(folder, &paths, (const char *const[]){"out/2.jpg"}, 1);
  photo_paths_free(&paths);
  free(own);
  support_remove(folder);
}

static void folders_without_photos_are_an_error_where_nothing_else_is_given(void **state) {
  (void)state;
  char *bare = support_folder(), *full = support_folder();
  put(full, "1.jpg", "", 0);
  struct photo_paths paths = {0};
  struct fault fault = {0};
  assert_int_equal(photo_paths_add_all(&paths, (const char *const[]){bare, bare}, 2, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "no photo in this folder"));
  assert_int_equal(photo_paths_add_all(&paths, (const char *const[]){bare, full}, 2, &fault), STATUS_OK);
  assert_lists(full, &paths, (const char *const[]){"1.jpg"}, 1);
  photo_paths_free(&paths);
  support_remove(bare);
  support_remove(full);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_folder_gives_its_photos_sorted_bytewise_level_by_level),
      cmocka_unit_test(a_file_is_taken_whatever_it_is_and_also_when_missing),
      cmocka_unit_test(a_link_back_to_a_folder_above_is_passed_over),
      cmocka_unit_test(a_folder_that_two_links_lead_to_is_searched_twice),
      cmocka_unit_test(what_we_write_ourselves_is_no_photo),
      cmocka_unit_test(folders_without_photos_are_an_error_where_nothing_else_is_given),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
