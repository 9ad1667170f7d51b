#include "datasets/panels.h"

#include "datasets/lab.h"

#include <math.h>
#include <stdlib.h>

enum { COLUMNS = 4, ROWS = 2, STEP = 12, MOST_SAMPLES = 20000 };

static const double CARD_HEIGHT = 8, EDGE = 1.2;

void panels_add_card(struct scene *scene) {
  scene_open(scene, "card", false, false, false);
  double height = CARD_HEIGHT - 1;
  scene_add(scene, ITEM_BOX, scene->width / 2, scene->height - EDGE / 2 - height / 2, scene->width - EDGE, height,
            colour_hex(0x9C9C9C));
  scene_close(scene);
}

void panels_box(const struct scene *scene, int panel, double box[4]) {
  double bottom = scene->height - CARD_HEIGHT, wide = (scene->width - 2 * EDGE) / COLUMNS;
  double high = (bottom - EDGE) / ROWS;
  if (panel == PANELS) {
    box[0] = EDGE + 1, box[1] = bottom + 1, box[2] = scene->width - EDGE - 1, box[3] = scene->height - EDGE - 0.5;
    return;
  }
  box[0] = EDGE + wide * (panel % COLUMNS), box[2] = box[0] + wide;
  box[1] = EDGE + high * (panel / COLUMNS), box[3] = box[1] + high;
}

const char *panels_name(int panel) {
  static const char *const names[PANELS + 1] = {"panel-1", "panel-2", "panel-3", "panel-4", "panel-5",
                                                "panel-6", "panel-7", "panel-8", "card"};
  return names[panel];
}

/* ---- materials ---- */

/* What a photo's exposure leaves of the light. */
static const double EXPOSURE = 0.8;

/* The mean over the panel's texels, every so many of them, with their light multiplied. */
static void panel_lab(const struct artwork *artwork, const double box[4], const double tint[3], double lab[3]) {
  double scale = artwork->scale;
  int count = 0;
  for (int k = 0; k < 3; k++) lab[k] = 0;
  for (int y = (int)((box[1] + ARTWORK_MARGIN) * scale); y < (int)((box[3] + ARTWORK_MARGIN) * scale); y += STEP)
    for (int x = (int)((box[0] + ARTWORK_MARGIN) * scale);
         x < (int)((box[2] + ARTWORK_MARGIN) * scale) && count < MOST_SAMPLES; x += STEP) {
      if (x >= artwork->whole.width || y >= artwork->whole.height) continue;
      uint32_t texel = artwork->whole.pixels[(ptrdiff_t)y * artwork->whole.stride + x];
      double one[3], of[3];
      for (int k = 0; k < 3; k++)
        one[k] = fmin(EXPOSURE * tint[k] * number_to_linear((texel >> (16 - 8 * k) & 255) / 255.0), 1);
      lab_of(one, of);
      for (int k = 0; k < 3; k++) lab[k] += of[k];
      count++;
    }
  for (int k = 0; k < 3 && count; k++) lab[k] /= count;
}

static void tint_towards(const double lab[3], const double way[3], double far, double tint[3]) {
  double other[3], before[3], after[3];
  for (int k = 0; k < 3; k++) other[k] = lab[k] + far * way[k];
  lab_to_light(lab, before);
  lab_to_light(other, after);
  for (int k = 0; k < 3; k++) tint[k] = fmax(after[k], 0) / fmax(before[k], 1e-4);
}

static const double even[3] = {1, 1, 1};

void panels_colour(const struct artwork *artwork, int panel, double lab[3]) {
  double box[4];
  panels_box(artwork->scene, panel, box);
  panel_lab(artwork, box, even, lab);
}

/* Pixels of a photo that hold a part of the box. */
static struct rectangle rectangle_of(const struct shot *shot, const double box[4]) {
  struct rectangle r = {shot->width, shot->height, 0, 0};
  for (int i = 0; i < 4; i++) {
    double photo[2];
    mapping_project(&shot->mapping, box[i & 1 ? 2 : 0], box[i & 2 ? 3 : 1], photo);
    r.x0 = (int)fmin(r.x0, floor(photo[0])), r.y0 = (int)fmin(r.y0, floor(photo[1]));
    r.x1 = (int)fmax(r.x1, ceil(photo[0]) + 1), r.y1 = (int)fmax(r.y1, ceil(photo[1]) + 1);
  }
  r.x0 = r.x0 < 0 ? 0 : r.x0, r.y0 = r.y0 < 0 ? 0 : r.y0;
  r.x1 = r.x1 > shot->width ? shot->width : r.x1, r.y1 = r.y1 > shot->height ? shot->height : r.y1;
  return r;
}

static bool is_in(const struct shot *shot, const double box[4], int x, int y) {
  double at[2];
  mapping_unproject(&shot->mapping, x, y, at);
  return at[0] >= box[0] && at[0] < box[2] && at[1] >= box[1] && at[1] < box[3];
}

/* Adds up the CIELAB of a row's pixels of the box. */
static long add_row(const struct shot *shot, const double box[4], int x0, int x1, int y, const uint8_t *rgb,
                    double lab[3]) {
  long count = 0;
  for (int x = x0; x < x1; x++, rgb += 3) {
    double light[3], of[3];
    if (!is_in(shot, box, x, y)) continue;
    for (int k = 0; k < 3; k++) light[k] = number_to_linear(rgb[k] / 255.0);
    lab_of(light, of);
    for (int k = 0; k < 3; k++) lab[k] += of[k];
    count++;
  }
  return count;
}

/* The mean over the box's pixels of a photo, before it is compressed. */
static enum status photo_lab(const struct studio *studio, const struct shot *shot, const double box[4],
                             struct darkroom *darkroom, double lab[3], struct fault *fault) {
  enum { BAND = 64 };
  const struct rectangle all = rectangle_of(shot, box);
  const struct view view = {.artwork = studio->artwork};
  size_t stride = 3 * (size_t)(all.x1 > all.x0 ? all.x1 - all.x0 : 1);
  uint8_t *rgb = malloc(stride * BAND);
  enum status status = rgb ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for a zone's pixels");
  long count = 0;
  for (int k = 0; k < 3; k++) lab[k] = 0;
  for (int y = all.y0; y < all.y1 && all.x1 > all.x0 && status == STATUS_OK; y += BAND) {
    struct rectangle band = {all.x0, y, all.x1, y + BAND < all.y1 ? y + BAND : all.y1};
    status = camera_render(studio, shot, &view, band, true, darkroom, rgb, stride, fault);
    for (int row = y; row < band.y1 && status == STATUS_OK; row++)
      count += add_row(shot, box, all.x0, all.x1, row, rgb + (size_t)(row - y) * stride, lab);
  }
  for (int k = 0; k < 3 && count; k++) lab[k] /= (double)count;
  free(rgb);
  return status;
}

enum status panels_shown(const struct studio *studio, int panel, const double tint[3], const struct shot *approved,
                         struct darkroom *darkroom, double *delta_e, struct fault *fault) {
  double box[4], lab[3], other[3];
  struct shot shot = *approved;
  panels_box(studio->artwork->scene, panel, box);
  shot.material_count = 0;
  enum status status = photo_lab(studio, &shot, box, darkroom, lab, fault);
  shot.material_count = 1;
  for (int k = 0; k < 4; k++) shot.materials[0].box[k] = box[k];
  for (int k = 0; k < 3; k++) shot.materials[0].tint[k] = tint[k];
  if (status == STATUS_OK) status = photo_lab(studio, &shot, box, darkroom, other, fault);
  *delta_e = lab_difference(lab, other);
  return status;
}

double panels_distance(const struct artwork *artwork, int panel, const double way[3], double delta_e) {
  double box[4], lab[3], low = 0, high = 4 * delta_e;
  panels_box(artwork->scene, panel, box);
  panels_colour(artwork, panel, lab);
  for (int i = 0; i < 24; i++) {
    double far = (low + high) / 2, tint[3], other[3];
    tint_towards(lab, way, far, tint);
    panel_lab(artwork, box, tint, other);
    if (lab_difference(lab, other) < delta_e)
      low = far;
    else
      high = far;
  }
  return (low + high) / 2;
}

void panels_paint(const struct scene *scene, int panel, const double lab[3], const double off[3], struct shot *shot) {
  if (shot->material_count == SHOT_MATERIALS) return;
  panels_box(scene, panel, shot->materials[shot->material_count].box);
  tint_towards(lab, off, 1, shot->materials[shot->material_count++].tint);
}

void panels_tint(const struct scene *scene, const double tint[3], struct shot *shot) {
  for (int i = 0; i < PANELS && shot->material_count < SHOT_MATERIALS; i++) {
    panels_box(scene, i, shot->materials[shot->material_count].box);
    for (int c = 0; c < 3; c++) shot->materials[shot->material_count].tint[c] = tint[c];
    shot->material_count++;
  }
}

int panels_swap(const struct artwork *artwork, double delta_e, struct random *random, struct shot *shot) {
  int panel = random_below(random, PANELS);
  double lab[3], way[3], length = 0;
  for (int k = 0; k < 3; k++) way[k] = random_normal(random), length += way[k] * way[k];
  for (int k = 0; k < 3; k++) way[k] /= sqrt(length);
  double far = panels_distance(artwork, panel, way, delta_e);
  for (int k = 0; k < 3; k++) way[k] *= far;
  panels_colour(artwork, panel, lab);
  panels_paint(artwork->scene, panel, lab, way, shot);
  return panel;
}
