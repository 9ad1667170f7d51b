/* What the codes and texts that zones demand make of the verdict. */
#include "engine/read/read.h"
#include "engine/read/words.h"
#include "engine/region.h"

#include <stdlib.h>
#include <string.h>

/* A zone of which less is in the photo is not judged for what cannot be read there. */
static const double WHOLE = 0.98;

/* Of findings: another code was read for certain; a text may be misread, and what cannot be read may be there. */
static const double SURE = 0.99, LESS_SURE = 0.8;

/* Right or wrong is no matter of degree: what is wrong stands at twice the limit, where the score is 0. */
static const double WRONG = 2;

/* ---- opening ---- */

/* The box around a zone's pixels. */
static enum status find_box(const struct inspector *in, const struct photo *masks, struct demand *demand,
                            struct fault *fault) {
  const struct spec_zone *zone = demand->zone;
  struct plane drawn = {calloc((size_t)in->image.width, (size_t)in->image.height), in->image.width, in->image.height,
                        (size_t)in->image.width};
  if (!drawn.pixels) return fault_set(fault, STATUS_MEMORY, "zone %s: out of memory", zone->name);
  double *box = demand->box;
  box[0] = drawn.width, box[1] = drawn.height, box[2] = box[3] = -1;
  enum status status = zones_draw_one(zone, masks ? &masks[zone - in->spec->zones] : NULL, 1, &drawn, fault);
  for (int32_t y = 0; y < drawn.height && !status; y++)
    for (int32_t x = 0; x < drawn.width; x++) {
      if (!drawn.pixels[(size_t)y * drawn.stride + (size_t)x]) continue;
      if (x < box[0]) box[0] = x;
      if (x > box[2]) box[2] = x;
      if (y < box[1]) box[1] = y;
      box[3] = y;
    }
  free(drawn.pixels);
  if (!status && box[2] < 0)
    status = fault_set(fault, STATUS_INVALID, "zone %s: no pixel of it lies in the golden photo, which is %d x %d",
                       zone->name, in->image.width, in->image.height);
  return status;
}

enum status reading_open(struct inspector *in, const struct photo *masks, struct fault *fault) {
  if (!demands_any(in->spec)) return STATUS_OK;
  enum status status = demands_make(in->spec, &in->demands, fault);
  for (size_t i = 0; i < in->demands.count && !status; i++) status = find_box(in, masks, &in->demands.items[i], fault);
  return status ? status : read_possible(&in->demands, fault);
}

/* "a qr that says \"PO-1\"", "\"WARNING\"" or "nothing". */
static void describe_seen(const struct demand *demand, const struct seen *seen, char *text, size_t room) {
  char data[100];
  if (!seen->data) {
    snprintf(text, room, "nothing");
    return;
  }
  words_cut(seen->data, seen->size, data, sizeof data);
  if (demand->text)
    snprintf(text, room, "\"%s\"", data);
  else
    snprintf(text, room, "%s \"%s\"", code_kind_name(seen->kind), data);
}

static void describe_demand(const struct demand *demand, char *text, size_t room) {
  char expected[120];
  demand_expected(demand, expected, sizeof expected);
  snprintf(text, room, "%s %s", demand_name(demand), expected);
}

enum status inspector_check(const struct inspector *in, struct fault *fault) {
  struct read_work work = {.reader = NULL};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < in->demands.count && !status; i++) {
    const struct demand *demand = &in->demands.items[i];
    char read[140], expected[160];
    struct seen seen;
    status = read_demand(demand, &in->image.planes[0], NULL, NULL, &work, &seen, fault);
    if (!status && !seen.fits) {
      describe_seen(demand, &seen, read, sizeof read);
      describe_demand(demand, expected, sizeof expected);
      status = fault_set(fault, STATUS_INVALID,
                         "zone %s: the golden photo itself does not show what is demanded: read %s; expected %s. Check "
                         "kind, value and the zone's place, or give a golden photo in which it can be read",
                         demand->zone->name, read, expected);
    }
    seen_free(&seen);
  }
  read_work_free(&work);
  return status;
}

/* ---- judging ---- */

/* Whether the golden's own would be read in a photo of this scale and sharpness. */
static enum status could_be_read(struct inspection *work, const struct demand *demand, bool *yes, struct fault *fault) {
  const struct pose *pose = &work->alignment.placement.pose;
  const double *box = demand->box;
  const struct read_as as = {.scale = pose_scale_at(pose, 0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3])),
                             .sharpness = work->sighting.sharpness};
  struct seen seen;
  enum status status = read_demand(demand, &work->inspector->image.planes[0], NULL, &as, &work->reading, &seen, fault);
  *yes = seen.fits;
  seen_free(&seen);
  return status;
}

static enum status add_region(struct inspection *work, const struct demand *demand, double confidence,
                              struct result *result, struct fault *fault) {
  const double *box = demand->box;
  const struct finding f = {.left = (int32_t)box[0],
                            .top = (int32_t)box[1],
                            .right = (int32_t)box[2],
                            .bottom = (int32_t)box[3],
                            .area = (int64_t)((box[2] - box[0] + 1) * (box[3] - box[1] + 1)),
                            .peak = WRONG};
  return region_add(work, &f, CLASS_CODE, confidence, demand->zone, result, fault);
}

static void cannot_judge(const struct demand *demand, const struct seen *seen, const char *why, struct result *result) {
  char read[140], expected[160];
  describe_seen(demand, seen, read, sizeof read);
  describe_demand(demand, expected, sizeof expected);
  result_add_reason(result, REASON_CODE, "zone %s: %s; read %s, expected %s", demand->zone->name, why, read, expected);
  if (result->verdict == VERDICT_PASS) result->verdict = VERDICT_CANNOT_JUDGE;
}

static enum status find_wrong(struct inspection *work, const struct demand *demand, const struct seen *seen,
                              struct result *result, struct fault *fault) {
  char read[140], expected[160];
  describe_seen(demand, seen, read, sizeof read);
  describe_demand(demand, expected, sizeof expected);
  result_add_reason(result, REASON_CODE, "zone %s: read %s; expected %s", demand->zone->name, read, expected);
  result->verdict = VERDICT_FAIL, result->score = 0;
  return add_region(work, demand, seen->kind != CODE_NONE ? SURE : LESS_SURE, result, fault);
}

/* What a code says is not doubted, nor is the absence of what the golden's would show; all else may be the photo's. */
static enum status judge_unfit(struct inspection *work, const struct demand *demand, const struct seen *seen,
                               struct result *result, enum verdict *verdict, struct fault *fault) {
  bool readable = seen->kind != CODE_NONE;
  enum status status = STATUS_OK;
  *verdict = VERDICT_CANNOT_JUDGE;
  if (!readable && seen->share < WHOLE) {
    cannot_judge(demand, seen, "not all of it is in the photo: take it again with all of it in view", result);
    return STATUS_OK;
  }
  if (!readable) status = could_be_read(work, demand, &readable, fault);
  if (status) return status;
  if (!readable) {
    cannot_judge(demand, seen,
                 "the golden's own could not be read from so soft or small a photo: focus, go nearer or use a higher "
                 "resolution",
                 result);
    return STATUS_OK;
  }
  *verdict = VERDICT_FAIL;
  return find_wrong(work, demand, seen, result, fault);
}

static void fill(const struct demand *demand, const struct seen *seen, enum verdict verdict,
                 struct reading_result *out) {
  const struct spec_zone *zone = demand->zone;
  const char *value = demand->text ? zone->text.value : zone->code.value;
  const char *pattern = demand->text ? zone->text.pattern : zone->code.pattern;
  memcpy(out->zone, zone->name, sizeof out->zone);
  snprintf(out->demand, sizeof out->demand, "%s", demand_name(demand));
  snprintf(out->expected, sizeof out->expected, "%s", *value ? value : pattern);
  out->verdict = verdict;
  if (!seen->data) return;
  snprintf(out->kind, sizeof out->kind, "%s", demand->text ? "text" : code_kind_name(seen->kind));
  words_cut(seen->data, seen->size, out->read, sizeof out->read);
}

enum status reading_judge(struct inspection *work, struct result *result, struct fault *fault) {
  const struct demands *demands = &work->inspector->demands;
  if (!demands->count) return STATUS_OK;
  result->readings = calloc(demands->count, sizeof *result->readings);
  if (!result->readings) return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
  enum status status = STATUS_OK;
  for (size_t i = 0; i < demands->count && !status; i++) {
    const struct demand *demand = &demands->items[i];
    enum verdict verdict = VERDICT_PASS;
    struct seen seen;
    status =
        read_demand(demand, &work->photo.planes[0], &work->alignment.placement, NULL, &work->reading, &seen, fault);
    if (!status && !seen.fits) status = judge_unfit(work, demand, &seen, result, &verdict, fault);
    if (!status) fill(demand, &seen, verdict, &result->readings[result->reading_count++]);
    seen_free(&seen);
  }
  return status;
}
