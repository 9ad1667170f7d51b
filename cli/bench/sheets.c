#include "cli/bench/sheets.h"

#include "cli/drawing.h"

#include <math.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

static const struct {
  const char *name;
  int width, height, turns;
  bool round;
} kinds[] = {
    [SHEET_PRINT] = {"print", 900, 675, 1, false},         [SHEET_PLAIN] = {"plain", 900, 675, 1, false},
    [SHEET_BLISTERS] = {"blisters", 900, 675, 1, false},   [SHEET_STRIP] = {"strip", 960, 420, 1, false},
    [SHEET_BOARD] = {"board", 900, 675, 1, false},         [SHEET_GASKET] = {"gasket", 700, 700, 1, false},
    [SHEET_SYMMETRIC] = {"symmetric", 700, 700, 4, false}, [SHEET_DIAL] = {"dial", 700, 700, 1, true},
    [SHEET_TABLE] = {"table", 1400, 1400, 1, false},       [SHEET_CLUTTER] = {"clutter", 1400, 1400, 1, false},
};

const char *sheet_name(enum sheet_kind kind) {
  return kinds[kind].name;
}

int sheet_turns(enum sheet_kind kind) {
  return kinds[kind].turns;
}

bool sheet_is_round(enum sheet_kind kind) {
  return kinds[kind].round;
}

bool sheet_is_cut_out(enum sheet_kind kind) {
  return kind == SHEET_GASKET || kind == SHEET_SYMMETRIC;
}

void sheet_free(struct sheet *sheet) {
  free(sheet->pixels);
  *sheet = (struct sheet){0, 0, NULL};
}

double sheet_at(const struct sheet *s, double x, double y) {
  if (!(x >= 0 && y >= 0 && x < s->width - 1 && y < s->height - 1)) return 0;
  int32_t i = (int32_t)x, j = (int32_t)y;
  double u = x - i, v = y - j;
  const uint8_t *p = s->pixels + (size_t)j * (size_t)s->width + (size_t)i, *q = p + s->width;
  if (!p[0] || !p[1] || !q[0] || !q[1]) return 0;
  return (1 - v) * ((1 - u) * p[0] + u * p[1]) + v * ((1 - u) * q[0] + u * q[1]);
}

/* ---- shapes ---- */

static void put(struct sheet *s, int32_t x, int32_t y, double level) {
  if (x < 0 || y < 0 || x >= s->width || y >= s->height) return;
  s->pixels[(size_t)y * (size_t)s->width + (size_t)x] = (uint8_t)(level < 1 ? 1 : level > 255 ? 255 : level);
}

static void box(struct sheet *s, double x, double y, double width, double height, double level) {
  for (int32_t j = (int32_t)y; j < y + height; j++)
    for (int32_t i = (int32_t)x; i < x + width; i++) put(s, i, j, level);
}

static void disc(struct sheet *s, double x, double y, double radius, double level) {
  for (int32_t j = (int32_t)(y - radius); j <= y + radius; j++)
    for (int32_t i = (int32_t)(x - radius); i <= x + radius; i++)
      if ((i - x) * (i - x) + (j - y) * (j - y) <= radius * radius) put(s, i, j, level);
}

/* From (x, y), along a direction. */
static void bar(struct sheet *s, double x, double y, double direction, double length, double thickness, double level) {
  double c = cos(direction), d = sin(direction), reach = length + thickness;
  for (int32_t j = (int32_t)(y - reach); j <= y + reach; j++)
    for (int32_t i = (int32_t)(x - reach); i <= x + reach; i++) {
      double along = (i - x) * c + (j - y) * d, across = (j - y) * c - (i - x) * d;
      if (along >= 0 && along < length && fabs(across) < 0.5 * thickness) put(s, i, j, level);
    }
}

/* A row of signs of 3 x 5 cells each. */
static void print(struct sheet *s, struct draws *draws, double x, double y, double height, int signs, double level) {
  double cell = height / 5;
  for (int n = 0; n < signs; n++, x += 4 * cell)
    for (int k = 0; k < 15; k++)
      if (draw_even(draws, 0, 1) < 0.55) box(s, x + k % 3 * cell, y + k / 3 * cell, cell, cell, level);
}

/* ---- products ---- */

static void draw_print(struct sheet *s, struct draws *d) {
  box(s, 0, 0, s->width, s->height, draw_even(d, 190, 225));
  print(s, d, draw_even(d, 40, 90), draw_even(d, 30, 60), 80, 8, 50);
  box(s, 40, 160, 380, 300, draw_even(d, 120, 170));
  for (int i = 0; i < 9; i++)
    disc(s, draw_even(d, 90, 370), draw_even(d, 210, 410), draw_even(d, 15, 50), draw_even(d, 40, 230));
  for (int i = 0; i < 14; i++) print(s, d, 450, 160 + 34 * i, 20, 12 + (int)draw_even(d, 0, 14), 60);
  for (int i = 0; i < 40; i++) box(s, 60 + 8 * i, 520, draw_even(d, 2, 7), 110, 30);
}

static void draw_plain(struct sheet *s, struct draws *d) {
  box(s, 0, 0, s->width, s->height, draw_even(d, 150, 210));
  print(s, d, draw_even(d, 60, 120), draw_even(d, 50, 110), 60, 4, 80);
  print(s, d, draw_even(d, 560, 640), draw_even(d, 580, 610), 25, 9, 90);
}

static void draw_blisters(struct sheet *s, struct draws *d) {
  int across = 5 + (int)draw_even(d, 0, 5), down = 4 + (int)draw_even(d, 0, 3);
  double wide = 780.0 / across, high = 590.0 / down, radius = 0.36 * (wide < high ? wide : high);
  box(s, 0, 0, s->width, s->height, draw_even(d, 165, 195));
  for (int j = 0; j < down; j++)
    for (int i = 0; i < across; i++) {
      double x = 20 + wide * (i + 0.5), y = 40 + high * (j + 0.5);
      disc(s, x, y, radius, 70), disc(s, x, y, radius - 5, 125),
          disc(s, x - 0.2 * radius, y - 0.3 * radius, 0.4 * radius, 220);
    }
  for (int i = 0; i < 16; i++) print(s, d, 825, 40 + 36 * i, 20, 3, 80);
}

static void draw_strip(struct sheet *s, struct draws *d) {
  int contacts = 16 + (int)draw_even(d, 0, 16);
  double wide = 860.0 / contacts;
  box(s, 0, 0, s->width, s->height, draw_even(d, 60, 90));
  for (int i = 0; i < contacts; i++) {
    box(s, 50 + wide * i, 60, 0.55 * wide, 110, 200);
    box(s, 50 + wide * i, 250, 0.55 * wide, 110, 200);
  }
  disc(s, 50 + 0.25 * wide, 210, 14, 220);
}

static void draw_board(struct sheet *s, struct draws *d) {
  box(s, 0, 0, s->width, s->height, draw_even(d, 80, 110));
  for (int i = 0; i < 30; i++)
    bar(s, draw_even(d, 40, 860), draw_even(d, 40, 630), 0.25 * PI * (int)draw_even(d, 0, 8), draw_even(d, 60, 240), 5,
        130);
  for (int i = 0; i < 24; i++) {
    double x = draw_even(d, 30, 820), y = draw_even(d, 30, 610);
    box(s, x, y, 16, 26, 210), box(s, x + 34, y, 16, 26, 210), box(s, x + 16, y, 18, 26, 40);
  }
  for (int i = 0; i < 4; i++) {
    double x = draw_even(d, 60, 700), y = draw_even(d, 60, 500);
    box(s, x, y, 130, 110, 35), disc(s, x + 16, y + 16, 7, 120);
    for (int k = 0; k < 8; k++) box(s, x + 6 + 16 * k, y - 14, 8, 14, 220), box(s, x + 6 + 16 * k, y + 110, 8, 14, 220);
  }
}

static void draw_gasket(struct sheet *s, struct draws *d, bool notch) {
  double level = draw_even(d, 130, 200), hole = draw_even(d, 40, 70), at = draw_even(d, 90, 140), middle = 350;
  box(s, 0, 0, s->width, s->height, level);
  disc(s, middle, middle, draw_even(d, 130, 180), 45);
  for (int k = 0; k < 4; k++) disc(s, k & 1 ? 700 - at : at, k & 2 ? 700 - at : at, hole, 45);
  for (int k = 0; k < 4; k++)
    disc(s, middle + (k == 0) * 270 - (k == 1) * 270, middle + (k == 2) * 270 - (k == 3) * 270, 18, 45);
  if (notch) box(s, 330, 0, 40, 45, 45);
}

static void draw_dial(struct sheet *s, struct draws *d) {
  int marks = 24 + 6 * (int)draw_even(d, 0, 4);
  double pointer = draw_even(d, 0, 2 * PI);
  disc(s, 350, 350, 348, draw_even(d, 180, 220));
  for (int k = 0; k < marks; k++) {
    double a = 2 * PI * k / marks;
    bar(s, 350 + 270 * cos(a), 350 + 270 * sin(a), a, 50, 10, 40);
  }
  disc(s, 350, 350, 60, 90);
  bar(s, 350, 350, pointer, 210, 22, 60);
}

/* ---- tables ---- */

static void draw_table(struct sheet *s, struct draws *d) {
  double level = draw_even(d, 70, 110);
  for (int32_t y = 0; y < s->height; y++)
    for (int32_t x = 0; x < s->width; x++)
      put(s, x, y, level + 4 * sin(0.011 * x + 3 * sin(0.007 * y)) + draw_even(d, -3, 3));
}

static void draw_clutter(struct sheet *s, struct draws *d) {
  box(s, 0, 0, s->width, s->height, draw_even(d, 60, 160));
  for (int i = 0; i < 260; i++) {
    double x = draw_even(d, -40, 1400), y = draw_even(d, -40, 1400), level = draw_even(d, 20, 240);
    int shape = (int)draw_even(d, 0, 4);
    if (shape == 0) box(s, x, y, draw_even(d, 10, 120), draw_even(d, 10, 120), level);
    if (shape == 1) disc(s, x, y, draw_even(d, 6, 50), level);
    if (shape == 2) bar(s, x, y, draw_even(d, 0, 2 * PI), draw_even(d, 50, 300), draw_even(d, 4, 24), level);
    if (shape == 3) print(s, d, x, y, draw_even(d, 15, 60), 6, level);
  }
}

enum status sheet_draw(enum sheet_kind kind, uint64_t seed, struct sheet *s, struct fault *fault) {
  struct draws d = {.state = seed * 64 + (uint64_t)kind + 1};
  *s = (struct sheet){kinds[kind].width, kinds[kind].height, NULL};
  s->pixels = calloc((size_t)s->width * (size_t)s->height, 1);
  if (!s->pixels) return fault_set(fault, STATUS_MEMORY, "drawing: out of memory");
  switch (kind) {
  case SHEET_PRINT:
    draw_print(s, &d);
    break;
  case SHEET_PLAIN:
    draw_plain(s, &d);
    break;
  case SHEET_BLISTERS:
    draw_blisters(s, &d);
    break;
  case SHEET_STRIP:
    draw_strip(s, &d);
    break;
  case SHEET_BOARD:
    draw_board(s, &d);
    break;
  case SHEET_GASKET:
  case SHEET_SYMMETRIC:
    draw_gasket(s, &d, kind == SHEET_GASKET);
    break;
  case SHEET_DIAL:
    draw_dial(s, &d);
    break;
  case SHEET_TABLE:
    draw_table(s, &d);
    break;
  case SHEET_CLUTTER:
    draw_clutter(s, &d);
    break;
  }
  return STATUS_OK;
}
