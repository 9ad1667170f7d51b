/* One answer: a marker's map has the same bits on every processor. The program runs itself twice, plainly and with the
 * processor's fast paths switched off in OpenCV and the C library. */
#include "cli/bench/plane.h"
#include "engine/measure/marker.h"
#include "engine/measure/scale_find.h"
#include "models/file.h"
#include "tests/support.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { WIDTH = 1200, HEIGHT = 900 };

static const char *program;

static const char *const specs[] = {
    "scale: {source: marker, marker: aruco, dictionary: 4x4_50, id: 7, size: 40, height: 5, height_within: 2,\n"
    "        calibration: lens.json}\n",
    "scale: {source: marker, marker: chessboard, columns: 5, rows: 4, square: 10}\n",
};
enum { SPECS = sizeof specs / sizeof *specs };

/* ---- the child: says every bit of the map that it finds in a file of pixels ---- */

static int say(int index, const char *path) {
  struct spec spec;
  struct fault fault = {0};
  struct scale scale = {0};
  struct calibration calibration = {
      .width = WIDTH, .height = HEIGHT, .lens = {1500, 1502, 600, 450, -0.05, 0.01, 0.0002}, .freedom = 1000};
  for (int i = 0; i < 7; i++) calibration.covariance[10 * i] = i < 4 ? 0.1 : 1e-7;
  uint8_t *pixels;
  size_t size;
  bool found;
  char why[256] = "";
  if (spec_parse(specs[index], strlen(specs[index]), "spec", &spec, &fault)) return 1;
  if (file_read(AT_FDCWD, path, path, true, (size_t)1 << 30, &pixels, &size, &fault)) return 2;
  const struct image photo = {
      .planes = {{pixels, WIDTH, HEIGHT, WIDTH}}, .width = WIDTH, .height = HEIGHT, .reduction = 1};
  const struct pose pose = pose_identity();
  const struct scale_request request = {
      .spec = &spec, .calibration = spec.calibration ? &calibration : NULL, .photo = &photo, .pose = &pose};
  if (scale_find(&request, &scale, &found, why, sizeof why, &fault)) return 3;
  printf("%d %s %d modes\n", found, why, scale.mode_count);
  for (int k = 0; k < 9; k++) printf("%a ", scale.plane.h[k]);
  for (int i = 0; i < scale.mode_count; i++)
    for (int k = 0; k < 9; k++) printf("%a ", scale.mode[i].plane[k]);
  printf("\n");
  free(pixels);
  spec_free(&spec);
  return !found;
}

/* ---- the parent ---- */

static const char *const switched_off[] = {"OPENCV_CPU_DISABLE", "AVX512-SKX,AVX2,FP16,AVX,SSE4.2,SSE4.1",
                                           "GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA", NULL};

static char *run_child(const char *mode, const char *path, const char *const *variables) {
  int ends[2], status;
  size_t size = 0, room = 1 << 16;
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (!child) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]), close(ends[1]);
    for (size_t i = 0; variables && variables[i]; i += 2) setenv(variables[i], variables[i + 1], 1);
    execl(program, "one_scale_test", mode, path, (char *)NULL);
    _exit(127);
  }
  close(ends[1]);
  char *text = calloc(room, 1);
  assert_non_null(text);
  for (ssize_t got; (got = read(ends[0], text + size, room - 1 - size)) > 0;) size += (size_t)got;
  close(ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  if (!WIFEXITED(status) || WEXITSTATUS(status)) fail_msg("the child ended with %#x: %s", (unsigned)status, text);
  return text;
}

static void draw(const char *path, int index) {
  const struct plane_camera camera = plane_camera(WIDTH, HEIGHT, 1500, 25, 20, 400, 14, 35, 21);
  uint8_t cells[MARKER_MAX_BITS * MARKER_MAX_BITS], *pixels = malloc((size_t)WIDTH * HEIGHT);
  float *values = malloc(sizeof(float) * WIDTH * HEIGHT);
  int columns = 6, rows = 5;
  assert_true(pixels && values);
  if (index) {
    for (int i = 0; i < columns * rows; i++) cells[i] = (i % columns + i / columns) % 2;
  } else {
    assert_int_equal(marker_cells("4x4_50", 7, cells, &columns, NULL), STATUS_OK);
    rows = columns;
  }
  for (int i = 0; i < columns * rows; i++) cells[i] = cells[i] ? 215 : 40;
  const double side = index ? 10 : 40.0 / columns;
  const struct plane_shape shapes[] = {
      {.left = -20, .top = -20, .width = 100, .height = 90, .value = 215},
      {.width = columns * side, .height = rows * side, .cells = cells, .columns = columns, .rows = rows}};
  assert_int_equal(plane_draw(&camera, shapes, 2, 120, values, NULL), STATUS_OK);
  assert_int_equal(plane_blur(&camera, values, 0.9, NULL), STATUS_OK);
  plane_expose(&camera, values, 2, 9, pixels);
  support_write(path, pixels, (size_t)WIDTH * HEIGHT);
  free(pixels);
  free(values);
}

static void markers_have_one_answer(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/pixels", folder);
  for (int i = 0; i < SPECS; i++) {
    const char mode[2] = {(char)('0' + i), 0};
    unlink(path);
    draw(path, i);
    char *plain = run_child(mode, path, NULL), *off = run_child(mode, path, switched_off);
    assert_true(strlen(plain) > 200);
    assert_string_equal(plain, off);
    free(plain);
    free(off);
  }
  free(path);
  support_remove(folder);
}

int main(int count, char **arguments) {
  if (count == 3) return say(arguments[1][0] - '0', arguments[2]);
  program = arguments[0];
  const struct CMUnitTest tests[] = {cmocka_unit_test(markers_have_one_answer)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
