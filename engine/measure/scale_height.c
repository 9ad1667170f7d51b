#include "engine/measure/scale_height.h"

#include <math.h>

/* The plane's axes and its origin in the camera's frame, up to `unit`: columns of K^-1 H (Zhang, PAMI 22, 2000). */
struct view {
  double right[3], down[3], away[3], origin[3]; /* away: the unit normal that points into the scene */
  double unit;
};

static bool view_of(const struct pose *plane, const struct lens *camera, struct pose *back, struct view *view) {
  const double *k = camera->value;
  double columns[3][3];
  if (!pose_invert(plane, back)) return false;
  for (int j = 0; j < 3; j++) {
    const double a = back->h[j], b = back->h[3 + j], c = back->h[6 + j];
    columns[j][0] = (a - k[LENS_CX] * c) / k[LENS_FX];
    columns[j][1] = (b - k[LENS_CY] * c) / k[LENS_FY];
    columns[j][2] = c;
  }
  double rr = 0, dd = 0;
  for (int i = 0; i < 3; i++) rr += columns[0][i] * columns[0][i], dd += columns[1][i] * columns[1][i];
  view->unit = sqrt(sqrt(rr) * sqrt(dd));
  if (!(view->unit > 0)) return false;
  for (int i = 0; i < 3; i++) {
    view->right[i] = columns[0][i] / view->unit;
    view->down[i] = columns[1][i] / view->unit;
    view->origin[i] = columns[2][i] / view->unit;
  }
  double size = 0;
  for (int i = 0; i < 3; i++) {
    const int a = (i + 1) % 3, b = (i + 2) % 3;
    view->away[i] = view->right[a] * view->down[b] - view->right[b] * view->down[a];
    size += view->away[i] * view->away[i];
  }
  if (!(size > 0)) return false;
  for (int i = 0; i < 3; i++) view->away[i] /= sqrt(size);
  return view->origin[2] > 0;
}

bool scale_height_plane(const struct pose *plane, const struct lens *camera, double height, struct pose *raised) {
  const double *k = camera->value;
  struct pose back;
  struct view view;
  if (!view_of(plane, camera, &back, &view)) return false;
  /* The origin moves by -height along the normal; K takes that back to pixels. */
  const double move = -height * view.unit;
  back.h[2] += move * (k[LENS_FX] * view.away[0] + k[LENS_CX] * view.away[2]);
  back.h[5] += move * (k[LENS_FY] * view.away[1] + k[LENS_CY] * view.away[2]);
  back.h[8] += move * view.away[2];
  return back.h[8] > 0 && pose_invert(&back, raised);
}

/* Distance of the camera from the plane for a focal length; NAN where there is no view. */
static double distance_for(const struct pose *plane, double focal, int width, int height, struct lens *camera) {
  struct pose back;
  struct view view;
  *camera = (struct lens){
      {[LENS_FX] = focal, [LENS_FY] = focal, [LENS_CX] = 0.5 * (width - 1), [LENS_CY] = 0.5 * (height - 1)}};
  if (!view_of(plane, camera, &back, &view)) return NAN;
  double distance = 0;
  for (int i = 0; i < 3; i++) distance += view.origin[i] * view.away[i];
  return distance;
}

bool scale_height_camera(const struct pose *plane, double distance, int width, int height, struct lens *camera) {
  const double side = width > height ? width : height;
  double low = 0.1 * side, high = low;
  /* The distance grows with the focal length up to where the plane's tilt could be no perspective any more. */
  while (!(distance_for(plane, high, width, height, camera) >= distance)) {
    low = high;
    high *= 1.05;
    if (high > 1000 * side) return false;
  }
  for (int i = 0; i < 60; i++) {
    const double middle = 0.5 * (low + high);
    if (distance_for(plane, middle, width, height, camera) < distance)
      low = middle;
    else
      high = middle;
  }
  return true;
}
