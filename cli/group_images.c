#include "cli/group_images.h"

#include "cli/group_keeper.h"
#include "cli/message.h"
#include "engine/lots/lots.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static void free_groups(struct group *groups, size_t count) {
  for (size_t i = 0; i < count; i++) group_free(&groups[i]);
  free(groups);
}

void group_images_free(struct group_images *images) {
  free_groups(images->items, images->count);
  free_groups(images->goldens, images->golden_count);
  memset(images, 0, sizeof *images);
}

static enum status push(struct group **items, size_t *count, struct group *group, struct fault *fault) {
  struct group *larger = realloc(*items, (*count + 1) * sizeof **items);
  if (!larger) return fault_set(fault, STATUS_MEMORY, "group images: out of memory");
  *items = larger;
  larger[(*count)++] = *group;
  memset(group, 0, sizeof *group);
  return STATUS_OK;
}

static bool same(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

/* How many of a file's photos were counted before; all become counted. */
static enum status count_known(struct id_set *known, const struct group *group, size_t *repeated, struct fault *fault) {
  *repeated = 0;
  for (size_t i = 0; i < group->id_count; i++) {
    struct id128 id;
    size_t index;
    bool was_known;
    memcpy(&id, group->ids[i], sizeof id);
    if (!id_set_add(known, &id, &index, &was_known))
      return fault_set(fault, STATUS_MEMORY, "group images: out of memory");
    *repeated += was_known;
  }
  return STATUS_OK;
}

/* Lines of two factories that have one name are two lines. */
static bool name_line(const struct group_images *images, struct group *group) {
  char *line = group->texts[GROUP_LINE];
  if (images->by != GROUP_LINE || !line || !group->texts[GROUP_FACTORY]) return true;
  char *name = lots_line_name(group->texts[GROUP_FACTORY], line);
  if (!name) return false;
  free(line);
  group->texts[GROUP_LINE] = name;
  return true;
}

/* Adds a file's image to its group; takes `group` over. */
static enum status take_group(struct group_images *images, struct id_set *known, const char *path, struct group *group,
                              struct fault *fault) {
  size_t repeated = 0;
  enum status status = count_known(known, group, &repeated, fault);
  if (status || (repeated && repeated == group->id_count)) return status;
  if (repeated)
    return fault_set(fault, STATUS_INVALID, "%s: %zu of its %zu photos are in another group image too", path, repeated,
                     group->id_count);
  free(group->ids);
  group->ids = NULL, group->id_count = 0;
  if (!name_line(images, group)) return fault_set(fault, STATUS_MEMORY, "out of memory for a group image");
  for (size_t i = 0; i < images->count; i++)
    if (!strcmp(images->items[i].golden, group->golden) &&
        same(images->items[i].texts[images->by], group->texts[images->by])) {
      status = group_image_add(&images->items[i].image, &group->image, fault);
      if (status) fault_prefix(fault, "%s", path);
      return status;
    }
  for (int i = 0; i < GROUP_TEXTS; i++) {
    if (i == (int)images->by) continue;
    free(group->texts[i]);
    group->texts[i] = NULL;
  }
  return push(&images->items, &images->count, group, fault);
}

static enum status take_golden(struct group_images *images, struct group *group, struct fault *fault) {
  for (size_t i = 0; i < images->golden_count; i++)
    if (!strcmp(images->goldens[i].golden, group->golden)) return STATUS_OK;
  return push(&images->goldens, &images->golden_count, group, fault);
}

static bool ends_with(const char *name, const char *ending) {
  size_t length = strlen(name), end = strlen(ending);
  return length > end && !strcmp(name + length - end, ending);
}

static enum status take_file(struct group_images *images, struct id_set *known, const char *factory, const char *folder,
                             const char *name, struct fault *fault) {
  if (!ends_with(name, ".group")) return STATUS_OK;
  char *path = NULL;
  if (asprintf(&path, "%s/%s", folder, name) < 0) return fault_set(fault, STATUS_MEMORY, "group images: out of memory");
  struct group group;
  enum status status = group_read(path, &group, fault);
  if (!status) {
    if (group.labels)
      status = take_golden(images, &group, fault);
    else if (!factory || same(factory, group.texts[GROUP_FACTORY]))
      status = take_group(images, known, path, &group, fault);
    group_free(&group);
  }
  free(path);
  return status;
}

static enum status read_folder(struct group_images *images, struct id_set *known, const char *factory,
                               const char *above, struct fault *fault) {
  char *folder = NULL;
  if (asprintf(&folder, "%s/groups", above) < 0) return fault_set(fault, STATUS_MEMORY, "group images: out of memory");
  struct dirent **names = NULL;
  int count = scandir(folder, &names, NULL, alphasort);
  enum status status = STATUS_OK;
  if (count < 0 && errno != ENOENT && errno != ENOTDIR)
    status = fault_set(fault, STATUS_IO, "%s: %s", folder, strerror(errno));
  for (int i = 0; i < count; i++) {
    if (!status) status = take_file(images, known, factory, folder, names[i]->d_name, fault);
    free(names[i]);
  }
  free(names);
  free(folder);
  return status;
}

static int by_name(const void *a, const void *b) {
  const struct group *p = a, *q = b;
  int order = strcmp(p->golden, q->golden);
  for (int i = 0; i < GROUP_TEXTS && !order; i++) {
    const char *x = p->texts[i] ? p->texts[i] : "", *y = q->texts[i] ? q->texts[i] : "";
    order = strcmp(x, y);
  }
  return order;
}

enum status group_images_read(const struct report_folders *folders, const char *by, const char *factory,
                              struct group_images *images, struct fault *fault) {
  struct id_set known = {0};
  enum status status = STATUS_OK;
  int text = 0;
  *images = (struct group_images){.count = 0};
  while (text < GROUP_TEXTS && strcmp(by, group_text_name((enum group_text)text)) != 0) text++;
  if (text == GROUP_TEXTS) return STATUS_OK;
  images->by = (enum group_text)text;
  for (size_t i = 0; i < folders->count && !status; i++)
    status = read_folder(images, &known, factory, folders->items[i], fault);
  if (images->count) qsort(images->items, images->count, sizeof *images->items, by_name);
  id_set_free(&known);
  if (status) group_images_free(images);
  return status;
}

const char *group_images_keep(struct group_images *images, const char *const *names, size_t count) {
  size_t kept = 0;
  for (size_t k = 0; k < count; k++) {
    bool known = false;
    for (size_t i = 0; i < images->count && !known; i++)
      known = !strcmp(group_name(images, &images->items[i]), names[k]);
    if (!known) return names[k];
  }
  for (size_t i = 0; i < images->count; i++) {
    bool wanted = false;
    for (size_t k = 0; k < count && !wanted; k++) wanted = !strcmp(group_name(images, &images->items[i]), names[k]);
    if (wanted)
      images->items[kept++] = images->items[i];
    else
      group_free(&images->items[i]);
  }
  images->count = kept;
  return NULL;
}

/* ---- comparing ---- */

static bool is_enough(const struct group *group) {
  return group->image.photos >= GROUP_LEAST_PHOTOS;
}

static const struct group *golden_of(const struct group_images *images, const struct group *group) {
  for (size_t i = 0; i < images->golden_count; i++)
    if (!strcmp(images->goldens[i].golden, group->golden)) return &images->goldens[i];
  return NULL;
}

/* Groups of the same golden with enough photos, and whether `at` is the first of them. */
static size_t company(const struct group_images *images, size_t at, bool *first) {
  size_t count = 0;
  *first = true;
  for (size_t i = 0; i < images->count; i++) {
    if (strcmp(images->items[i].golden, images->items[at].golden) != 0 || !is_enough(&images->items[i])) continue;
    if (i < at) *first = false;
    count++;
  }
  return count;
}

static bool has_others(const struct group_images *images, size_t at) {
  bool first;
  size_t count = company(images, at, &first);
  return count > 2 || (count == 2 && first);
}

static size_t comparisons(const struct group_images *images) {
  size_t count = 0;
  for (size_t i = 0; i < images->count; i++) {
    if (!is_enough(&images->items[i])) continue;
    count += golden_of(images, &images->items[i]) != NULL;
    count += has_others(images, i);
  }
  return count;
}

static enum status others_of(const struct group_images *images, size_t at, struct group_image *others,
                             struct fault *fault) {
  const struct group_image *shape = &images->items[at].image;
  enum status status = group_image_begin(others, shape->width, shape->height, shape->colour, fault);
  for (size_t i = 0; i < images->count && !status; i++)
    if (i != at && !strcmp(images->items[i].golden, images->items[at].golden) && is_enough(&images->items[i]))
      status = group_image_add(others, &images->items[i].image, fault);
  return status;
}

enum status group_images_compare(const struct group_images *images, double rate,
                                 enum status (*each)(void *context, const struct group_finding *finding,
                                                     struct fault *fault),
                                 void *context, struct fault *fault) {
  size_t all = comparisons(images);
  enum status status = STATUS_OK;
  for (size_t i = 0; i < 2 * images->count && !status; i++) {
    size_t at = i / 2;
    const struct group *group = &images->items[at], *golden = golden_of(images, group);
    struct group_finding finding = {.group = group,
                                    .golden = golden,
                                    .against_golden = i % 2 == 0,
                                    .photos = group->image.photos,
                                    .rate = rate / (double)all};
    struct group_image others = {.photos = 0};
    if (!is_enough(group) || (finding.against_golden ? !golden : !has_others(images, at))) continue;
    if (!finding.against_golden) status = others_of(images, at, &others, fault);
    if (status) break;
    const struct group_image *against = finding.against_golden ? &golden->image : &others;
    finding.against_photos = against->photos;
    const struct group_terms terms = {finding.rate, GROUP_LEAST_PHOTOS, finding.against_golden,
                                      golden ? golden->labels : NULL};
    status = group_compare(against, &group->image, &terms, &finding.map, fault);
    if (!status) status = each(context, &finding, fault);
    group_map_free(&finding.map);
    group_image_free(&others);
  }
  return status;
}

/* ---- words ---- */

const char *group_name(const struct group_images *images, const struct group *group) {
  return group->texts[images->by] ? group->texts[images->by] : "";
}

const char *group_zone(const struct group_finding *finding, const struct group_area *area) {
  enum { FIRST = 2 };
  const struct group *golden = finding->golden;
  if (!golden || area->label < FIRST || (size_t)(area->label - FIRST) >= golden->zone_count) return "";
  return golden->zones[area->label - FIRST];
}

void group_area_text(const struct group_area *area, char *text, size_t size) {
  const double *d = area->difference, *u = area->uncertainty;
  switch (area->kind) {
  case GROUP_MOVED:
    snprintf(text, size, "lies %.2f px to the %s and %.2f px %s (+- %.2f)",
             d[GROUP_SHIFT_X] < 0 ? -d[GROUP_SHIFT_X] : d[GROUP_SHIFT_X], d[GROUP_SHIFT_X] < 0 ? "left" : "right",
             d[GROUP_SHIFT_Y] < 0 ? -d[GROUP_SHIFT_Y] : d[GROUP_SHIFT_Y], d[GROUP_SHIFT_Y] < 0 ? "up" : "down",
             u[GROUP_SHIFT_X] > u[GROUP_SHIFT_Y] ? u[GROUP_SHIFT_X] : u[GROUP_SHIFT_Y]);
    break;
  case GROUP_COLOUR:
    snprintf(text, size, "colour differs: luma %+.1f +- %.1f, Cb %+.1f +- %.1f, Cr %+.1f +- %.1f", d[GROUP_LUMA],
             u[GROUP_LUMA], d[GROUP_CB], u[GROUP_CB], d[GROUP_CR], u[GROUP_CR]);
    break;
  case GROUP_LIGHT:
    snprintf(text, size, "brightness differs softly by %+.1f +- %.1f grey levels: light, gloss or material",
             d[GROUP_SHADE], u[GROUP_SHADE]);
    break;
  default:
    snprintf(text, size, "print or form differs by %+.1f +- %.1f grey levels", d[GROUP_LUMA], u[GROUP_LUMA]);
  }
}

static json_t *planes_json(const double values[GROUP_PLANES]) {
  json_t *json = json_object();
  for (int i = 0; i < GROUP_PLANES; i++) {
    double v = values[i];
    if (!(v > -1e9 && v < 1e9)) continue;
    json_object_set_new(json, group_plane_name((enum group_plane)i),
                        json_real((double)(int64_t)(v * 1e3 + (v < 0 ? -0.5 : 0.5)) / 1e3));
  }
  return json;
}

static json_t *area_json(const struct group_finding *finding, const struct group_area *area) {
  char text[256];
  group_area_text(area, text, sizeof text);
  return json_pack("{s:s, s:[i,i,i,i], s:s, s:[f,f], s:o, s:o, s:s}", "kind", group_kind_name(area->kind), "box",
                   (int)area->box[0], (int)area->box[1], (int)area->box[2], (int)area->box[3], "zone",
                   group_zone(finding, area), "at", area->x, area->y, "difference", planes_json(area->difference),
                   "uncertainty", planes_json(area->uncertainty), "text", text);
}

json_t *group_finding_json(const struct group_images *images, const struct group_finding *finding) {
  json_t *areas = json_array();
  for (size_t i = 0; i < finding->map.area_count; i++)
    json_array_append_new(areas, area_json(finding, &finding->map.areas[i]));
  return json_pack("{s:{s:s, s:I, s:s}, s:s, s:s, s:s, s:I, s:I, s:f, s:I, s:o, s:I}", "golden", "name",
                   finding->group->golden_name, "version", (json_int_t)finding->group->golden_version, "sha256",
                   finding->group->golden, "by", group_text_name(images->by), "group",
                   group_name(images, finding->group), "against", finding->against_golden ? "golden" : "others",
                   "photos", (json_int_t)finding->photos, "against_photos", (json_int_t)finding->against_photos, "rate",
                   finding->rate, "tested", (json_int_t)finding->map.tested, "areas", areas, "areas_left_out",
                   (json_int_t)finding->map.areas_left_out);
}
