/* A printed carton: brand, picture, small print, code, date sticker. */
#include "datasets/scene.h"

#include <math.h>
#include <stdio.h>

struct palette {
  uint32_t card, main, dark, accent, ink;
};
static const struct palette palettes[] = {
    {0xF4F1E8, 0xB3262E, 0x5F1218, 0xE9B949, 0x26211E}, {0xF2F3EF, 0x1F5F8B, 0x123A57, 0xF2C14E, 0x1C2126},
    {0xF3EFE2, 0x2E6B3F, 0x173D24, 0xE07A3F, 0x20241F}, {0xF5F2EC, 0x6B3E75, 0x3C2145, 0x8FB339, 0x262026},
    {0xEFE9DA, 0xC4622D, 0x6E3213, 0x2F6F73, 0x2A211B},
};

static const char *const brands[] = {"Alderhof", "Merrow", "Tarnwell", "Solberg", "Kestrel", "Oakmere"};
static const char *const goods[][2] = {{"Apple Porridge", "with rolled oats"},
                                       {"Forest Muesli", "with berries and nuts"},
                                       {"Golden Crackers", "baked with sea salt"},
                                       {"Lentil Soup", "with garden herbs"},
                                       {"Almond Biscuits", "with real butter"}};
static const char *const sentences[] = {
    "Ingredients: whole grain OAT flakes 58 %, dried apple 14 %,",
    "sugar, sunflower oil, WHEAT flour, rice extract, honey 2 %,",
    "skimmed MILK powder, salt, cinnamon, natural flavouring.",
    "May contain traces of NUTS, SESAME and SOYA.",
    "Store in a cool, dry place. Once opened, use within 14 days.",
    "Packed in a protective atmosphere. Do not heat in the box.",
    "Questions? Write to us: PO Box 318, 20457 Hamburg, Germany",
};

static void brand_band(struct scene *scene, struct random *random, const struct palette *p) {
  struct colour white = colour_hex(0xFFFDF6), accent = colour_hex(p->accent), dark = colour_hex(p->dark);
  struct item *band = scene_add(scene, ITEM_BOX, 80, 15, 160, 30, colour_hex(p->main));
  band->finish = FINISH_FADE, band->other = colour_mix(colour_hex(p->main), dark, 0.35);
  scene_add(scene, ITEM_BOX, 80, 30.7, 160, 1.4, accent);
  scene_open(scene, "logo", true, false, false);
  scene_add(scene, ITEM_DISC, 20, 16, 20, 0, white);
  scene_add(scene, ITEM_DISC, 20, 16, 18.4, 17.2, colour_hex(p->main));
  int leaves = 3 + random_below(random, 4);
  for (int i = 0; i < leaves; i++) {
    enum { EDGE = 13 };
    double points[2 * EDGE][2], angle = 2 * NUMBER_PI * i / leaves;
    for (int k = 0; k < 2 * EDGE; k++) {
      double t = (k < EDGE ? k : 2 * EDGE - 1 - k) / (double)(EDGE - 1), side = k < EDGE ? 1 : -1;
      double along = 1.2 + 6.4 * t, across = side * 1.9 * number_sin(NUMBER_PI * t);
      points[k][0] = 20 + along * number_cos(angle) - across * number_sin(angle);
      points[k][1] = 16 + along * number_sin(angle) + across * number_cos(angle);
    }
    scene_path(scene, ITEM_POLYGON, (const double(*)[2])points, 2 * EDGE, 0, i % 2 ? accent : colour_hex(p->main));
  }
  scene_close(scene);
  scene_open(scene, "brand", false, false, false);
  scene_text(scene, FONT_SERIF_BOLD, 17, 36, 20, 0, white, "%s", brands[random_below(random, 6)]);
  scene_close(scene);
  scene_text(scene, FONT_SERIF_ITALIC, 4.2, 37, 26.5, 0, colour_mix(white, accent, 0.4),
             "since 19%02d  \xC2\xB7  carefully made", random_below(random, 80) + 10);
  scene_open(scene, "badge", true, true, false);
  struct item *badge = scene_add(scene, ITEM_DISC, 142, 15.5, 22, 0, accent);
  badge->other = accent;
  scene_add(scene, ITEM_DISC, 142, 15.5, 20.6, 20, dark);
  scene_text(scene, FONT_SANS_BOLD, 6.5, 142, 16, 0.5, dark, "%d %%", 5 * (5 + random_below(random, 12)));
  scene_text(scene, FONT_NARROW_BOLD, 2.9, 142, 20, 0.5, dark, "LESS SUGAR");
  scene_close(scene);
}

/* Fruit in a landscape, in a panel with round corners. */
static void picture(struct scene *scene, struct random *random, const struct palette *p) {
  double x0 = 8, y0 = 54, w = 62, h = 40;
  struct item *sky = scene_add(scene, ITEM_BOX, x0 + w / 2, y0 + h / 2, w, h, colour_hex(0xBFDCE8));
  sky->finish = FINISH_FADE, sky->other = colour_hex(0xF6E9C8), sky->radius = 2;
  scene_open(scene, "sun", true, false, false);
  scene_add(scene, ITEM_DISC, x0 + 48, y0 + 10, 9, 0, colour_hex(0xF7C948));
  scene_close(scene);
  for (int layer = 0; layer < 2; layer++) {
    double points[44][2];
    double phase = random_range(random, 0, 6), base = y0 + 20 + 7 * layer;
    for (int i = 0; i <= 40; i++) {
      points[i][0] = x0 + w * i / 40;
      points[i][1] = base + 2.5 * number_sin(phase + i * 0.16) + 1.1 * number_sin(2 * phase + i * 0.37);
    }
    points[41][0] = x0 + w, points[41][1] = y0 + h, points[42][0] = x0, points[42][1] = y0 + h;
    struct colour hill = colour_mix(colour_hex(0x9DB86B), colour_hex(0x54793A), layer * 0.7);
    scene_path(scene, ITEM_POLYGON, (const double(*)[2])points, 43, 0, hill);
  }
  static const uint32_t fruit[] = {0xC8322B, 0xD9822B, 0xA8324A, 0x7A9A2E, 0x4B3A73};
  for (int i = 0; i < 7; i++) {
    double size = random_range(random, 6, 12), x = x0 + 7 + 8 * i, y = y0 + h - 3 - size / 2;
    scene_open(scene, "fruit", true, false, true);
    struct item *disc = scene_add(scene, ITEM_DISC, x, y, size, 0, colour_hex(fruit[random_below(random, 5)]));
    disc->finish = FINISH_BALL;
    double stalk[2][2] = {{x, y - 0.42 * size}, {x + 0.1 * size, y - 0.62 * size}};
    scene_path(scene, ITEM_LINE, (const double(*)[2])stalk, 2, 0.06 * size, colour_hex(0x4A3520));
    scene_close(scene);
  }
  struct item *strip = scene_add(scene, ITEM_BOX, x0 + w / 2, y0 + h + 2.6, w, 4, colour_hex(p->main));
  strip->radius = 1;
  scene_text(scene, FONT_SANS, 2.6, x0 + w / 2, y0 + h + 3.5, 0.5, colour_hex(0xFFFDF6), "Serving suggestion");
}

static void nutrition(struct scene *scene, struct random *random, struct colour ink) {
  static const char *const rows[] = {"Energy",  "Fat", "of which saturates", "Carbohydrate", "of which sugars", "Fibre",
                                     "Protein", "Salt"};
  double x0 = 76, x1 = 116, y = 57;
  char text[64];
  struct item *frame = scene_add(scene, ITEM_BOX, 96, 74.4, 42, 42.4, ink);
  frame->radius = 0.6;
  frame = scene_add(scene, ITEM_BOX, 96, 74.4, 41.4, 41.8, scene->ground);
  frame->radius = 0.4;
  scene_text(scene, FONT_SANS_BOLD, 3.4, x0, y + 0.4, 0, ink, "Nutrition");
  scene_text(scene, FONT_SANS, 2.4, x1, y + 0.4, 1, ink, "per 100 g");
  scene_add(scene, ITEM_BOX, 96, y + 1.6, 40, 0.5, ink);
  for (int i = 0; i < 8; i++) {
    y += 4.55;
    double size = i == 2 || i == 4 ? 2.4 : 2.8;
    scene_open(scene, "nutrition row", false, false, false);
    scene_text(scene, i == 2 || i == 4 ? FONT_SANS : FONT_SANS_BOLD, size, x0 + (i == 2 || i == 4 ? 1.5 : 0), y + 1, 0,
               ink, "%s", rows[i]);
    if (i)
      scene_text(scene, FONT_SANS, 2.8, x1, y + 1, 1, ink, "%s",
                 scene_serial(text, random, i == 3 ? "&#.# g" : "#.# g"));
    else
      scene_text(scene, FONT_SANS, 2.8, x1, y + 1, 1, ink, "%d kJ", 1200 + random_below(random, 700));
    scene_close(scene);
    if (i < 7) scene_add(scene, ITEM_BOX, 96, y + 2.1, 40, 0.18, ink);
  }
}

static void small_print(struct scene *scene, struct colour ink) {
  for (int i = 0; i < 7; i++) {
    scene_open(scene, "small print", i == 3 || i == 6, false, false);
    scene_text(scene, i == 3 ? FONT_SANS_BOLD : FONT_SANS, 2.45, 8, 102.2 + 2.7 * i, 0, ink, "%s", sentences[i]);
    scene_close(scene);
  }
}

static void barcode(struct scene *scene, struct random *random, struct colour ink) {
  char digits[16];
  int check = 0;
  for (int i = 0; i < 12; i++) {
    int digit = i == 0 ? 4 : i == 1 ? 0 : random_below(random, 10);
    digits[i] = (char)('0' + digit), check += digit * (i % 2 ? 3 : 1);
  }
  digits[12] = 0;
  struct item *paper = scene_add(scene, ITEM_BOX, 139, 106, 36, 22, colour_hex(0xFEFEFC));
  paper->radius = 0.5;
  scene_open(scene, "bar code", false, false, false);
  struct item *bars = scene_add(scene, ITEM_BARS, 139.8, 104, 31, 14, ink);
  snprintf(bars->text, sizeof bars->text, "%s", digits);
  scene_text(scene, FONT_MONO, 3.4, 139, 115, 0.5, ink, "%.1s %.6s %.5s%d", digits, digits + 1, digits + 7,
             (10 - check % 10) % 10);
  scene_close(scene);
}

static void date_sticker(struct scene *scene, struct random *random) {
  double x = random_range(random, 136, 141), y = random_range(random, 62, 66);
  struct colour black = colour_hex(0x1A1A1E);
  char text[64];
  scene_open(scene, "date sticker", true, true, false);
  struct item *paper = scene_add(scene, ITEM_BOX, x, y, 33, 19, colour_hex(0xFBFAF3));
  paper->radius = 1.6, paper->lift = 0.5;
  struct item *stripe = scene_add(scene, ITEM_BOX, x, y - 6.6, 30, 3.4, colour_hex(0xD8572A));
  stripe->radius = 0.5;
  scene_text(scene, FONT_SANS_BOLD, 2.7, x, y - 5.7, 0.5, colour_hex(0xFFFFFF), "BEST BEFORE");
  scene_text(scene, FONT_MONO_BOLD, 4.6, x, y + 1.1, 0.5, black, "%s", scene_serial(text, random, "1#.0&.203#"));
  scene_text(scene, FONT_MONO, 3.2, x, y + 6.6, 0.5, black, "%s", scene_serial(text, random, "L#### @ 1#:3#"));
  scene_close(scene);
}

static void icons(struct scene *scene, struct random *random, const struct palette *p) {
  struct colour ink = colour_hex(p->ink), accent = colour_hex(p->accent);
  for (int i = 0; i < 3; i++) {
    double x = 126 + 12.6 * i, y = 86;
    scene_open(scene, "icon", true, true, false);
    scene_add(scene, ITEM_DISC, x, y, 9.6, 8.6, ink);
    static const char *const letters[] = {"e", "i", "V", "A"};
    if (i == 0) {
      double triangle[3][2] = {{x - 2.6, y + 1.9}, {x + 2.6, y + 1.9}, {x, y - 2.8}};
      scene_path(scene, ITEM_POLYGON, (const double(*)[2])triangle, 3, 0, colour_hex(p->main));
    } else {
      scene_text(scene, FONT_SERIF_BOLD, 7, x, y + 2.1, 0.5, ink, "%s", letters[random_below(random, 4)]);
    }
    scene_close(scene);
  }
  for (int i = 0; i < 5; i++) {
    static const uint32_t inks[] = {0x00A0D0, 0xD0207A, 0xF2D21B, 0x222222, 0};
    scene_open(scene, "colour bar", true, false, true);
    struct colour c = i == 4 ? colour_hex(p->main) : colour_hex(inks[i]);
    scene_add(scene, ITEM_BOX, 82 + 4.4 * i, 114.5, 3.4, 3.4, c);
    scene_close(scene);
  }
  for (int i = 0; i < 4; i++) {
    scene_open(scene, "dot", true, false, true);
    scene_add(scene, ITEM_DISC, 108 + 3.4 * i, 114.5, random_range(random, 1.0, 2.2), 0, i % 2 ? accent : ink);
    scene_close(scene);
  }
}

void label_layout(struct scene *scene, struct random *random) {
  const struct palette *p = &palettes[random_below(random, (int)(sizeof palettes / sizeof *palettes))];
  struct colour ink = colour_hex(p->ink), main = colour_hex(p->main);
  scene->corner = 1.2, scene->ground = colour_hex(p->card);
  scene->fibre = 0.012, scene->texel = 0.12;
  scene->table_kind = random_below(random, 3);
  static const uint32_t tables[] = {0x4B5560, 0x3A3D3B, 0x8A6440};
  scene->table = colour_hex(tables[scene->table_kind]);
  brand_band(scene, random, p);
  int good = random_below(random, 5);
  scene_open(scene, "name", false, false, false);
  scene_text(scene, FONT_SANS_BOLD, 9.5, 8, 42.5, 0, main, "%s", goods[good][0]);
  scene_close(scene);
  scene_open(scene, "subtitle", true, false, false);
  scene_text(scene, FONT_SERIF_ITALIC, 6, 8, 49.6, 0, ink, "%s", goods[good][1]);
  scene_close(scene);
  scene_open(scene, "net weight", false, false, false);
  scene_text(scene, FONT_SANS_BOLD, 8, 152, 43, 1, ink, "%d g", 25 * (5 + random_below(random, 24)));
  scene_close(scene);
  scene_text(scene, FONT_SANS, 2.8, 152, 48.4, 1, ink, "net weight \xE2\x84\xAE");
  picture(scene, random, p);
  nutrition(scene, random, ink);
  date_sticker(scene, random);
  icons(scene, random, p);
  scene_open(scene, "code", false, false, false);
  struct item *cells = scene_add(scene, ITEM_CELLS, 102, 104.6, 13.5, 13.5, ink);
  snprintf(cells->text, sizeof cells->text, "%d", random_below(random, 1000000));
  scene_close(scene);
  barcode(scene, random, ink);
  small_print(scene, ink);
}
