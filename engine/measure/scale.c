#include "engine/measure/scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct pose_point lens_distort(const struct lens *lens, double u, double v) {
  const double *k = lens->value;
  double x = (u - k[LENS_CX]) / k[LENS_FX], y = (v - k[LENS_CY]) / k[LENS_FY], r2 = x * x + y * y;
  double radial = 1 + r2 * (k[LENS_K1] + r2 * (k[LENS_K2] + r2 * k[LENS_K3]));
  double dx = x * radial + 2 * k[LENS_P1] * x * y + k[LENS_P2] * (r2 + 2 * x * x);
  double dy = y * radial + k[LENS_P1] * (r2 + 2 * y * y) + 2 * k[LENS_P2] * x * y;
  return (struct pose_point){dx * k[LENS_FX] + k[LENS_CX], dy * k[LENS_FY] + k[LENS_CY]};
}

bool lens_straighten(const struct lens *lens, double x, double y, struct pose_point *ideal) {
  struct pose_point at = {x, y};
  for (int round = 0; round < 100; round++) {
    struct pose_point seen = lens_distort(lens, at.x, at.y);
    double dx = x - seen.x, dy = y - seen.y;
    at.x += dx, at.y += dy;
    if (!(at.x > -1e7 && at.x < 1e7 && at.y > -1e7 && at.y < 1e7)) return false;
    if (dx > -1e-9 && dx < 1e-9 && dy > -1e-9 && dy < 1e-9) {
      *ideal = at;
      return true;
    }
  }
  return false;
}

struct scale scale_pixels(void) {
  struct scale scale = {.unit = "px"};
  scale.plane = pose_identity();
  return scale;
}

struct scale scale_fixture(double mm_per_px, double relative) {
  struct scale scale = {.unit = "mm"};
  scale.plane = (struct pose){{mm_per_px, 0, 0, 0, mm_per_px, 0, 0, 0, 1}};
  if (relative > 0) {
    struct scale_mode mode = {.name = "scale", .freedom = INFINITY};
    mode.plane[0] = mode.plane[4] = relative * mm_per_px;
    scale_add_mode(&scale, &mode);
  }
  return scale;
}

bool scale_of_pose(const struct pose *pose, struct scale *scale) {
  *scale = scale_pixels();
  return pose_invert(pose, &scale->plane);
}

bool scale_add_mode(struct scale *scale, const struct scale_mode *mode) {
  if (scale->mode_count == SCALE_MAX_MODES) return false;
  scale->mode[scale->mode_count++] = *mode;
  return true;
}

bool scale_point(const struct scale *scale, double x, double y, struct pose_point *place) {
  struct pose_point ideal = {x, y};
  if (scale->has_lens && !lens_straighten(&scale->lens, x, y, &ideal)) return false;
  return pose_apply(&scale->plane, ideal.x, ideal.y, place);
}

void scale_vary(const struct scale *scale, int mode, double deviations, struct scale *varied) {
  const struct scale_mode *m = &scale->mode[mode];
  *varied = *scale;
  for (int i = 0; i < 9; i++) varied->plane.h[i] += deviations * m->plane[i];
  for (int i = 0; i < LENS_VALUES; i++) varied->lens.value[i] += deviations * m->lens[i];
}

double scale_step(const struct scale *scale, double x, double y, double dx, double dy) {
  struct pose_point before, after;
  if (!scale_point(scale, x - 0.5 * dx, y - 0.5 * dy, &before)) return 0;
  if (!scale_point(scale, x + 0.5 * dx, y + 0.5 * dy, &after)) return 0;
  double u = after.x - before.x, v = after.y - before.y;
  return sqrt(u * u + v * v);
}
