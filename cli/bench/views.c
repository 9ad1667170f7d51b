#include "cli/bench/views.h"

#include "cli/drawing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 640, HEIGHT = 480, MOST_LAID = 4, MOST_LAMPS = 6, FINE = 3 };
static const double DEGREE = 3.14159265358979323846 / 180, FILLS = 0.66, FOCAL = 1.3;

const char *view_name(enum view_kind kind) {
  static const char *const names[VIEW_KINDS] = {"golden", "usual",   "quarter", "half",   "far",     "near",
                                                "partly", "slanted", "dark",    "glossy", "clutter", "two",
                                                "beside", "covered", "other",   "absent"};
  return names[kind];
}

/* Where a sheet lies: turned, then looked at from aside. */
struct lie {
  double x, y, scale, turn, tilt, axis; /* middle in photo pixels, photo pixels a sheet pixel, degrees */
};

struct laid {
  const struct sheet *sheet;
  struct pose to_sheet;
};

struct scene {
  int32_t width, height;
  struct laid laid[MOST_LAID]; /* later ones over earlier ones */
  int count;
  double light, slope[2], noise;
  struct {
    double x, y, size, strength;
  } lamps[MOST_LAMPS];
  int lamp_count;
};

/* Sheet pixel -> photo pixel: a pinhole camera of FOCAL photo widths whose axis goes through the photo's middle. */
static struct pose pose_of(const struct scene *s, const struct sheet *sheet, const struct lie *l) {
  double c = cos(DEGREE * l->turn), d = sin(DEGREE * l->turn), a = cos(DEGREE * l->axis), b = sin(DEGREE * l->axis);
  double ct = cos(DEGREE * l->tilt), st = sin(DEGREE * l->tilt), focal = FOCAL * s->width;
  double mx = 0.5 * (sheet->width - 1), my = 0.5 * (sheet->height - 1);
  /* Rotation about the axis (a, b) of the table by the tilt (Rodrigues), of which two columns are needed. */
  double r[6] = {ct + a * a * (1 - ct), a * b * (1 - ct), a * b * (1 - ct), ct + b * b * (1 - ct), -b * st, a * st};
  struct pose turn = {{l->scale * c, -l->scale * d, -l->scale * (c * mx - d * my), l->scale * d, l->scale * c,
                       -l->scale * (d * mx + c * my), 0, 0, 1}};
  struct pose tilt = {{r[0], r[1], 0, r[2], r[3], 0, r[4] / focal, r[5] / focal, 1}};
  struct pose place = {{1, 0, l->x, 0, 1, l->y, 0, 0, 1}}, pose;
  if (!pose_compose(&tilt, &turn, &pose) || !pose_compose(&place, &pose, &pose)) return pose_identity();
  return pose;
}

static struct pose lay(struct scene *s, const struct sheet *sheet, const struct lie *lie) {
  struct pose pose = pose_of(s, sheet, lie);
  struct laid *laid = &s->laid[s->count++];
  laid->sheet = sheet;
  if (!pose_invert(&pose, &laid->to_sheet)) laid->to_sheet = pose_identity();
  return pose;
}

/* ---- the camera ---- */

static double level_at(const struct scene *s, double x, double y) {
  for (int i = s->count; i-- > 0;) {
    struct pose_point p;
    if (!pose_apply(&s->laid[i].to_sheet, x, y, &p)) continue;
    double level = sheet_at(s->laid[i].sheet, p.x, p.y);
    if (level > 0) return level;
  }
  return 20;
}

static double gloss_at(const struct scene *s, double x, double y) {
  double sum = 0;
  for (int i = 0; i < s->lamp_count; i++) {
    double dx = (x - s->lamps[i].x) / s->lamps[i].size, dy = (y - s->lamps[i].y) / s->lamps[i].size;
    sum += s->lamps[i].strength * exp(-0.5 * (dx * dx + dy * dy));
  }
  return sum;
}

static double pixel(const struct scene *s, int32_t x, int32_t y) {
  double sum = 0;
  for (int k = 0; k < FINE * FINE; k++)
    sum += level_at(s, x + (k % FINE + 0.5) / FINE - 0.5, y + (k / FINE + 0.5) / FINE - 0.5);
  double u = (double)x / s->width - 0.5, v = (double)y / s->height - 0.5;
  return s->light * (1 + s->slope[0] * u + s->slope[1] * v) * sum / (FINE * FINE) + gloss_at(s, x, y);
}

static enum status expose(const struct scene *s, struct draws *draws, struct photo *photo, struct fault *fault) {
  char header[32];
  int length = snprintf(header, sizeof header, "P5 %d %d 255\n", s->width, s->height);
  size_t size = (size_t)length + (size_t)s->width * (size_t)s->height;
  uint8_t *bytes = malloc(size), *to = bytes ? bytes + length : NULL;
  if (!bytes) return fault_set(fault, STATUS_MEMORY, "drawing: out of memory");
  memcpy(bytes, header, (size_t)length);
  for (int32_t y = 0; y < s->height; y++)
    for (int32_t x = 0; x < s->width; x++) {
      double value = floor(pixel(s, x, y) + s->noise * draw_normal(draws) + 0.5);
      *to++ = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
  enum status status = photo_from_bytes("drawn", bytes, size, photo, fault);
  free(bytes);
  return status;
}

/* ---- what is in the photo ---- */

static double either(struct draws *draws) {
  return draw_even(draws, 0, 1) < 0.5 ? -1 : 1;
}

static struct lie upright(const struct scene *s, const struct sheet *sheet) {
  double across = FILLS * s->width / sheet->width, down = FILLS * s->height / sheet->height;
  return (struct lie){0.5 * (s->width - 1), 0.5 * (s->height - 1), across < down ? across : down, 0, 0, 0};
}

static struct lie as_usual(const struct scene *s, const struct sheet *sheet, struct draws *d) {
  struct lie l = upright(s, sheet);
  l.x += draw_even(d, -0.05, 0.05) * s->width, l.y += draw_even(d, -0.05, 0.05) * s->height;
  l.turn = draw_even(d, -12, 12), l.scale *= draw_even(d, 0.94, 1.04);
  l.tilt = draw_even(d, 0, 2), l.axis = draw_even(d, 0, 360);
  return l;
}

static void change_lie(enum view_kind kind, const struct scene *s, const struct sheet *sheet, struct draws *d,
                       struct lie *l) {
  if (kind == VIEW_QUARTER) l->turn += 90 * either(d), l->scale *= 0.95;
  if (kind == VIEW_HALF) l->turn += 180;
  if (kind == VIEW_FAR) l->scale *= draw_even(d, 0.5, 0.75), l->x += draw_even(d, -0.15, 0.15) * s->width;
  if (kind == VIEW_SLANTED) l->tilt = draw_even(d, 20, 40);
  if (kind == VIEW_PARTLY)
    l->x = 0.5 * s->width + either(d) * (0.5 * s->width - draw_even(d, 0, 0.4) * sheet->width * l->scale);
  if (kind == VIEW_TWO || kind == VIEW_BESIDE) l->scale *= 0.8, l->x -= 0.15 * s->width;
}

static void light_up(enum view_kind kind, bool even, struct draws *d, struct scene *s) {
  s->light = kind == VIEW_DARK ? draw_even(d, 0.4, 0.6) : draw_even(d, 0.85, 1.1);
  s->noise = kind == VIEW_GOLDEN ? 1.5 : kind == VIEW_DARK ? 5 : 2.5;
  if (kind == VIEW_GOLDEN) s->light = 1;
  for (int i = 0; i < 2 && !even; i++) s->slope[i] = draw_even(d, -0.15, 0.15);
  s->lamp_count = kind == VIEW_GLOSSY ? 3 + (int)draw_even(d, 0, 4) : 0;
  if (s->lamp_count > MOST_LAMPS) s->lamp_count = MOST_LAMPS;
  for (int i = 0; i < s->lamp_count; i++) {
    s->lamps[i].x = draw_even(d, 0.15, 0.85) * s->width, s->lamps[i].y = draw_even(d, 0.15, 0.85) * s->height;
    s->lamps[i].size = draw_even(d, 0.02, 0.08) * s->width, s->lamps[i].strength = draw_even(d, 80, 300);
  }
}

static void lay_second(enum view_kind kind, const struct sheet *product, const struct sheet *other,
                       const struct lie *first, struct draws *d, struct scene *s, struct view *view) {
  const struct sheet *sheet = kind == VIEW_TWO ? product : other;
  struct lie l = *first;
  double wide = 0.5 * (product->width + sheet->width) * first->scale;
  l.x += 1.12 * wide * cos(DEGREE * first->turn), l.y += 1.12 * wide * sin(DEGREE * first->turn);
  l.turn += draw_even(d, -3, 3);
  struct pose pose = lay(s, sheet, &l);
  if (kind == VIEW_TWO) view->units[view->count++] = pose;
}

/* Over one side of the product. */
static void cover(const struct sheet *clutter, const struct sheet *product, const struct lie *first, struct draws *d,
                  struct scene *s) {
  double wide = product->width * first->scale, share = draw_even(d, 0.15, 0.4), side = either(d);
  double scale = 1.1 * wide / clutter->width, aside = side * (0.5 * wide - share * wide + 0.55 * wide);
  struct lie l = {first->x + aside * cos(DEGREE * first->turn),
                  first->y + aside * sin(DEGREE * first->turn),
                  scale,
                  first->turn,
                  0,
                  0};
  lay(s, clutter, &l);
}

enum status view_take(enum view_kind kind, const struct view_how *how, uint64_t seed, struct view *view,
                      struct fault *fault) {
  const struct sheet *product = how->product, *other = how->other;
  struct draws d = {.state = seed * 64 + (uint64_t)kind + 1000};
  bool full = kind == VIEW_CLUTTER || kind == VIEW_ABSENT;
  int times = kind == VIEW_NEAR ? 2 : 1;
  struct scene s = {.width = times * WIDTH, .height = times * HEIGHT};
  struct sheet table = {0, 0, NULL}, clutter = {0, 0, NULL};
  *view = (struct view){.width = s.width, .height = s.height};
  enum status status = sheet_draw(SHEET_TABLE, seed + 5000, &table, fault);
  if (!status) status = sheet_draw(SHEET_CLUTTER, seed + 6000, &clutter, fault);
  if (status) goto end;
  struct lie lie = kind == VIEW_GOLDEN ? upright(&s, product) : as_usual(&s, kind == VIEW_OTHER ? other : product, &d);
  change_lie(kind, &s, product, &d, &lie);
  light_up(kind, how->even, &d, &s);
  struct lie under = {0.5 * s.width, 0.5 * s.height, 0.95 * times, draw_even(&d, -30, 30), lie.tilt, lie.axis};
  lay(&s, full ? &clutter : &table, &under);
  if (kind == VIEW_OTHER) lay(&s, other, &lie);
  if (kind != VIEW_OTHER && kind != VIEW_ABSENT) view->units[view->count++] = lay(&s, product, &lie);
  if (kind == VIEW_TWO || kind == VIEW_BESIDE) lay_second(kind, product, other, &lie, &d, &s, view);
  if (kind == VIEW_COVERED) cover(&clutter, product, &lie, &d, &s);
  status = expose(&s, &d, &view->photo, fault);
end:
  sheet_free(&table);
  sheet_free(&clutter);
  return status;
}
