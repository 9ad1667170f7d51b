/* One answer: the same photos give the same bytes of result on every processor. The program runs itself twice, once
 * plainly and once with the fast paths of the processor switched off in OpenCV, libjpeg-turbo and the C library, and
 * compares what the two say. */
#include "engine/inspect.h"
#include "models/digest.h"
#include "tests/engine/picture.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *program;

/* ---- the child: judges what lies in a folder ---- */

static void say(const struct result *result, FILE *out) {
  struct result quiet = *result;
  quiet.timing = (struct result_timing){0};
  memset(quiet.backend, 0, sizeof quiet.backend);
  char *line = result_write(&quiet);
  fprintf(out, "%s\n", line ? line : "out of memory");
  free(line);
  /* Every bit of what is rounded when it is written. */
  for (int i = 0; i < 9; i++) fprintf(out, "%a ", result->homography[i]);
  fprintf(out, "%a %a %a\n", result->residual_px, result->overlap, result->score);
}

static void say_evidence(struct inspection *work, FILE *out) {
  struct inspect_evidence evidence;
  if (!inspect_evidence(work, &evidence)) return;
  char id[DIGEST_CHARS + 1];
  const struct plane *planes[] = {evidence.map, &evidence.photo->planes[0], &evidence.photo->planes[1]};
  for (int i = 0; i < 2 + evidence.photo->colour; i++) {
    digest_blake2b(planes[i]->pixels, planes[i]->stride * (size_t)planes[i]->height, id);
    fprintf(out, "%s\n", id);
  }
}

/* GOLDEN PHOTO... of one golden each; returns 0 if all went well. */
static int judge_list(char **paths, int count) {
  struct fault fault = {0};
  struct photo golden;
  struct inspector *inspector = NULL;
  struct inspection *work = NULL;
  if (photo_read(paths[0], 0, &golden, &fault)) return 1;
  int status = inspector_open_photo(&golden, NULL, &inspector, &fault) || inspection_open(inspector, &work, &fault);
  for (int i = 1; i < count && !status; i++) {
    struct photo photo;
    struct result result = {0};
    if (photo_read(paths[i], 0, &photo, &fault)) {
      status = 1;
      break;
    }
    status = inspect_photo(work, &photo, NULL, &result, &fault) != STATUS_OK;
    if (!status) say(&result, stdout), say_evidence(work, stdout);
    result_free(&result);
    photo_free(&photo);
  }
  inspection_close(work);
  inspector_close(inspector);
  photo_free(&golden);
  if (status) fprintf(stderr, "%s\n", fault.text);
  return status;
}

/* ---- the parent ---- */

/* Sets of a golden and photos, each ended by NULL. */
enum { MOST_PATHS = 12 };

static void put(char **paths, const char *folder, const char *name, struct photo photo) {
  int n = 0;
  while (paths[n]) n++;
  assert_true(n < MOST_PATHS);
  paths[n] = support_text("%s/%s", folder, name);
  support_write(paths[n], photo.bytes, photo.size);
  photo_free(&photo);
}

/* A colour print: JPEG, turned JPEG, reduced JPEG, PPM, and one with a defect. No function of the C library that
 * differs between processors is on the way to the bytes, which are made once in any case. */
static void draw_photos(const char *folder, char **paths) {
  struct picture object = picture_product(800, 600, 3, 77);
  struct pose identity = pose_turned(0, 0.5, -0.5, -0.5, -0.5, -0.5);
  static const struct {
    const char *name;
    double degrees, scale;
    int width, height, orientation;
    bool spoilt, plain;
  } photos[] = {
      {"turned.jpg", 5, 0.52, 440, 360, 6, false, false},
      {"large.jpg", -8, 1.6, 1400, 1200, 0, true, false},
      {"spoilt.jpg", 93, 0.5, 420, 480, 0, true, false},
      {"plain.ppm", 170, 0.45, 440, 380, 0, false, true},
  };
  struct picture p = picture_seen(&object, &identity, 400, 300, 3, 120);
  picture_noise(&p, 1.5, 1);
  put(paths, folder, "golden.jpg", picture_jpeg(&p, "golden.jpg", 0));
  picture_free(&p);
  for (size_t i = 0; i < sizeof photos / sizeof *photos; i++) {
    struct pose pose = pose_turned(photos[i].degrees, photos[i].scale, 399.5, 299.5, 0.5 * (photos[i].width - 1),
                                   0.5 * (photos[i].height - 1));
    p = picture_seen(&object, &pose, photos[i].width, photos[i].height, 3, 120);
    if (photos[i].spoilt)
      picture_disc(&p, 0.45 * photos[i].width, 0.5 * photos[i].height, 12 * photos[i].scale,
                   (const float[]){250, 20, 60});
    picture_light(&p, 0.9, 0.1, -0.05);
    picture_noise(&p, 2, i);
    put(paths, folder, photos[i].name,
        photos[i].plain ? picture_photo(&p, photos[i].name) : picture_jpeg(&p, photos[i].name, photos[i].orientation));
    picture_free(&p);
  }
  picture_free(&object);
}

/* What the child says, with these variables in its environment. */
static char *run_child(char *const *paths, const char *const *variables) {
  int ends[2];
  char *arguments[MOST_PATHS + 3];
  size_t size = 0, room = 1 << 20, n = 0;
  static char mode[] = "--judge", name[] = "one_answer_test";
  arguments[n++] = name, arguments[n++] = mode;
  for (size_t i = 0; paths[i]; i++) arguments[n++] = paths[i];
  arguments[n] = NULL;
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (!child) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]), close(ends[1]);
    for (size_t i = 0; variables && variables[i]; i += 2) setenv(variables[i], variables[i + 1], 1);
    execv(program, arguments);
    _exit(127);
  }
  close(ends[1]);
  char *text = malloc(room);
  assert_non_null(text);
  for (ssize_t got; (got = read(ends[0], text + size, room - 1 - size)) > 0;) size += (size_t)got;
  text[size] = '\0';
  close(ends[0]);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  if (!WIFEXITED(status) || WEXITSTATUS(status)) fail_msg("the child ended with %#x: %s", (unsigned)status, text);
  return text;
}

static const char *const switched_off[] = {"OPENCV_CPU_DISABLE",
                                           "AVX512-SKX,AVX2,FP16,AVX,SSE4.2,SSE4.1",
                                           "JSIMD_FORCENONE",
                                           "1",
                                           "GLIBC_TUNABLES",
                                           "glibc.cpu.hwcaps=-AVX2,-FMA",
                                           NULL};

static void assert_one_answer(char *const *paths, int lines) {
  char *plain = run_child(paths, NULL), *off = run_child(paths, switched_off);
  int count = 0;
  for (const char *at = plain; (at = strchr(at, '\n')); at++) count++;
  if (strcmp(plain, off) != 0) fail_msg("plainly:\n%s\nwith the fast paths switched off:\n%s", plain, off);
  assert_true(count >= lines);
  free(plain);
  free(off);
}

static void drawn_photos_have_one_answer(void **state) {
  (void)state;
  char *folder = support_folder(), *paths[MOST_PATHS + 1] = {NULL};
  draw_photos(folder, paths);
  assert_one_answer(paths, 4 * 5);
  for (int i = 0; paths[i]; i++) free(paths[i]);
  support_remove(folder);
}

static void assert_one_answer_to(const char *const *names) {
  char *paths[MOST_PATHS + 1] = {NULL};
  for (int i = 0; names[i]; i++) paths[i] = support_data(names[i]);
  assert_one_answer(paths, 4);
  for (int i = 0; paths[i]; i++) free(paths[i]);
}

static void cartons_have_one_answer(void **state) {
  (void)state;
  static const char *const names[] = {"carton/ok/0.png", "carton/ok/3.png", "carton/mix/1.png", "carton/mix/6.png",
                                      NULL};
  assert_one_answer_to(names);
}

static void landscapes_have_one_answer(void **state) {
  (void)state;
  static const char *const names[] = {"oxford-affine/graf/img1.png", "oxford-affine/graf/img3.png",
                                      SLOW_BUILD ? NULL : "oxford-affine/graf/img6.png", NULL};
  assert_one_answer_to(names);
}

static void circuit_boards_have_one_answer(void **state) {
  (void)state;
  static const char *const names[] = {"deeppcb-dev/00041000_temp.jpg", "deeppcb-dev/00041000_test.jpg", NULL};
  assert_one_answer_to(names);
}

int main(int count, char **arguments) {
  if (count > 2 && !strcmp(arguments[1], "--judge")) return judge_list(arguments + 2, count - 2);
  program = arguments[0];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drawn_photos_have_one_answer),
      cmocka_unit_test(cartons_have_one_answer),
      cmocka_unit_test(landscapes_have_one_answer),
      cmocka_unit_test(circuit_boards_have_one_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
