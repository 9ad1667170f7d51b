#include "datasets/truth.h"

#include "datasets/panels.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GRID_X = 9, GRID_Y = 7, GRID = GRID_X * GRID_Y };

static void correspondences(const struct truth *truth, double golden[GRID][2], double photo[GRID][2]) {
  for (int i = 0; i < GRID; i++) {
    int column = i % GRID_X, row = i / GRID_X;
    double x = truth->scene->width * column / (GRID_X - 1), y = truth->scene->height * row / (GRID_Y - 1);
    mapping_project(&truth->golden->mapping, x, y, golden[i]);
    mapping_project(&truth->shot->mapping, x, y, photo[i]);
  }
}

double truth_homography(const struct truth *truth, double homography[9]) {
  double golden[GRID][2], photo[GRID][2];
  correspondences(truth, golden, photo);
  return homography_fit((const double(*)[2])golden, (const double(*)[2])photo, GRID, homography);
}

void truth_golden_box(const struct truth *truth, const struct defect *defect, double box[4]) {
  double low[2] = {1e9, 1e9}, high[2] = {-1e9, -1e9};
  int width = defect->box.x1 - defect->box.x0;
  for (int y = defect->box.y0; y < defect->box.y1; y++)
    for (int x = defect->box.x0; x < defect->box.x1; x++) {
      if (!defect->mask[(y - defect->box.y0) * width + x - defect->box.x0]) continue;
      double product[2], golden[2];
      mapping_unproject(&truth->shot->mapping, x, y, product);
      mapping_project(&truth->golden->mapping, product[0], product[1], golden);
      for (int k = 0; k < 2; k++) low[k] = fmin(low[k], golden[k] - 0.5), high[k] = fmax(high[k], golden[k] + 0.5);
    }
  box[0] = low[0], box[1] = low[1], box[2] = high[0] - low[0], box[3] = high[1] - low[1];
}

/* Rounded to `places` decimals, never -0. */
static json_t *number(double value, int places) {
  double scale = 1;
  for (int i = 0; i < places; i++) scale *= 10;
  return json_real(rint(value * scale) / scale + 0.0);
}

static json_t *numbers(const double *values, int count, int places) {
  json_t *array = json_array();
  for (int i = 0; i < count; i++) json_array_append_new(array, number(values[i], places));
  return array;
}

static json_t *defect_json(const struct truth *truth, int index) {
  const struct defect *d = &truth->defects[index];
  double golden_box[4];
  truth_golden_box(truth, d, golden_box);
  int w = d->box.x1 - d->box.x0, h = d->box.y1 - d->box.y0;
  return json_pack("{s:s, s:s, s:s, s:[i,i,i,i], s:o, s:s, s:i, s:o, s:o, s:o, s:o, s:o}", "class",
                   defect_class_names[d->class], "severity", d->severity, "where", d->where, "box", d->box.x0,
                   d->box.y0, w, h, "golden_box", numbers(golden_box, 4, 2), "mask", truth->masks[index], "area_px",
                   d->area, "size_px", number(d->width, 2), "length_px", number(d->length, 2), "thickness_px",
                   number(d->thickness, 2), "contrast", number(d->contrast, 2), "product_box_mm",
                   numbers(d->product_box, 4, 3));
}

static json_t *grid_json(const struct truth *truth, bool corners) {
  double golden[GRID][2], photo[GRID][2];
  correspondences(truth, golden, photo);
  static const int ends[4] = {0, GRID_X - 1, GRID - 1, GRID - GRID_X};
  json_t *array = json_array();
  for (int i = 0; i < (corners ? 4 : GRID); i++) {
    int at = corners ? ends[i] : i;
    double row[4] = {golden[at][0], golden[at][1], photo[at][0], photo[at][1]};
    json_array_append_new(array, numbers(corners ? row + 2 : row, corners ? 2 : 4, 3));
  }
  return array;
}

static json_t *dimensions_json(const struct truth *truth) {
  json_t *array = json_array();
  for (int i = 0; i < truth->scene->dimension_count; i++)
    json_array_append_new(array, json_pack("{s:s, s:o, s:o, s:s}", "name", truth->scene->dimensions[i].name, "value",
                                           number(truth->dimensions[i], 5), "nominal",
                                           number(truth->scene->dimensions[i].nominal, 5), "unit", "mm"));
  return array;
}

static json_t *group_json(const struct unit *unit) {
  const struct plan_names names = plan_names(unit);
  json_t *drift = json_array();
  if (unit->creep != 0) json_array_append_new(drift, json_string("dimension"));
  if (unit->other_ink) json_array_append_new(drift, json_string("colour"));
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "lot", names.lot, "factory", names.factory, "line", names.line,
                   "shift", names.shift, "unit", names.unit, "drift", drift);
}

static json_t *loose_json(const struct truth *truth) {
  if (!truth->loose) return json_null();
  const struct part *part = &truth->scene->parts[truth->loose->parts[0].part];
  double moved[2] = {truth->loose->parts[0].dx, truth->loose->parts[0].dy}, from[2], to[2];
  double x = (part->x0 + part->x1) / 2, y = (part->y0 + part->y1) / 2;
  mapping_project(&truth->golden->mapping, x, y, from);
  mapping_project(&truth->golden->mapping, x + moved[0], y + moved[1], to);
  double pixels[2] = {to[0] - from[0], to[1] - from[1]};
  return json_pack("{s:s, s:o, s:o}", "part", part->name, "moved_mm", numbers(moved, 2, 4), "moved_px",
                   numbers(pixels, 2, 4));
}

static json_t *camera_json(const struct truth *truth) {
  const struct shot *s = truth->shot;
  double degrees = 180 / NUMBER_PI, tilt[2] = {s->pose.tilt[0] * degrees, s->pose.tilt[1] * degrees};
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "rotate_deg",
                   number(s->pose.rotate * degrees, 4), "tilt_deg", numbers(tilt, 2, 4), "px_per_mm",
                   number(s->pose.scale, 6), "centre", numbers(s->pose.centre, 2, 3), "distortion",
                   number(s->pose.distortion, 6), "gradient", number(s->light.gradient, 4), "exposure",
                   number(s->light.exposure, 4), "cast", numbers(s->light.cast, 3, 4), "blur_px", number(s->blur, 3),
                   "electrons", number(s->electrons, 0), "gamma", number(s->gamma, 4), "quality", truth->quality);
}

enum status truth_line(const struct truth *truth, char **line, struct fault *fault) {
  double homography[9];
  double rms = truth_homography(truth, homography);
  json_t *h = json_array(), *defects = json_array();
  for (int i = 0; i < 9; i++) json_array_append_new(h, json_real(homography[i]));
  for (int i = 0; i < truth->defect_count; i++) json_array_append_new(defects, defect_json(truth, i));
  json_t *object = json_pack(
      "{s:s, s:s, s:s?, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "photo", truth->photo, "golden",
      "golden/000.jpg", "spoiled", truth->unit->spoil == SPOIL_NONE ? NULL : spoil_names[truth->unit->spoil - 1],
      "defective", truth->defect_count > 0, "defects", defects, "homography", h, "homography_rms_px", number(rms, 4),
      "corners", grid_json(truth, true), "golden_corners", json_null(), "loose", loose_json(truth), "dimensions",
      dimensions_json(truth), "group", truth->unit->index < 0 ? json_null() : group_json(truth->unit), "captured",
      truth->unit->captured, "camera", camera_json(truth), "grid", grid_json(truth, false));
  if (object) {
    struct truth golden = *truth;
    golden.shot = truth->golden;
    json_object_set_new(object, "golden_corners", grid_json(&golden, true));
    json_object_set_new(object, "material",
                        truth->swapped < 0
                            ? json_null()
                            : json_pack("{s:s, s:o, s:o}", "zone", panels_name(truth->swapped), "delta_e",
                                        number(truth->delta_e, 3), "shown_delta_e", number(truth->shown_delta_e, 3)));
  }
  char *text = object ? json_dumps(object, JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12)) : NULL;
  json_decref(object);
  *line = NULL;
  if (text && asprintf(line, "%s\n", text) < 0) *line = NULL;
  free(text);
  return *line ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "%s: out of memory for its truth", truth->photo);
}
