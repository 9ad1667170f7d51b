#include "datasets/set_files.h"

#include "datasets/panels.h"

#include <cairo.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum status write_text(const char *folder, const char *name, const char *text, struct fault *fault) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  if (!file) return fault_set(fault, STATUS_IO, "%s: cannot be written: %s", path, strerror(errno));
  bool failed = fputs(text, file) < 0;
  failed |= fclose(file) != 0;
  return failed ? fault_set(fault, STATUS_IO, "%s: writing failed: %s", path, strerror(errno)) : STATUS_OK;
}

enum status set_write_folders(const char *out, struct fault *fault) {
  if (strlen(out) > 4000) return fault_set(fault, STATUS_USAGE, "--out: the path is longer than 4000 bytes");
  if (mkdir(out, 0777) && errno != EEXIST) return fault_set(fault, STATUS_IO, "%s: %s", out, strerror(errno));
  DIR *folder = opendir(out);
  if (!folder) return fault_set(fault, STATUS_IO, "%s: %s", out, strerror(errno));
  int entries = 0;
  while (readdir(folder)) entries++;
  closedir(folder);
  if (entries > 2) return fault_set(fault, STATUS_USAGE, "--out: %s is not empty; a new or empty folder expected", out);
  static const char *const names[] = {"golden", "photos", "masks"};
  for (int i = 0; i < 3; i++) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", out, names[i]);
    if (mkdir(path, 0777)) return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  }
  return STATUS_OK;
}

enum status set_write_mask(const char *out, const char *name, const struct shot *shot, const struct defect *defect,
                           struct fault *fault) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%s", out, name);
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, shot->width, shot->height);
  unsigned char *data = cairo_image_surface_get_data(surface);
  int stride = cairo_image_surface_get_stride(surface), width = defect->box.x1 - defect->box.x0;
  for (int y = defect->box.y0; data && y < defect->box.y1; y++)
    memcpy(data + (size_t)y * (size_t)stride + defect->box.x0,
           defect->mask + (size_t)(y - defect->box.y0) * (size_t)width, (size_t)width);
  cairo_surface_mark_dirty(surface);
  cairo_status_t failed = cairo_surface_write_to_png(surface, path);
  cairo_surface_destroy(surface);
  return failed ? fault_set(fault, STATUS_IO, "%s: %s", path, cairo_status_to_string(failed)) : STATUS_OK;
}

static bool camera_is_fixed(const struct options *options) {
  return options->scale == 0 && options->tilt == 0 && options->distortion == 0;
}

/* A gauge a dimension, found in golden pixels, and its limits: only where the camera stands fixed, for then the scale
 * does not come from the product. */
static void write_dimensions(const struct set_facts *facts, FILE *out) {
  const struct scene *scene = facts->scene;
  if (!camera_is_fixed(facts->options) || !scene->dimension_count) return;
  double scale = facts->golden->pose.scale;
  fprintf(out, "dimensions:\n");
  for (int i = 0; i < scene->dimension_count; i++) {
    const struct dimension *d = &scene->dimensions[i];
    const struct item *items[2] = {&scene->items[d->a], d->b < 0 ? NULL : &scene->items[d->b]};
    if (items[0]->kind != ITEM_HOLE && items[0]->kind != ITEM_DISC) continue;
    for (int k = 0; k < 2 && items[k]; k++) {
      double centre[2];
      mapping_project(&facts->golden->mapping, items[k]->x, items[k]->y, centre);
      fprintf(out, "  - {name: %s_%c, gauge: circle, centre: [%.2f, %.2f], radius: %.2f, search: %.1f}\n", d->name,
              'a' + k, centre[0], centre[1], items[k]->w / 2 * scale, fmax(1.0 * scale, 5));
    }
    if (items[1])
      fprintf(out, "  - {name: %s, measure: distance, of: [%s_a, %s_b]", d->name, d->name, d->name);
    else
      fprintf(out, "  - {name: %s, measure: diameter, of: %s_a", d->name, d->name);
    fprintf(out, ", lower: %.3f, upper: %.3f, unit: mm}\n", d->nominal - d->tolerance, d->nominal + d->tolerance);
  }
}

/* The product's outline a little inwards: the cut edge itself is not compared. Its corners are as round as the
 * product's, so that no ground lies inside. */
static void write_zone(const struct set_facts *facts, FILE *out) {
  static const double inset = 0.8; /* mm */
  enum { CORNERS = 4, STEPS = 4 };
  const struct scene *scene = facts->scene;
  double radius = fmax(scene->corner - inset, 0), quarter = acos(-1) / 2;
  int steps = radius > 0 ? STEPS : 1;
  fprintf(out, "zones:\n  - {name: product, polygon: [");
  for (int i = 0; i < CORNERS * steps; i++) {
    int corner = i / steps;
    bool right = corner == 1 || corner == 2, low = corner > 1;
    double angle = quarter * (corner + 2 + (steps > 1 ? (double)(i % steps) / (steps - 1) : 0)), at[2];
    double x = right ? scene->width - inset - radius : inset + radius;
    double y = low ? scene->height - inset - radius : inset + radius;
    mapping_project(&facts->golden->mapping, x + radius * cos(angle), y + radius * sin(angle), at);
    fprintf(out, "%s[%.1f, %.1f]", i ? ", " : "", at[0], at[1]);
  }
  fprintf(out, "], severity: major}\n");
}

/* The panels and the card, which is the reference. */
static void write_panels(const struct set_facts *facts, FILE *out) {
  for (int i = 0; i <= PANELS; i++) {
    double box[4];
    panels_box(facts->scene, i, box);
    fprintf(out, "%s  - {name: %s, polygon: [", i ? "" : "zones:\n", panels_name(i));
    for (int k = 0; k < 4; k++) {
      double at[2];
      mapping_project(&facts->golden->mapping, box[k == 1 || k == 2 ? 2 : 0], box[k > 1 ? 3 : 1], at);
      fprintf(out, "%s[%.1f, %.1f]", k ? ", " : "", at[0], at[1]);
    }
    fprintf(out, "], severity: major%s}\n", facts->options->season ? ", tolerance: {delta_e: 6}" : "");
  }
}

/* The loose part, whose place is judged from half of what it is moved by. */
static void write_loose(const struct set_facts *facts, FILE *out) {
  static const double margin = 0.6; /* mm */
  int index = facts->options->loose > 0 ? scene_loose_part(facts->scene) : -1;
  if (index < 0) return;
  const struct part *part = &facts->scene->parts[index];
  fprintf(out, "  - {name: %s, polygon: [", part->name);
  for (int i = 0; i < 4; i++) {
    double at[2];
    mapping_project(&facts->golden->mapping, i == 1 || i == 2 ? part->x1 + margin : part->x0 - margin,
                    i > 1 ? part->y1 + margin : part->y0 - margin, at);
    fprintf(out, "%s[%.1f, %.1f]", i ? ", " : "", at[0], at[1]);
  }
  fprintf(out, "], rigid: true, moves: %g, moves_unit: mm}\n", facts->options->loose / 2);
}

/* Millimetres for the loose part: on the product's plane golden pixels have a size. */
static void write_scale(const struct set_facts *facts, FILE *out) {
  bool dimensions = camera_is_fixed(facts->options) && facts->scene->dimension_count;
  if (dimensions || facts->options->loose > 0)
    fprintf(out, "scale: {source: fixture, mm_per_px: %.9f}\n", 1 / facts->golden->pose.scale);
}

enum status set_write_spec(const struct set_facts *facts, struct fault *fault) {
  static const char *const products[] = {"label", "board", "plate"};
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return fault_set(fault, STATUS_MEMORY, "out of memory for golden.yaml");
  fprintf(memory, "name: synth-%s-%d\nalignment: {model: %s}\noutside: ignore\ncolour: {reference: %s}\n",
          products[facts->options->product], facts->options->seed,
          camera_is_fixed(facts->options) ? "rigid" : "homography",
          facts->options->card ? panels_name(PANELS) : "none");
  if (facts->options->card)
    write_panels(facts, memory);
  else
    write_zone(facts, memory);
  write_loose(facts, memory);
  fprintf(memory, "photo: {curve: srgb}\n");
  write_scale(facts, memory);
  write_dimensions(facts, memory);
  if (facts->options->season) fprintf(memory, "aql: {level: II, critical: 0, major: 2.5, minor: 4.0}\n");
  bool failed = ferror(memory) != 0;
  failed |= fclose(memory) != 0;
  enum status status = failed ? fault_set(fault, STATUS_MEMORY, "out of memory for golden.yaml")
                              : write_text(facts->options->out, "golden.yaml", text, fault);
  free(text);
  return status;
}

enum status set_write_lists(const struct set_facts *facts, struct fault *fault) {
  const struct options *options = facts->options;
  static const char *const names[] = {"golden_truth.jsonl", "truth.jsonl", "manifest.csv"};
  enum status status = STATUS_OK;
  for (int list = 0; list < 3 && status == STATUS_OK; list++) {
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory) return fault_set(fault, STATUS_MEMORY, "out of memory for %s", names[list]);
    if (list == 2) fputs("photo,lot,factory,line,shift,unit,captured\n", memory);
    for (int i = 0; i < (list ? options->count : options->goldens); i++) {
      const struct plan_names from = plan_names(&facts->units[list ? i : 0]);
      if (list < 2)
        fputs(facts->lines[list ? options->goldens + i : i], memory);
      else
        fprintf(memory, "photos/%05d.jpg,%s,%s,%s,%s,%s,%s\n", i, from.lot, from.factory, from.line, from.shift,
                from.unit, facts->units[i].captured);
    }
    bool failed = ferror(memory) != 0;
    failed |= fclose(memory) != 0;
    status = failed ? fault_set(fault, STATUS_MEMORY, "out of memory for %s", names[list])
                    : write_text(options->out, names[list], text, fault);
    free(text);
  }
  return status;
}
