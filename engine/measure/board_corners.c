#include "engine/measure/board_corners.h"

#include "engine/measure/edge_strip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 3 };

/* Shares of a square's side: where along an arm its strip lies, and half its length. */
static const double MIDDLE = 0.3, HALF = 0.17, MOST_REACH = 8;

struct board {
  const struct plane *luma;
  int columns, rows;
  const struct pose_point *corners;
};

/* From a corner to its neighbour in a direction; beyond the board as to the neighbour on the other side. */
static struct pose_point arm(const struct board *b, int x, int y, int dx, int dy) {
  const struct pose_point *here = &b->corners[y * b->columns + x];
  const bool inside = x + dx >= 0 && y + dy >= 0 && x + dx < b->columns && y + dy < b->rows;
  const int sign = inside ? 1 : -1;
  const struct pose_point *there = &b->corners[(y + sign * dy) * b->columns + x + sign * dx];
  return (struct pose_point){sign * (there->x - here->x), sign * (there->y - here->y)};
}

/* The edge on one arm. */
static bool edge_on(const struct board *b, const struct pose_point *corner, struct pose_point arm_,
                    struct pose_point across, struct pose_point *edge) {
  const double length = sqrt(arm_.x * arm_.x + arm_.y * arm_.y);
  const double wide = fabs(across.x * arm_.y - across.y * arm_.x) / length; /* of the squares beside the edge */
  const struct edge_strip strip = {.x = corner->x + MIDDLE * arm_.x,
                                   .y = corner->y + MIDDLE * arm_.y,
                                   .nx = -arm_.y / length,
                                   .ny = arm_.x / length,
                                   .half = HALF * length,
                                   .reach = fmin(0.6 * wide, MOST_REACH)};
  struct edge_fit fit;
  if (!(length > 0) || !edge_strip_fit(b->luma, &strip, 0, &fit)) return false;
  edge->x = strip.x + fit.place * strip.nx;
  edge->y = strip.y + fit.place * strip.ny;
  return true;
}

static bool cross(const struct pose_point a[2], const struct pose_point b[2], struct pose_point *at) {
  const double ax = a[1].x - a[0].x, ay = a[1].y - a[0].y, bx = b[1].x - b[0].x, by = b[1].y - b[0].y;
  const double determinant = ax * by - ay * bx;
  if (!(fabs(determinant) > 1e-6)) return false;
  const double t = ((b[0].x - a[0].x) * by - (b[0].y - a[0].y) * bx) / determinant;
  *at = (struct pose_point){a[0].x + t * ax, a[0].y + t * ay};
  return true;
}

static bool refine(const struct board *b, int x, int y, struct pose_point *refined) {
  const struct pose_point *corner = &b->corners[y * b->columns + x];
  const struct pose_point right = arm(b, x, y, 1, 0), down = arm(b, x, y, 0, 1);
  struct pose_point level[2], upright[2];
  return edge_on(b, corner, arm(b, x, y, -1, 0), down, &level[0]) && edge_on(b, corner, right, down, &level[1]) &&
         edge_on(b, corner, arm(b, x, y, 0, -1), right, &upright[0]) && edge_on(b, corner, down, right, &upright[1]) &&
         cross(level, upright, refined);
}

bool board_corners_refine(const struct plane *luma, int columns, int rows, struct pose_point *corners) {
  const size_t count = (size_t)columns * (size_t)rows;
  struct pose_point *refined = calloc(count, sizeof *refined);
  bool good = refined;
  for (int round = 0; round < ROUNDS && good; round++) {
    const struct board board = {luma, columns, rows, corners};
    for (int i = 0; i < columns * rows && good; i++) good = refine(&board, i % columns, i / columns, &refined[i]);
    if (good) memcpy(corners, refined, count * sizeof *refined);
  }
  free(refined);
  return good;
}
