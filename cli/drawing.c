#include "cli/drawing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

enum status drawing_begin(struct drawing *d, int32_t width, int32_t height, int32_t fine, struct fault *fault) {
  /* One column more, where a row's coverage ends. */
  size_t need = ((size_t)width * (size_t)fine + 1) * (size_t)height * (size_t)fine;
  if (need > d->capacity) {
    drawing_free(d);
    d->coverage = malloc(need * sizeof *d->coverage), d->scratch = malloc(need * sizeof *d->scratch);
    d->pixels = malloc(need);
    if (!d->coverage || !d->scratch || !d->pixels) {
      drawing_free(d);
      return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
    }
    d->capacity = need;
  }
  d->width = width, d->height = height, d->fine = fine;
  d->columns = width * fine, d->rows = height * fine;
  memset(d->coverage, 0, need * sizeof *d->coverage);
  return STATUS_OK;
}

void drawing_free(struct drawing *d) {
  free(d->coverage);
  free(d->scratch);
  free(d->pixels);
  memset(d, 0, sizeof *d);
}

/* A piece of an edge within one row, of height `rise`: what lies to its right is covered. */
static void add_piece(struct drawing *d, double *row, double x0, double x1, double rise) {
  double left = x0 < x1 ? x0 : x1, right = x0 < x1 ? x1 : x0;
  if (right <= 0 || right - left < 1e-12) {
    double x = 0.5 * (left + right);
    if (x <= 0) row[0] += rise;
    if (x <= 0 || x >= d->columns) return;
    int32_t i = (int32_t)x;
    row[i] += rise * (1 - (x - i)), row[i + 1] += rise * (x - i);
    return;
  }
  double slope = rise / (right - left);
  if (left < 0) row[0] += slope * -left, left = 0;
  while (left < right && left < d->columns) {
    int32_t i = (int32_t)left;
    double end = right < i + 1 ? right : i + 1, part = slope * (end - left), middle = 0.5 * (left + end) - i;
    row[i] += part * (1 - middle), row[i + 1] += part * middle;
    left = end;
  }
}

static void add_edge(struct drawing *d, double *rows, struct pose_point a, struct pose_point b) {
  double sign = b.y > a.y ? 1 : -1;
  struct pose_point top = b.y > a.y ? a : b, bottom = b.y > a.y ? b : a;
  double slope = (bottom.x - top.x) / (bottom.y - top.y);
  double y = top.y < 0 ? 0 : top.y, last = bottom.y < d->rows ? bottom.y : d->rows;
  while (y < last) {
    int32_t row = (int32_t)y;
    double end = last < row + 1 ? last : row + 1, x0 = top.x + slope * (y - top.y), x1 = top.x + slope * (end - top.y);
    add_piece(d, rows + (size_t)row * ((size_t)d->columns + 1), x0, x1, sign * (end - y));
    y = end;
  }
}

void drawing_polygon(struct drawing *d, const struct pose_point *corners, size_t count, const struct pose *pose,
                     double share) {
  size_t pitch = (size_t)d->columns + 1;
  memset(d->scratch, 0, pitch * (size_t)d->rows * sizeof *d->scratch);
  for (size_t i = 0; i < count; i++) {
    struct pose_point a = corners[i], b = corners[(i + 1) % count];
    if (pose && (!pose_apply(pose, a.x, a.y, &a) || !pose_apply(pose, b.x, b.y, &b))) return;
    /* Pixel 0 covers -0.5..0.5. */
    a.x = (a.x + 0.5) * d->fine, a.y = (a.y + 0.5) * d->fine;
    b.x = (b.x + 0.5) * d->fine, b.y = (b.y + 0.5) * d->fine;
    if (a.y != b.y) add_edge(d, d->scratch, a, b);
  }
  for (int32_t y = 0; y < d->rows; y++) {
    double covered = 0;
    for (int32_t x = 0; x < d->columns; x++) {
      covered += d->scratch[(size_t)y * pitch + (size_t)x];
      d->coverage[(size_t)y * pitch + (size_t)x] += share * fabs(covered);
    }
  }
}

void drawing_ellipse(struct drawing *d, double x, double y, double a, double b, double angle, const struct pose *pose,
                     double share) {
  double largest = a > b ? a : b;
  size_t count = (size_t)ceil(PI * sqrt(largest / 2e-5));
  struct pose_point *corners = calloc(count, sizeof *corners);
  if (!corners) return;
  for (size_t i = 0; i < count; i++) {
    double t = 2 * PI * (double)i / (double)count, u = a * cos(t), v = b * sin(t);
    corners[i] = (struct pose_point){x + u * cos(angle) - v * sin(angle), y + u * sin(angle) + v * cos(angle)};
  }
  drawing_polygon(d, corners, count, pose, share);
  free(corners);
}

void drawing_rectangle(struct drawing *d, double x, double y, double width, double height, double angle,
                       const struct pose *pose, double share) {
  struct pose_point corners[4] = {{0, 0}};
  for (int i = 0; i < 4; i++) {
    double u = (i == 1 || i == 2 ? 0.5 : -0.5) * width, v = (i >= 2 ? 0.5 : -0.5) * height;
    corners[i] = (struct pose_point){x + u * cos(angle) - v * sin(angle), y + u * sin(angle) + v * cos(angle)};
  }
  drawing_polygon(d, corners, 4, pose, share);
}

static int32_t edge(int32_t at, int32_t size) {
  return at < 0 ? 0 : at >= size ? size - 1 : at;
}

void drawing_blur(struct drawing *d, double sigma) {
  enum { MOST = 64 };
  double weight[MOST + 1], sum = 0;
  if (!(sigma > 0)) return;
  sigma *= d->fine;
  int reach = (int)ceil(5 * sigma);
  if (reach > MOST) reach = MOST;
  for (int i = -reach; i <= reach; i++) sum += weight[abs(i)] = exp(-0.5 * i * i / (sigma * sigma));
  size_t pitch = (size_t)d->columns + 1;
  for (int32_t y = 0; y < d->rows; y++)
    for (int32_t x = 0; x < d->columns; x++) {
      double total = 0;
      for (int i = -reach; i <= reach; i++)
        total += weight[abs(i)] * d->coverage[(size_t)y * pitch + (size_t)edge(x + i, d->columns)];
      d->scratch[(size_t)y * pitch + (size_t)x] = total / sum;
    }
  for (int32_t y = 0; y < d->rows; y++) {
    double *to = d->coverage + (size_t)y * pitch;
    memset(to, 0, (size_t)d->columns * sizeof *to);
    for (int i = -reach; i <= reach; i++) {
      const double *from = d->scratch + (size_t)edge(y + i, d->rows) * pitch;
      double w = weight[abs(i)] / sum;
      for (int32_t x = 0; x < d->columns; x++) to[x] += w * from[x];
    }
  }
}

static uint64_t next(struct draws *draws) {
  uint64_t x = draws->state ? draws->state : 0x9E3779B97F4A7C15u;
  x ^= x >> 12, x ^= x << 25, x ^= x >> 27;
  draws->state = x;
  return x * 0x2545F4914F6CDD1Du;
}

double draw_even(struct draws *draws, double low, double high) {
  return low + (high - low) * ((double)(next(draws) >> 11) + 0.5) / 9007199254740992.0;
}

double draw_normal(struct draws *draws) {
  double radius = sqrt(-2 * log(draw_even(draws, 0, 1)));
  return radius * cos(draw_even(draws, 0, 2 * PI));
}

/* Mean coverage of a pixel. */
static double gathered(const struct drawing *d, int32_t x, int32_t y) {
  double sum = 0;
  for (int32_t v = y * d->fine; v < (y + 1) * d->fine; v++)
    for (int32_t u = x * d->fine; u < (x + 1) * d->fine; u++)
      sum += d->coverage[(size_t)v * ((size_t)d->columns + 1) + (size_t)u];
  return sum / (d->fine * d->fine);
}

void drawing_clip(struct drawing *d) {
  size_t count = ((size_t)d->columns + 1) * (size_t)d->rows;
  for (size_t i = 0; i < count; i++) d->coverage[i] = d->coverage[i] < 0 ? 0 : d->coverage[i] > 1 ? 1 : d->coverage[i];
}

static void finish_pixel(struct drawing *d, int32_t x, int32_t y, double level, double contrast, double noise,
                         struct draws *draws) {
  double value = level + contrast * gathered(d, x, y);
  if (noise > 0) value += noise * draw_normal(draws);
  value = floor(value + 0.5);
  d->pixels[(size_t)y * (size_t)d->width + (size_t)x] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void drawing_finish(struct drawing *d, double level, double contrast, double noise, struct draws *draws) {
  for (int32_t y = 0; y < d->height; y++)
    for (int32_t x = 0; x < d->width; x++) finish_pixel(d, x, y, level, contrast, noise, draws);
}

void drawing_finish_ring(struct drawing *d, const struct drawing_ring *ring, double level, double contrast,
                         double noise, struct draws *draws) {
  for (int32_t y = 0; y < d->height; y++)
    for (int32_t x = 0; x < d->width; x++) {
      double from = hypot(x - ring->x, y - ring->y) - ring->radius;
      if (fabs(from) <= ring->half) finish_pixel(d, x, y, level, contrast, noise, draws);
    }
}
