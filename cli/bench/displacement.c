#include "cli/bench/layouts.h"
#include "cli/bench/synthetic.h"
#include "cli/message.h"
#include "cli/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GOLDENS = 5 };

struct displacement {
  bool quiet;
  double mm_per_px;
  long still, regions, alarms; /* photos whose part lies right; false regions on all; parts said to have moved there */
  long moved, named;           /* photos whose part lies off; named rightly */
  double squares, largest;     /* of the error of the displacement, mm */
};

static const struct part_result *part_of(const struct result *result, const char *name) {
  for (size_t i = 0; i < result->part_count; i++)
    if (!strcmp(result->parts[i].name, name)) return &result->parts[i];
  return NULL;
}

/* The finding that a part moved, not one of the ground. */
static bool is_of_part(const struct result *result, const struct region *region) {
  return region->class_ == CLASS_MOVED && part_of(result, region->zone);
}

static bool says_moved(const struct result *result) {
  for (size_t i = 0; i < result->reason_count; i++)
    if (result->reasons[i].code == REASON_MOVED_LABEL) return true;
  return false;
}

static void count_moved(struct displacement *d, const json_t *loose, const struct result *result) {
  const json_t *truth = json_object_get(loose, "moved_px");
  const struct part_result *part = part_of(result, json_string_value(json_object_get(loose, "part")));
  d->moved++;
  if (!part || !says_moved(result)) return;
  double x = part->dx - json_number_value(json_array_get(truth, 0));
  double y = part->dy - json_number_value(json_array_get(truth, 1));
  double error = d->mm_per_px * sqrt(x * x + y * y);
  d->named++;
  d->squares += error * error;
  if (error > d->largest) d->largest = error;
}

static enum status visit(void *context, const json_t *truth, const struct result *result, struct fault *fault) {
  (void)fault;
  struct displacement *d = context;
  const json_t *loose = json_object_get(truth, "loose");
  long regions = 0;
  for (size_t i = 0; i < result->region_count; i++) regions += !is_of_part(result, &result->regions[i]);
  d->regions += regions;
  if (json_is_object(loose))
    count_moved(d, loose, result);
  else
    d->still++, d->alarms += says_moved(result);
  if (!regions || d->quiet) return STATUS_OK;
  progress_hide();
  printf("%s: %s\n", result->photo, result->reasons[0].text);
  return STATUS_OK;
}

static enum status one_set(const struct common_options *common, const char *folder, struct fault *fault) {
  struct synthetic set;
  enum status status = synthetic_open(folder, GOLDENS, NULL, &set, fault);
  if (status) return status;
  struct displacement d = {.quiet = common->json, .mm_per_px = set.golden.spec.mm_per_px};
  const struct synthetic_visit how = {visit, &d};
  status = synthetic_judge(&set, common, &how, fault);
  synthetic_close(&set);
  if (status) return status;
  double rms = d.named ? sqrt(d.squares / (double)d.named) : NAN, largest = d.named ? d.largest : NAN;
  if (common->json)
    return output_json(json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "set", folder, "photos",
                                 (json_int_t)d.still + (json_int_t)d.moved, "moved", (json_int_t)d.moved, "named",
                                 (json_int_t)d.named, "false_moved", (json_int_t)d.alarms, "false_regions",
                                 (json_int_t)d.regions, "rms_mm", d.named ? json_real(rms) : json_null(), "largest_mm",
                                 d.named ? json_real(largest) : json_null()),
                       fault);
  printf("%s: %ld photos, %ld false regions; %ld parts lie right, %ld of them said to have moved\n", folder,
         d.still + d.moved, d.regions, d.still, d.alarms);
  if (d.moved)
    printf("%ld parts moved, %ld found; error of the displacement %.4f mm rms, %.4f mm at most\n", d.moved, d.named,
           rms, largest);
  return STATUS_OK;
}

enum status accuracy_displacement(const struct common_options *common, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 1; i < common->operands.count && !status; i++)
    status = one_set(common, common->operands.items[i], fault);
  return status ? status : output_flush(fault);
}
