#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/group_images.h"
#include "cli/group_keeper.h"
#include "cli/message.h"
#include "cli/output.h"

#include <stdlib.h>
#include <string.h>

struct image_options {
  struct common_options common;
  const char *by, *out;
  struct words only;
};

static const struct option options[] = {{.name = "by",
                                         .kind = OPTION_WORD,
                                         .offset = offsetof(struct image_options, by),
                                         .argument = "lot|shift|line|factory",
                                         .fallback = "lot",
                                         .help = "what makes a group"},
                                        {.name = "only",
                                         .kind = OPTION_LIST,
                                         .offset = offsetof(struct image_options, only),
                                         .argument = "GROUP",
                                         .help = "these groups alone; of two, one against the other"},
                                        {.name = "out",
                                         .kind = OPTION_TEXT,
                                         .offset = offsetof(struct image_options, out),
                                         .argument = "FOLDER",
                                         .help = "gets a map of each comparison that found something"},
                                        {.name = NULL}};

struct showing {
  const struct image_options *given;
  const struct group_images *images;
  size_t comparisons, differ, pictures;
};

static enum status write_picture(struct showing *showing, const struct group_finding *finding, char **path,
                                 struct fault *fault) {
  if (asprintf(path, "%s/group-%03zu.png", showing->given->out, ++showing->pictures) < 0) {
    *path = NULL;
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  cairo_surface_t *surface = group_finding_picture(finding);
  if (!surface) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", *path);
  cairo_status_t written = cairo_surface_write_to_png(surface, *path);
  cairo_surface_destroy(surface);
  return written ? fault_set(fault, STATUS_IO, "%s: %s", *path, cairo_status_to_string(written)) : STATUS_OK;
}

static void print(const struct showing *showing, const struct group_finding *finding, const char *picture) {
  const char *name = group_name(showing->images, finding->group);
  printf("%s %s of %s, %lld photos, against %s (%lld photos): ", group_text_name(showing->images->by),
         *name ? name : "without a name", finding->group->golden_name, (long long)finding->photos,
         finding->against_golden ? "the golden" : "all others", (long long)finding->against_photos);
  if (!finding->map.area_count) printf("no difference found\n");
  for (size_t i = 0; i < finding->map.area_count; i++) {
    const struct group_area *area = &finding->map.areas[i];
    const char *zone = group_zone(finding, area);
    char text[256];
    group_area_text(area, text, sizeof text);
    printf("%s  %d x %d px at (%d, %d)%s%s: %s\n", i ? "" : "\n", area->box[2], area->box[3], area->box[0],
           area->box[1], *zone ? ", zone " : "", zone, text);
  }
  if (finding->map.areas_left_out) printf("  and %zu weaker ones\n", finding->map.areas_left_out);
  if (picture) printf("  %s\n", picture);
}

static enum status show(void *context, const struct group_finding *finding, struct fault *fault) {
  struct showing *showing = context;
  char *picture = NULL;
  enum status status = STATUS_OK;
  showing->comparisons++, showing->differ += finding->map.area_count > 0;
  if (showing->given->out && finding->map.area_count) status = write_picture(showing, finding, &picture, fault);
  if (!status && showing->given->common.json) {
    json_t *json = group_finding_json(showing->images, finding);
    if (json && picture) json_object_set_new(json, "picture", json_string(picture));
    status = output_json(json, fault);
  } else if (!status) {
    print(showing, finding, picture);
  }
  free(picture);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct image_options *given = values;
  const struct words *places = &given->common.operands;
  struct report_folders folders = {0};
  struct group_images images = {0};
  struct showing showing = {.given = given, .images = &images};
  enum status status = report_folders_find(places->items, places->count, &folders, fault);
  if (!status) status = group_images_read(&folders, given->by, NULL, &images, fault);
  if (!status && !images.count)
    status = fault_set(fault, STATUS_MISSING,
                       "no group images beside these results; expected the folder of assay run --out, or that of a "
                       "service whose workers have --out");
  const char *unknown =
      !status && given->only.count ? group_images_keep(&images, given->only.items, given->only.count) : NULL;
  if (unknown) status = fault_set(fault, STATUS_USAGE, "--only %s: there is no %s of that name", unknown, given->by);
  if (!status && given->out) status = folder_make(given->out, fault);
  if (!status) status = group_images_compare(&images, GROUP_RATE, show, &showing, fault);
  if (!status && !showing.comparisons)
    message_note("no group has the %d photos that a comparison needs", (int)GROUP_LEAST_PHOTOS);
  group_images_free(&images);
  report_folders_free(&folders);
  return status ? status : output_flush(fault);
}

const struct command command_lot_image = {
    .name = "lot image",
    .summary = "where the mean photo of a lot, shift or factory differs",
    .text =
        "Mean and variance of all photos of a group, aligned and in the golden's light, against the golden and "
        "against\n"
        "all other groups together: finds what no single photo shows. The maps have at most 320 pixels a side, each "
        "the\n"
        "mean over a tile of the golden; its uncertainty comes from the variance between photos. Of all maps together\n"
        "one in a thousand is expected to show anything where nothing differs (Benjamini and Hochberg). A group needs\n"
        "20 photos. A soft difference of brightness may be light or material: it is named as that.\n\n"
        "Group images are kept by assay run --out and assay worker --out, one of at most 3 MB for each factory, line,\n"
        "shift and lot; a photo judged just before a crash may be missing in them.",
    .example = "  assay lot image inspection\n  assay lot image inspection --by shift --out maps --json",
    .operands = {.usage = "FOLDER...", .least = 1, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct image_options),
    .run = run,
};
