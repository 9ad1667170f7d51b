#include "cli/bench/plane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRETCHES = 8, SAMPLES = 8, HALVINGS = 12 };

struct plane_camera plane_camera(int width, int height, double focal, double x, double y, double distance, double tilt,
                                 double axis, double roll) {
  const double degree = acos(-1.0) / 180;
  struct plane_camera camera = {
      .width = width, .height = height, .focal = focal, .cx = 0.5 * (width - 1), .cy = 0.5 * (height - 1)};
  /* Rodrigues' rotation about a unit axis in the plane, then the roll about the optical axis. */
  const double c = cos(tilt * degree), s = sin(tilt * degree), ax = cos(axis * degree), ay = sin(axis * degree);
  const double tilted[9] = {c + ax * ax * (1 - c),
                            ax * ay * (1 - c),
                            ay * s,
                            ax * ay * (1 - c),
                            c + ay * ay * (1 - c),
                            -ax * s,
                            -ay * s,
                            ax * s,
                            c};
  const double cr = cos(roll * degree), sr = sin(roll * degree);
  for (int i = 0; i < 3; i++) {
    camera.turn[i] = cr * tilted[i] - sr * tilted[3 + i];
    camera.turn[3 + i] = sr * tilted[i] + cr * tilted[3 + i];
    camera.turn[6 + i] = tilted[6 + i];
  }
  for (int i = 0; i < 3; i++)
    camera.shift[i] = (i == 2 ? distance : 0) - camera.turn[3 * i] * x - camera.turn[3 * i + 1] * y;
  return camera;
}

void plane_project(const struct plane_camera *c, double x, double y, double z, double *u, double *v) {
  double at[3]; /* the camera's z grows into the scene, the world's towards the camera */
  for (int i = 0; i < 3; i++)
    at[i] = c->turn[3 * i] * x + c->turn[3 * i + 1] * y - c->turn[3 * i + 2] * z + c->shift[i];
  const double px = at[0] / at[2], py = at[1] / at[2], r2 = px * px + py * py;
  const double radial = 1 + r2 * (c->k1 + r2 * c->k2);
  *u = c->cx + c->focal * px * radial;
  *v = c->cy + c->focal * py * radial;
}

/* The ray of a pixel, in the camera's axes with z = 1: Newton's method on the distance from the middle. */
static void ray_of(const struct plane_camera *c, double u, double v, double ray[3]) {
  const double x = (u - c->cx) / c->focal, y = (v - c->cy) / c->focal, seen = sqrt(x * x + y * y);
  double r = seen;
  for (int i = 0; i < 20; i++) {
    const double r2 = r * r, error = r * (1 + r2 * (c->k1 + r2 * c->k2)) - seen;
    r -= error / (1 + r2 * (3 * c->k1 + 5 * r2 * c->k2));
    if (fabs(error) < 1e-12) break;
  }
  const double factor = seen > 0 ? r / seen : 1;
  ray[0] = x * factor, ray[1] = y * factor, ray[2] = 1;
}

struct scene {
  const struct plane_camera *camera;
  const struct plane_shape *shapes;
  size_t count;
  double ground;
  double origin[3]; /* the camera's place; here z grows into the scene */
};

static double value_at(const struct scene *scene, double u, double v) {
  const double *m = scene->camera->turn;
  double ray[3], way[3];
  ray_of(scene->camera, u, v, ray);
  for (int i = 0; i < 3; i++) way[i] = m[i] * ray[0] + m[3 + i] * ray[1] + m[6 + i] * ray[2];
  for (size_t i = scene->count; i-- > 0;) {
    const struct plane_shape *shape = &scene->shapes[i];
    const double along = (-shape->z - scene->origin[2]) / way[2];
    const double x = (scene->origin[0] + along * way[0] - shape->left) / shape->width;
    const double y = (scene->origin[1] + along * way[1] - shape->top) / shape->height;
    if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) continue;
    if (shape->disc && (x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5) > 0.25) continue;
    return shape->cells ? shape->cells[(int)(y * shape->rows) * shape->columns + (int)(x * shape->columns)]
                        : shape->value;
  }
  return scene->ground;
}

/* A point `along` a stretch of one row, or of one column where `upright`. */
static double value_on(const struct scene *scene, bool upright, double along, double across) {
  return upright ? value_at(scene, across, along) : value_at(scene, along, across);
}

/* Mean over a stretch of length 1: where the value changes between two samples, the place is found by halving. */
static double stretch_mean(const struct scene *scene, bool upright, double begin, double across) {
  const double length = 1.0 / SAMPLES;
  double sum = 0, before = value_on(scene, upright, begin, across);
  for (int i = 0; i < SAMPLES; i++) {
    double low = begin + i * length, high = low + length;
    const double start = low, end = high, after = value_on(scene, upright, high, across);
    for (int k = 0; k < HALVINGS && before != after; k++) {
      const double middle = 0.5 * (low + high);
      if (value_on(scene, upright, middle, across) == before)
        low = middle;
      else
        high = middle;
    }
    const double change = before == after ? end : 0.5 * (low + high);
    sum += before * (change - start) + after * (end - change);
    before = after;
  }
  return sum;
}

/* `upright`: along columns, which is exact for a level edge, else along rows. */
static double pixel_mean(const struct scene *scene, bool upright, int x, int y) {
  const double along = (upright ? y : x) - 0.5, across = (upright ? x : y) - 0.5;
  double sum = 0;
  for (int i = 0; i < STRETCHES; i++) sum += stretch_mean(scene, upright, along, across + (i + 0.5) / STRETCHES);
  return sum / STRETCHES;
}

enum status plane_draw(const struct plane_camera *camera, const struct plane_shape *shapes, size_t count, double ground,
                       float *values, struct fault *fault) {
  struct scene scene = {camera, shapes, count, ground, {0, 0, 0}};
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 3; k++) scene.origin[i] -= camera->turn[3 * k + i] * camera->shift[k];
  const size_t width = (size_t)camera->width;
  /* The values at the pixels' corners, a row of them at a time. */
  double *above = calloc(width + 1, sizeof *above), *below = calloc(width + 1, sizeof *below);
  enum status status = above && below ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "drawing: out of memory");
  for (int y = -1; y < camera->height && !status; y++) {
    double *row = above;
    above = below, below = row;
    for (size_t x = 0; x <= width; x++) below[x] = value_at(&scene, (double)x - 0.5, y + 0.5);
    for (size_t x = 0; x < width && y >= 0; x++) {
      const bool even = above[x] == above[x + 1] && above[x] == below[x] && above[x] == below[x + 1];
      const bool level = above[x] == above[x + 1] && below[x] == below[x + 1];
      values[(size_t)y * width + x] = (float)(even ? above[x] : pixel_mean(&scene, level, (int)x, y));
    }
  }
  free(above);
  free(below);
  return status;
}

/* A row or a column, `stride` values apart, blurred into `line` and put back. */
static void blur_line(float *values, int count, size_t stride, const double *weights, int reach, double *line) {
  for (int i = 0; i < count; i++) {
    double sum = 0;
    for (int k = -reach; k <= reach; k++) {
      const int at = i + k < 0 ? 0 : i + k >= count ? count - 1 : i + k;
      sum += weights[k < 0 ? -k : k] * (double)values[(size_t)at * stride];
    }
    line[i] = sum;
  }
  for (int i = 0; i < count; i++) values[(size_t)i * stride] = (float)line[i];
}

enum status plane_blur(const struct plane_camera *camera, float *values, double sigma, struct fault *fault) {
  enum { MOST = 64 };
  double weights[MOST + 1] = {0}, sum = 0;
  const int reach = sigma * 5 + 1 < MOST ? (int)(sigma * 5 + 1) : MOST;
  const int longest = camera->width > camera->height ? camera->width : camera->height;
  double *line = calloc((size_t)longest, sizeof *line);
  if (!line) return fault_set(fault, STATUS_MEMORY, "drawing: out of memory");
  for (int k = 0; k <= reach; k++) {
    weights[k] = exp(-0.5 * k * k / (sigma * sigma));
    sum += k ? 2 * weights[k] : weights[k];
  }
  for (int k = 0; k <= reach; k++) weights[k] /= sum;
  const size_t width = (size_t)camera->width;
  for (int y = 0; y < camera->height; y++)
    blur_line(values + (size_t)y * width, camera->width, 1, weights, reach, line);
  for (int x = 0; x < camera->width; x++) blur_line(values + x, camera->height, width, weights, reach, line);
  free(line);
  return STATUS_OK;
}

/* xorshift64*, 0 < u < 1. */
static double uniform(uint64_t *state) {
  *state ^= *state >> 12, *state ^= *state << 25, *state ^= *state >> 27;
  return ((double)(*state * 0x2545F4914F6CDD1Du >> 11) + 0.5) / 9007199254740992.0;
}

void plane_expose(const struct plane_camera *camera, const float *values, double noise, uint64_t seed,
                  uint8_t *pixels) {
  const size_t count = (size_t)camera->width * (size_t)camera->height;
  uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
  const double turn = 2 * acos(-1.0);
  for (size_t i = 0; i < count; i++) {
    const double normal = sqrt(-2 * log(uniform(&state))) * cos(turn * uniform(&state)); /* Box and Muller */
    const double value = floor((double)values[i] + noise * normal + 0.5);
    pixels[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
  }
}

void plane_board(int columns, int rows, double square, uint8_t dark, uint8_t bright, uint8_t *cells,
                 struct plane_shape shapes[2]) {
  for (int y = 0; y <= rows; y++)
    for (int x = 0; x <= columns; x++) cells[y * (columns + 1) + x] = (x + y) % 2 ? bright : dark;
  shapes[0] = (struct plane_shape){.left = -2 * square,
                                   .top = -2 * square,
                                   .width = (columns + 3) * square,
                                   .height = (rows + 3) * square,
                                   .value = bright};
  shapes[1] = (struct plane_shape){.left = -square,
                                   .top = -square,
                                   .width = (columns + 1) * square,
                                   .height = (rows + 1) * square,
                                   .cells = cells,
                                   .columns = columns + 1,
                                   .rows = rows + 1};
}
