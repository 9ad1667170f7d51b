#include "cli/group_keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITTEN_TOGETHER = 32 };

static enum status name_golden(struct group *group, const struct golden *golden, struct fault *fault) {
  memcpy(group->golden, golden->sha256, sizeof group->golden);
  snprintf(group->golden_name, sizeof group->golden_name, "%s", golden->spec.name);
  group->golden_version = golden->version;
  size_t count = golden->spec.zone_count;
  group->zones = count ? calloc(count, sizeof *group->zones) : NULL;
  for (size_t i = 0; group->zones && i < count; i++) {
    group->zones[i] = strdup(golden->spec.zones[i].name);
    if (!group->zones[i]) break;
    group->zone_count++;
  }
  return group->zone_count == count ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "group image: out of memory");
}

enum status group_keeper_golden(struct group_keeper *keeper, const struct golden *golden,
                                const struct inspection *inspection, struct fault *fault) {
  const uint8_t *labels = NULL;
  const struct group_image *image = inspection_golden_group(inspection, &labels);
  if (!image) return STATUS_OK;
  struct group group = {.golden_version = 0};
  char *path = group_golden_path(keeper->folder, golden->sha256);
  enum status status = path ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  if (!status) status = name_golden(&group, golden, fault);
  if (!status) status = group_image_begin(&group.image, image->width, image->height, image->colour, fault);
  if (!status) status = group_image_add(&group.image, image, fault);
  size_t pixels = (size_t)image->layer[GROUP_LUMA].width * (size_t)image->layer[GROUP_LUMA].height;
  group.labels = status ? NULL : malloc(pixels);
  if (!status && !group.labels) status = fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  if (!status) {
    memcpy(group.labels, labels, pixels);
    status = group_write(path, &group, fault);
  }
  group_free(&group);
  free(path);
  return status;
}

/* ---- a desk's group ---- */

static const char *text_of(const struct job *job, int text) {
  const char *const texts[GROUP_TEXTS] = {job->factory, job->line, job->shift, job->lot};
  return texts[text];
}

static bool same(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

static bool is_of(const struct group_desk *desk, const struct job *job) {
  for (int i = 0; i < GROUP_TEXTS; i++)
    if (!same(desk->texts[i], text_of(job, i))) return false;
  return desk->begun;
}

static void leave(struct group_desk *desk) {
  for (int i = 0; i < GROUP_TEXTS; i++) {
    free(desk->texts[i]);
    desk->texts[i] = NULL;
  }
  id_set_free(&desk->known);
  desk->known = (struct id_set){0};
  desk->begun = false;
}

void group_desk_free(struct group_desk *desk) {
  leave(desk);
  free(desk->ids);
  memset(desk, 0, sizeof *desk);
}

static char *path_of(const struct group_keeper *keeper, const struct group_desk *desk, const struct golden *golden) {
  return group_path(keeper->folder, golden->sha256, (const char *const *)desk->texts);
}

static enum status remember(struct group_desk *desk, const struct group *group, struct fault *fault) {
  for (size_t i = 0; i < group->id_count; i++) {
    struct id128 id;
    size_t index;
    bool known;
    memcpy(&id, group->ids[i], sizeof id);
    if (!id_set_add(&desk->known, &id, &index, &known))
      return fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  }
  return STATUS_OK;
}

/* Turns to a job's group and learns which photos its image has. */
static enum status turn_to(struct group_keeper *keeper, struct group_desk *desk, const struct golden *golden,
                           const struct job *job, struct fault *fault) {
  leave(desk);
  struct group group = {.golden_version = 0};
  enum status status = STATUS_OK;
  for (int i = 0; i < GROUP_TEXTS && !status; i++)
    if (text_of(job, i) && !(desk->texts[i] = strdup(text_of(job, i))))
      status = fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  if (!status && !desk->ids && !(desk->ids = malloc((size_t)WRITTEN_TOGETHER * sizeof *desk->ids)))
    status = fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  char *path = status ? NULL : path_of(keeper, desk, golden);
  if (!status && !path) status = fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  if (!status && !access(path, F_OK)) {
    status = group_read(path, &group, fault);
    if (!status) status = remember(desk, &group, fault);
  }
  desk->begun = !status;
  group_free(&group);
  free(path);
  return status;
}

static enum status begin_group(const struct group_desk *desk, const struct golden *golden,
                               const struct group_image *shape, struct group *group, struct fault *fault) {
  enum status status = name_golden(group, golden, fault);
  for (int i = 0; i < GROUP_TEXTS && !status; i++)
    if (desk->texts[i] && !(group->texts[i] = strdup(desk->texts[i])))
      status = fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  return status ? status : group_image_begin(&group->image, shape->width, shape->height, shape->colour, fault);
}

static enum status add_ids(const struct group_desk *desk, struct group *group, struct fault *fault) {
  void *larger = realloc(group->ids, (group->id_count + desk->waiting) * sizeof *group->ids);
  if (!larger) return fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  group->ids = larger;
  memcpy(group->ids + group->id_count, desk->ids, desk->waiting * sizeof *desk->ids);
  group->id_count += desk->waiting;
  return STATUS_OK;
}

enum status group_keeper_flush(struct group_keeper *keeper, struct group_desk *desk, const struct golden *golden,
                               struct inspection *inspection, struct fault *fault) {
  if (!desk->waiting) return STATUS_OK;
  struct group group = {.golden_version = 0};
  const struct group_image *shape = inspection_golden_group(inspection, NULL);
  char *path = path_of(keeper, desk, golden);
  enum status status = path ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  pthread_mutex_lock(&keeper->mutex);
  if (!status && !access(path, F_OK))
    status = group_read(path, &group, fault);
  else if (!status)
    status = begin_group(desk, golden, shape, &group, fault);
  if (!status) status = inspect_group_take(inspection, &group.image, fault);
  if (!status) status = add_ids(desk, &group, fault);
  if (!status) status = group_write(path, &group, fault);
  pthread_mutex_unlock(&keeper->mutex);
  desk->waiting = 0;
  group_free(&group);
  free(path);
  return status;
}

static void id_bytes(const struct job *job, uint8_t bytes[GROUP_ID_BYTES]) {
  struct id128 id = {0};
  id128_parse(job->id, &id);
  memcpy(bytes, &id, sizeof id);
}

enum status group_keeper_add(struct group_keeper *keeper, struct group_desk *desk, const struct golden *golden,
                             struct inspection *inspection, const struct job *job, struct fault *fault) {
  enum status status = STATUS_OK;
  if (!is_of(desk, job)) {
    status = group_keeper_flush(keeper, desk, golden, inspection, fault);
    if (!status) status = turn_to(keeper, desk, golden, job, fault);
  }
  struct id128 id;
  size_t index;
  bool known = false, added = false;
  if (status || !id128_parse(job->id, &id)) return status;
  if (!id_set_add(&desk->known, &id, &index, &known))
    return fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  if (known) return STATUS_OK;
  status = inspect_group_add(inspection, &added, fault);
  if (!status && added) id_bytes(job, desk->ids[desk->waiting++]);
  if (!status && desk->waiting == WRITTEN_TOGETHER)
    status = group_keeper_flush(keeper, desk, golden, inspection, fault);
  return status;
}
