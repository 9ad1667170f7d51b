#include "cli/report/groups.h"

#include "cli/comparison.h"
#include "cli/group_images.h"
#include "cli/group_keeper.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- what was measured and what differs ---- */

static void append(void *list, const struct comparison_finding *finding) {
  json_array_append_new(list, comparison_finding_to_json(finding));
}

/* As assay lot compare gives it, its findings as objects. */
static enum status put_comparison(const struct compare *compare, struct text *out, struct fault *fault) {
  struct compare_results results;
  enum status status = compare_work_out(compare, &results, fault);
  if (status) return status;
  json_t *json = comparison_to_json(compare, &results), *findings = json_array();
  comparison_findings(compare, &results, append, findings);
  json_object_set_new(json, "findings", findings);
  char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
  json_decref(json);
  compare_results_free(&results);
  if (!text) return fault_set(fault, STATUS_MEMORY, "out of memory for the report");
  text_put(out, text);
  free(text);
  return STATUS_OK;
}

enum status report_comparisons_json(const struct report_data *data, struct text *out, struct fault *fault) {
  enum status status = STATUS_OK;
  size_t shown = 0;
  text_put(out, "[");
  for (int i = 0; i < REPORT_COMPARED && !status; i++) {
    if (data->compares[i].units.count < 2) continue;
    if (shown++) text_put(out, ",");
    status = put_comparison(&data->compares[i], out, fault);
  }
  text_put(out, "]");
  return !status && out->failed ? fault_set(fault, STATUS_MEMORY, "out of memory for the report") : status;
}

/* ---- pictures ---- */

struct showing {
  const struct group_images *images;
  struct text *out;
  size_t count, pictures;
};

static cairo_status_t add_bytes(void *text, const unsigned char *bytes, unsigned size) {
  text_add(text, (const char *)bytes, size);
  return CAIRO_STATUS_SUCCESS;
}

static void put_picture(struct text *out, const struct group_finding *finding) {
  struct text png = {0};
  cairo_surface_t *surface = group_finding_picture(finding);
  out->failed |= !surface || cairo_surface_write_to_png_stream(surface, add_bytes, &png) || png.failed;
  if (surface) cairo_surface_destroy(surface);
  size_t room = sodium_base64_encoded_len(png.size, sodium_base64_VARIANT_ORIGINAL);
  char *encoded = out->failed ? NULL : malloc(room);
  if (encoded) {
    sodium_bin2base64(encoded, room, (const unsigned char *)png.bytes, png.size, sodium_base64_VARIANT_ORIGINAL);
    text_put(out, ",\"picture\":\"data:image/png;base64,");
    text_put(out, encoded);
    text_put(out, "\"");
  }
  out->failed |= !encoded;
  free(encoded);
  text_free(&png);
}

static enum status put_finding(void *context, const struct group_finding *finding, struct fault *fault) {
  struct showing *showing = context;
  json_t *json = group_finding_json(showing->images, finding);
  char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
  json_decref(json);
  if (!text) return fault_set(fault, STATUS_MEMORY, "out of memory for the report");
  if (showing->count++) text_put(showing->out, ",");
  text_add(showing->out, text, strlen(text) - 1);
  if (finding->map.area_count && showing->pictures++ < REPORT_GROUP_PICTURES) put_picture(showing->out, finding);
  text_put(showing->out, "}");
  free(text);
  return STATUS_OK;
}

enum status report_groups_json(const struct report_data *data, const struct report_folders *folders, struct text *out,
                               struct fault *fault) {
  static const char *const keys[] = {"lot", "shift", "line", "factory"};
  struct showing showing = {.out = out};
  enum status status = STATUS_OK;
  text_put(out, "[");
  for (size_t i = 0; i < sizeof keys / sizeof *keys && !status; i++) {
    struct group_images images = {0};
    status = group_images_read(folders, keys[i], data->only_factory, &images, fault);
    showing.images = &images;
    /* One group of a shift, line or factory says no more than the lots do. */
    if (!status && images.count > (i > 0))
      status = group_images_compare(&images, GROUP_RATE, put_finding, &showing, fault);
    group_images_free(&images);
  }
  text_put(out, "]");
  return !status && out->failed ? fault_set(fault, STATUS_MEMORY, "out of memory for the report") : status;
}
