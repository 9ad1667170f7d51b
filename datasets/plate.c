/* A machined plate: bores, slots, a pocket, screws, a name plate, engraving. */
#include "datasets/scene.h"

#include <math.h>
#include <stdio.h>

static struct item *hole(struct scene *scene, const char *name, double x, double y, double bore, double chamfer) {
  scene_open(scene, name, true, true, true);
  struct item *item = scene_add(scene, ITEM_HOLE, x, y, bore, bore + 2 * chamfer, scene->ground);
  scene_close(scene);
  return item;
}

static void ring_marks(struct scene *scene, double x, double y, double inner, double outer, double pitch,
                       struct colour base) {
  int count = (int)ceil((outer - inner) / pitch);
  for (int i = 0; i < count; i++) {
    double d = outer - i * pitch;
    struct colour c = colour_mix(base, i & 1 ? colour_hex(0xFFFFFF) : colour_hex(0x404448), i & 1 ? 0.10 : 0.08);
    scene_add(scene, ITEM_DISC, x, y, d, 0, c);
  }
}

/* A socket screw in its counterbore. */
static void screw(struct scene *scene, struct random *random, double x, double y) {
  scene_add(scene, ITEM_HOLE, x, y, 9.6, 10.4, scene->ground);
  ring_marks(scene, x, y, 4, 9.4, 0.7, colour_hex(0x75787B));
  scene_add(scene, ITEM_HOLE, x, y, 4.2, 4.4, colour_hex(0x75787B));
  scene_open(scene, "screw", true, false, true);
  struct item *head = scene_add(scene, ITEM_DISC, x, y, 8.4, 0, colour_hex(0x4B4D51));
  head->finish = FINISH_METAL, head->lift = 0.5;
  scene_add(scene, ITEM_DISC, x, y, 7.2, 0, colour_hex(0x5D6064))->finish = FINISH_METAL;
  double points[6][2], turn = random_range(random, 0, 1.05);
  for (int i = 0; i < 6; i++)
    points[i][0] = x + 2.3 * number_cos(turn + i * NUMBER_PI / 3),
    points[i][1] = y + 2.3 * number_sin(turn + i * NUMBER_PI / 3);
  scene_path(scene, ITEM_POLYGON, (const double(*)[2])points, 6, 0, colour_hex(0x131417));
  scene_close(scene);
}

static void engrave(struct scene *scene, enum font font, double size, double x, double y, const char *text) {
  struct item *item = scene_text(scene, font, size, x, y, 0, colour_hex(0x35383C), "%s", text);
  item->finish = FINISH_ENGRAVED, item->other = colour_hex(0xE4E6E8);
}

static void flange(struct scene *scene, struct random *random, double x, double y) {
  double bore = random_range(random, 22, 28);
  struct colour face = colour_mix(scene->ground, colour_hex(0xFFFFFF), 0.14);
  struct item *edge = scene_add(scene, ITEM_DISC, x, y, 58, 0, colour_mix(scene->ground, colour_hex(0x202428), 0.45));
  edge->finish = FINISH_METAL;
  scene_add(scene, ITEM_DISC, x, y, 57, 0, face);
  ring_marks(scene, x, y, bore + 3, 57, 0.9, face);
  int index = scene->item_count;
  scene_add(scene, ITEM_HOLE, x, y, bore, bore + 2.4, scene->ground);
  scene_dimension(scene, "bore", index, -1);
  int count = 6 + 2 * random_below(random, 2);
  for (int i = 0; i < count; i++) {
    double angle = 2 * NUMBER_PI * (i + 0.5) / count;
    index = scene->item_count;
    hole(scene, "bolt hole", x + 21 * number_cos(angle), y + 21 * number_sin(angle), 4.2, 0.45);
    if (i < 2) scene_dimension(scene, i ? "bolt_hole_2" : "bolt_hole_1", index, -1);
  }
}

static void pocket(struct scene *scene, double x, double y, double w, double h) {
  struct colour floor = colour_mix(scene->ground, colour_hex(0x303438), 0.33);
  struct item *wall = scene_add(scene, ITEM_BOX, x, y, w, h, colour_hex(0x54575B));
  wall->radius = 5, wall->finish = FINISH_FADE, wall->other = colour_hex(0xD4D7DA);
  struct item *bottom = scene_add(scene, ITEM_BOX, x + 0.2, y + 0.35, w - 2, h - 2, floor);
  bottom->radius = 4.2;
  for (int i = 1; i < 9; i++) {
    struct item *pass = scene_add(scene, ITEM_BOX, x + 0.2, y + 0.35, w - 2 - 2.6 * i, h - 2 - 2.6 * i,
                                  colour_mix(floor, i & 1 ? colour_hex(0xFFFFFF) : colour_hex(0x202224), 0.045));
    pass->radius = fmax(4.2 - 0.4 * i, 1);
    if (h - 2 - 2.6 * i < 4) break;
  }
}

static void name_plate(struct scene *scene, struct random *random, double x, double y) {
  scene_open(scene, "name plate", true, true, false);
  struct item *plate = scene_add(scene, ITEM_BOX, x, y, 42, 20, colour_hex(0x1E2A3A));
  plate->radius = 1.2, plate->lift = 0.5, plate->finish = FINISH_BODY;
  struct item *frame = scene_add(scene, ITEM_BOX, x, y, 39.6, 17.6, colour_hex(0xC9CDD0));
  frame->radius = 0.8;
  frame = scene_add(scene, ITEM_BOX, x, y, 39.0, 17.0, colour_hex(0x1E2A3A));
  frame->radius = 0.6;
  for (int side = -1; side <= 1; side += 2)
    scene_add(scene, ITEM_DISC, x + side * 17.4, y, 2.2, 0, colour_hex(0xC2C5C8))->finish = FINISH_BALL;
  struct colour print = colour_hex(0xE6E9EB);
  char number[64];
  scene_text(scene, FONT_SANS_BOLD, 4.4, x, y - 2.8, 0.5, print, "HALVORSEN");
  scene_text(scene, FONT_SANS, 2.6, x, y + 1.5, 0.5, print, "%s", scene_serial(number, random, "Type GK &##   IP 6#"));
  scene_text(scene, FONT_MONO, 2.6, x, y + 5.6, 0.5, print, "%s", scene_serial(number, random, "No. ######"));
  scene_close(scene);
}

static void scale_marks(struct scene *scene, double x, double y, int count) {
  for (int i = 0; i <= count; i++) {
    double length = i % 10 == 0 ? 4.5 : i % 5 == 0 ? 3.4 : 2.2;
    double points[2][2] = {{x + i, y}, {x + i, y - length}};
    scene_path(scene, ITEM_LINE, (const double(*)[2])points, 2, 0.22, colour_hex(0x303338));
    if (i % 10 == 0) scene_text(scene, FONT_SANS, 2.2, x + i, y + 2.6, 0.5, colour_hex(0x303338), "%d", i);
  }
}

static void inserts(struct scene *scene, double x, double y) {
  for (int i = 0; i < 3; i++) {
    scene_add(scene, ITEM_HOLE, x + 11 * i, y, 6, 6.8, scene->ground);
    scene_open(scene, "brass insert", true, false, true);
    scene_add(scene, ITEM_DISC, x + 11 * i, y, 5.8, 0, colour_hex(0xB8923F))->finish = FINISH_METAL;
    scene_add(scene, ITEM_HOLE, x + 11 * i, y, 3.2, 4.0, colour_hex(0xB8923F));
    scene_close(scene);
  }
}

void plate_layout(struct scene *scene, struct random *random) {
  static const uint32_t metals[] = {0xA6A9AD, 0x9C9C9A, 0xB0ACA2};
  scene->corner = 3, scene->ground = colour_hex(metals[random_below(random, 3)]);
  scene->brush = 0.045, scene->texel = 0.10, scene->metal = true;
  scene->table_kind = random_below(random, 3);
  static const uint32_t tables[] = {0x2C3A52, 0x2B2E2D, 0x6B4A2E};
  scene->table = colour_hex(tables[scene->table_kind]);
  struct item *rim = scene_add(scene, ITEM_BOX, 80, 60, 160, 120, colour_hex(0xD6D9DB));
  rim->radius = 3, rim->finish = FINISH_FADE, rim->other = colour_hex(0x6B6E72);
  struct item *face = scene_add(scene, ITEM_BOX, 80, 60, 157.8, 117.8, scene->ground);
  face->radius = 2.2;
  double jitter = random_range(random, -3, 3);
  flange(scene, random, 44 + jitter, 56);
  pocket(scene, 116, 36 + jitter, 62, 34);
  for (int i = 0; i < 4; i++) screw(scene, random, i & 1 ? 150 : 10, i & 2 ? 110 : 10);
  int left = scene->item_count;
  hole(scene, "dowel hole", 96, 36 + jitter, 6, 0.5);
  hole(scene, "dowel hole", 136, 36 + jitter, 6, 0.5);
  scene_dimension(scene, "dowel_distance", left, left + 1);
  scene_dimension(scene, "dowel_1", left, -1);
  for (int i = 0; i < 2; i++) {
    int index = scene->item_count;
    scene_open(scene, "slot", true, true, false);
    scene_add(scene, ITEM_SLOT, 124, 66 + 11.5 * i, 40, 5.2, scene->ground)->radius = 0.7;
    scene_close(scene);
    if (!i) scene_dimension(scene, "slot_length", index, -1);
  }
  name_plate(scene, random, 116, 97 + random_range(random, -1, 1));
  inserts(scene, 22, 97);
  for (int i = 0; i < 8; i++) hole(scene, "small hole", 56 + 4.4 * i, 97, i & 1 ? 1.6 : 2.2, 0.2);
  scale_marks(scene, 22, 14, 60);
  char text[64];
  scene_open(scene, "engraving", false, false, false);
  scene_serial(text, random, "P/N ####-###-@");
  engrave(scene, FONT_SANS_BOLD, 4.6, 22, 110.5, text);
  snprintf(text, sizeof text, "AL 60%d-T6", 61 + 21 * random_below(random, 2));
  engrave(scene, FONT_SANS, 3.6, 70, 110.5, text);
  scene_close(scene);
}
