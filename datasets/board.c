/* A circuit-board-like plate: solder mask over copper, pads, vias, lettering, components. */
#include "datasets/scene.h"

#include <math.h>
#include <stdio.h>

struct inks {
  struct colour mask, copper, silk, tin, gold;
};

/* Where a component lies; parts of it are given in its own axes and turned by quarter turns. */
struct seat {
  struct scene *scene;
  const struct inks *inks;
  double x, y;
  bool upright;
};

static struct item *seat_box(const struct seat *s, double dx, double dy, double w, double h, struct colour c,
                             enum finish finish) {
  struct item *item = s->upright ? scene_add(s->scene, ITEM_BOX, s->x - dy, s->y + dx, h, w, c)
                                 : scene_add(s->scene, ITEM_BOX, s->x + dx, s->y + dy, w, h, c);
  item->finish = finish;
  return item;
}

static struct item *seat_disc(const struct seat *s, double dx, double dy, double d, struct colour c,
                              enum finish finish) {
  struct item *item =
      scene_add(s->scene, ITEM_DISC, s->upright ? s->x - dy : s->x + dx, s->upright ? s->y + dx : s->y + dy, d, 0, c);
  item->finish = finish;
  return item;
}

static void seat_outline(const struct seat *s, double w, double h) {
  double x = (s->upright ? h : w) / 2, y = (s->upright ? w : h) / 2;
  double points[5][2] = {
      {s->x - x, s->y - y}, {s->x + x, s->y - y}, {s->x + x, s->y + y}, {s->x - x, s->y + y}, {s->x - x, s->y - y}};
  scene_path(s->scene, ITEM_LINE, (const double(*)[2])points, 5, 0.22, s->inks->silk);
}

static void designator(const struct seat *s, double dy, const char *letter, int number) {
  scene_open(s->scene, "silkscreen", false, false, false);
  scene_text(s->scene, FONT_SANS, 1.9, s->x, s->y + dy, 0.5, s->inks->silk, "%s%d", letter, number);
  scene_close(s->scene);
}

/* A resistor or capacitor with two ends, 3 x 1.5 mm. */
static void passive(const struct seat *s, struct random *random, int number, bool named) {
  bool resistor = random_below(random, 2);
  char text[64];
  for (int side = -1; side <= 1; side += 2)
    seat_box(s, side * 1.55, 0, 1.5, 1.9, s->inks->tin, FINISH_FLAT)->radius = 0.2;
  if (named) designator(s, s->upright ? 4.1 : 2.9, resistor ? "R" : "C", number);
  scene_open(s->scene, resistor ? "resistor" : "capacitor", true, true, true);
  struct item *body = seat_box(s, 0, 0, 3.1, 1.6, resistor ? colour_hex(0x1C1C1E) : colour_hex(0xA98560), FINISH_BODY);
  body->lift = 0.35;
  for (int side = -1; side <= 1; side += 2) seat_box(s, side * 1.35, 0, 0.5, 1.6, colour_hex(0xC4C6C8), FINISH_METAL);
  if (resistor && !s->upright)
    scene_text(s->scene, FONT_NARROW, 1.15, s->x, s->y + 0.4, 0.5, colour_hex(0xE8E8E8), "%s",
               scene_serial(text, random, "&#0&"));
  scene_close(s->scene);
}

static const char *const chip_names[] = {"STX8F41", "LM2904", "ATX328P", "MC74HC", "TLE9201", "ADS1115"};

/* A moulded chip with `pins` on both long sides, or on all four. */
static void chip(const struct seat *s, struct random *random, double w, double h, int pins, bool four, int number) {
  double pitch = (w - 1.2) / (pins - 1);
  struct inks inks = *s->inks;
  for (int side = 0; side < (four ? 4 : 2); side++)
    for (int i = 0; i < pins; i++) {
      double along = (i - (pins - 1) / 2.0) * pitch, out = (side & 1 ? 1 : -1) * (h / 2 + 1.0);
      if (side < 2)
        seat_box(s, along, out, 0.55 * pitch, 1.9, inks.tin, FINISH_FLAT);
      else
        seat_box(s, out, along, 1.9, 0.55 * pitch, inks.tin, FINISH_FLAT);
    }
  seat_outline(s, w + (four ? 5 : 1.4), h + 5);
  designator(s, -(s->upright ? w : h) / 2 - 3.2 - (s->upright && !four ? -2 : 0), "U", number);
  scene_open(s->scene, "chip", true, true, w < 12);
  for (int side = 0; side < (four ? 4 : 2); side++)
    for (int i = 0; i < pins; i++) {
      double along = (i - (pins - 1) / 2.0) * pitch, out = (side & 1 ? 1 : -1) * (h / 2 + 0.55);
      struct colour lead = colour_hex(0xB9BCBE);
      if (side < 2)
        seat_box(s, along, out, 0.36 * pitch, 1.3, lead, FINISH_METAL);
      else
        seat_box(s, out, along, 1.3, 0.36 * pitch, lead, FINISH_METAL);
    }
  struct item *body = seat_box(s, 0, 0, w, h, colour_hex(0x242527), FINISH_BODY);
  body->radius = 0.3, body->lift = 0.9;
  seat_disc(s, -w / 2 + 1.5, h / 2 - 1.5, 1.1, colour_hex(0x141416), FINISH_FLAT);
  char text[64];
  double size = fmin(2.6, 0.9 * (s->upright ? h : w) / 5);
  struct colour print = colour_hex(0xC9CBC8);
  scene_text(s->scene, FONT_SANS, size, s->x, s->y - 0.1, 0.5, print, "%s", chip_names[random_below(random, 6)]);
  scene_text(s->scene, FONT_SANS, 0.8 * size, s->x, s->y + 1.15 * size, 0.5, print, "%s",
             scene_serial(text, random, "2&4# K#"));
  scene_close(s->scene);
}

static void can_capacitor(const struct seat *s, int number) {
  seat_outline(s, 9.4, 9.4);
  designator(s, 7.0, "C", number);
  for (int side = -1; side <= 1; side += 2) seat_box(s, side * 3.6, 0, 3, 1.6, s->inks->tin, FINISH_FLAT);
  scene_open(s->scene, "electrolytic capacitor", true, true, true);
  struct item *base = seat_box(s, 0, 0, 8.2, 8.2, colour_hex(0x202124), FINISH_BODY);
  base->radius = 1, base->lift = 0.8;
  struct item *can = seat_disc(s, 0, 0, 7.8, colour_hex(0xB4B7BA), FINISH_METAL);
  can->lift = 0.8;
  seat_disc(s, 0, 0, 6.9, colour_hex(0xC6C9CB), FINISH_METAL);
  double points[14][2];
  for (int i = 0; i < 14; i++) {
    double angle = NUMBER_PI * (0.5 + 0.25 + 0.5 * i / 13.0);
    points[i][0] = s->x + 3.3 * number_cos(angle), points[i][1] = s->y + 3.3 * number_sin(angle);
  }
  scene_path(s->scene, ITEM_POLYGON, (const double(*)[2])points, 14, 0, colour_hex(0x1A1A1D));
  scene_text(s->scene, FONT_SANS_BOLD, 1.7, s->x + 0.5, s->y + 0.2, 0.5, colour_hex(0x202022), "100");
  scene_text(s->scene, FONT_SANS_BOLD, 1.5, s->x + 0.5, s->y + 2.0, 0.5, colour_hex(0x202022), "16V");
  scene_close(s->scene);
}

static void crystal(const struct seat *s, struct random *random, int number) {
  for (int side = -1; side <= 1; side += 2) seat_box(s, side * 4.2, 0, 3.4, 2, s->inks->tin, FINISH_FLAT);
  designator(s, s->upright ? 7.5 : 4.6, "Y", number);
  scene_open(s->scene, "crystal", true, true, true);
  struct item *body = seat_box(s, 0, 0, 10, 4.2, colour_hex(0xB2B4B4), FINISH_METAL);
  body->radius = 2.1, body->lift = 0.9;
  struct item *lid = seat_box(s, 0, 0, 8.6, 3.1, colour_hex(0xC2C4C4), FINISH_METAL);
  lid->radius = 1.5;
  if (!s->upright)
    scene_text(s->scene, FONT_SANS, 1.5, s->x, s->y + 0.5, 0.5, colour_hex(0x3A3A3C), "%d.000",
               8 + 4 * random_below(random, 5));
  scene_close(s->scene);
}

static void lamp(const struct seat *s, struct random *random, int number) {
  static const uint32_t colours[] = {0xD8E2C0, 0xE5534B, 0xF0B429, 0xF4F1E4};
  for (int side = -1; side <= 1; side += 2) seat_box(s, side * 1.7, 0, 1.5, 1.8, s->inks->tin, FINISH_FLAT);
  designator(s, s->upright ? 4.2 : 3.0, "D", number);
  scene_open(s->scene, "lamp", true, true, true);
  struct item *body = seat_box(s, 0, 0, 3.4, 1.9, colour_hex(0xEDEBE2), FINISH_BODY);
  body->lift = 0.4;
  seat_disc(s, 0, 0, 1.5, colour_hex(colours[random_below(random, 4)]), FINISH_BALL);
  scene_close(s->scene);
}

static void coil(const struct seat *s, int number) {
  for (int side = -1; side <= 1; side += 2) seat_box(s, side * 3.4, 0, 1.8, 4.4, s->inks->tin, FINISH_FLAT);
  designator(s, s->upright ? 6.8 : 5.9, "L", number);
  scene_open(s->scene, "coil", true, true, true);
  struct item *body = seat_box(s, 0, 0, 7, 7, colour_hex(0x3B3B3D), FINISH_BODY);
  body->radius = 1.3, body->lift = 1.0;
  seat_disc(s, 0, 0, 5.4, colour_hex(0x56504A), FINISH_METAL);
  scene_text(s->scene, FONT_SANS_BOLD, 2.2, s->x, s->y + 0.8, 0.5, colour_hex(0xE6E4DC), "220");
  scene_close(s->scene);
}

static void header(const struct seat *s, int pins, int number) {
  double pitch = 2.54, w = pins * pitch;
  seat_outline(s, w + 1, 6.2);
  designator(s, s->upright ? w / 2 + 2.9 : 5.2, "J", number);
  scene_open(s->scene, "header", true, true, false);
  struct item *body = seat_box(s, 0, 0, w, 5.08, colour_hex(0x1B1B1D), FINISH_BODY);
  body->lift = 1.1;
  for (int i = 0; i < pins; i++)
    for (int row = -1; row <= 1; row += 2) {
      seat_box(s, (i - (pins - 1) / 2.0) * pitch, row * 1.27, 1.7, 1.7, colour_hex(0x2C2C2F), FINISH_BODY);
      seat_box(s, (i - (pins - 1) / 2.0) * pitch, row * 1.27, 0.7, 0.7, s->inks->gold, FINISH_METAL);
    }
  scene_close(s->scene);
}

static void via(struct scene *scene, const struct inks *inks, double x, double y) {
  scene_add(scene, ITEM_DISC, x, y, 1.3, 0, inks->gold);
  scene_add(scene, ITEM_DISC, x, y, 0.6, 0, colour_hex(0x0A1410));
}

/* Bundles of tracks: along, then by 45 degrees, then across, to vias. */
static void tracks(struct scene *scene, const struct inks *inks, struct random *random) {
  for (int bundle = 0; bundle < 44; bundle++) {
    int count = 1 + random_below(random, 6);
    double x = random_range(random, 10, 150), y = random_range(random, 8, 112),
           width = random_below(random, 5) ? 0.35 : 0.8;
    double pitch = width + 0.55, run = random_range(random, 8, 34), rise = random_range(random, 3, 10);
    double right = x < 80 ? 1 : -1, down = y < 60 ? 1 : -1;
    double rest = random_range(random, 4, 24);
    for (int i = 0; i < count; i++) {
      double off = i * pitch, ax = x, ay = y + down * off;
      double bx = ax + right * (run - off * 0.414), cx = bx + right * rise, cy = ay + down * rise,
             dy = cy + down * (rest - 0.9 * off * (bundle & 1));
      double points[4][2] = {{ax, ay}, {bx, ay}, {cx, cy}, {cx, dy}};
      bool fits = true;
      for (int k = 0; k < 4; k++)
        fits = fits && points[k][0] > 5 && points[k][0] < 155 && points[k][1] > 5 && points[k][1] < 115;
      if (!fits) continue;
      scene_path(scene, ITEM_LINE, (const double(*)[2])points, 4, width, inks->copper);
      via(scene, inks, ax, ay);
      via(scene, inks, cx, dy);
    }
  }
}

static void corner_holes(struct scene *scene, const struct inks *inks) {
  int index[4];
  for (int i = 0; i < 4; i++) {
    double x = i & 1 ? 154 : 6, y = i & 2 ? 114 : 6;
    scene_add(scene, ITEM_DISC, x, y, 7.4, 0, inks->gold)->finish = FINISH_METAL;
    index[i] = scene->item_count;
    scene_add(scene, ITEM_HOLE, x, y, 3.4, 3.7, inks->gold);
  }
  scene_dimension(scene, "hole_1", index[0], -1);
  scene_dimension(scene, "hole_2", index[1], -1);
  scene_dimension(scene, "hole_distance", index[2], index[3]);
}

enum filling { FILL_CHIP, FILL_PASSIVES, FILL_CANS, FILL_CRYSTAL, FILL_COIL, FILL_LAMPS, FILLINGS };

static void fill_cell(struct scene *scene, const struct inks *inks, struct random *random, double x, double y,
                      int *number) {
  double dx = random_range(random, -0.8, 0.8), dy = random_range(random, -0.6, 0.6);
  struct seat seat = {scene, inks, x + dx, y + dy, false};
  switch ((enum filling)random_below(random, FILLINGS)) {
  case FILL_CHIP:
    seat.upright = random_below(random, 2);
    chip(&seat, random, 10, 6.4, 4 + 2 * random_below(random, 3), false, ++*number);
    break;
  case FILL_CANS:
    can_capacitor(&seat, ++*number);
    break;
  case FILL_CRYSTAL:
    crystal(&seat, random, ++*number);
    break;
  case FILL_COIL:
    coil(&seat, ++*number);
    break;
  case FILL_LAMPS:
    for (int i = 0; i < 3; i++) {
      struct seat one = {scene, inks, x - 5.5 + 5.5 * i, y, true};
      lamp(&one, random, ++*number);
    }
    break;
  default: {
    bool upright = random_below(random, 2);
    for (int i = 0; i < 6; i++) {
      int column = upright ? i % 3 : i % 2, row = upright ? i / 3 : i / 2;
      double left = upright ? -5.4 + 5.4 * column : -4 + 8.0 * column;
      double above = upright ? -4.4 + 8.0 * row : -5.4 + 5.2 * row;
      struct seat one = {scene, inks, x + left, y + above, upright};
      passive(&one, random, ++*number, true);
    }
  }
  }
}

void board_layout(struct scene *scene, struct random *random) {
  static const uint32_t masks[][2] = {
      {0x12573A, 0x1F7A52}, {0x0F4C34, 0x1E7049}, {0x123F6B, 0x22639C}, {0x1B1D1F, 0x35393B}, {0x7B1F24, 0xA23A3D}};
  int kind = random_below(random, 7);
  kind = kind > 4 ? 0 : kind;
  struct inks inks = {colour_hex(masks[kind][0]), colour_hex(masks[kind][1]), colour_hex(0xE9ECE6),
                      colour_hex(0xBFC3C4), colour_hex(0xC9A24E)};
  scene->corner = 2.5, scene->ground = colour_hex(0xB7A878);
  scene->solder = true;
  scene->fibre = 0.013, scene->texel = 0.12;
  scene->table_kind = random_below(random, 3);
  static const uint32_t tables[] = {0x8A8F94, 0x6A6D6C, 0xA98258};
  scene->table = colour_hex(tables[scene->table_kind]);
  struct item *mask = scene_add(scene, ITEM_BOX, 80, 60, 159, 119, inks.mask);
  mask->radius = 2.1;
  struct colour pour = colour_mix(inks.mask, inks.copper, 0.45);
  for (int i = 0; i < 5; i++) {
    double x = random_range(random, 30, 130), y = random_range(random, 25, 95);
    double w = random_range(random, 20, 50), h = random_range(random, 14, 34);
    struct item *area = scene_add(scene, ITEM_BOX, x, y, w, h, pour);
    area->radius = 1.5;
  }
  tracks(scene, &inks, random);
  for (int i = 0; i < 60; i++) {
    double x = random_range(random, 8, 152), y = random_range(random, 6, 114);
    via(scene, &inks, x, y);
  }

  corner_holes(scene, &inks);
  char text[64];
  int number = random_below(random, 20);
  int big_x = 2 + random_below(random, 3), big_y = 1 + random_below(random, 2);
  for (int row = 0; row < 5; row++)
    for (int column = 0; column < 7; column++) {
      double x = 21 + 19.6 * column, y = 20 + 19.6 * row;
      bool big = (column == big_x || column == big_x + 1) && (row == big_y || row == big_y + 1);
      if (!big && !(row == 4 && column < 3)) fill_cell(scene, &inks, random, x, y, &number);
    }
  struct seat middle = {scene, &inks, 21 + 19.6 * (big_x + 0.5), 20 + 19.6 * (big_y + 0.5), false};
  chip(&middle, random, 24, 24, 20, true, ++number);
  struct seat top = {scene, &inks, 80 + random_range(random, -20, 20), 6.2, false};
  header(&top, 12 + random_below(random, 6), 1);
  scene_open(scene, "board name", false, false, false);
  scene_text(scene, FONT_SANS_BOLD, 5.2, 14, 97, 0, inks.silk, "%s", scene_serial(text, random, "AX-&##@"));
  scene_text(scene, FONT_SANS, 2.7, 14, 102.5, 0, inks.silk, "%s",
             scene_serial(text, random, "MOTOR CONTROL  REV &.#"));
  scene_close(scene);
  scene_open(scene, "board code", false, false, false);
  struct item *paper = scene_add(scene, ITEM_BOX, 52, 108.4, 12.5, 11, colour_hex(0xF2F2EE));
  paper->radius = 0.4;
  struct item *cells = scene_add(scene, ITEM_CELLS, 52, 108.4, 9, 9, colour_hex(0x1A1A1A));
  snprintf(cells->text, sizeof cells->text, "%d", random_below(random, 1000000));
  scene_close(scene);
  for (int i = 0; i < 6; i++) {
    scene_open(scene, "test pad", true, false, true);
    scene_add(scene, ITEM_DISC, 16 + 4.4 * i, 108, 2.2, 0, inks.gold)->finish = FINISH_METAL;
    scene_close(scene);
  }
}
