#include "cli/reviewed.h"

#include "cli/output.h"
#include "engine/lots/reviews.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool cites(const json_t *history, const char *sha256) {
  size_t i;
  const json_t *seal;
  json_array_foreach(history, i, seal) if (!strcmp(output_text_of(seal, "sha256"), sha256)) return true;
  return false;
}

/* A spec holds boxes to a tenth of a pixel. */
static bool is_same(const struct spec_approval *a, const struct spec_approval *b) {
  bool same = !strcmp(a->photo, b->photo);
  for (int i = 0; i < 4 && same; i++) same = fabs(a->box[i] - b->box[i]) < 0.06;
  return same;
}

bool is_limit_sample(const struct spec_approval *approval, const struct spec *spec) {
  for (size_t i = 0; i < spec->approval_count; i++)
    if (is_same(approval, &spec->approvals[i])) return true;
  return false;
}

static bool read_approval(const json_t *line, struct spec_approval *approval) {
  const json_t *box = json_object_get(line, "golden_box");
  double peak = json_number_value(json_object_get(line, "peak"));
  enum defect_class class_ = CLASS_EXTRA;
  bool known = class_parse(output_text_of(line, "class"), &class_);
  *approval = (struct spec_approval){.use = peak > 1 ? peak : 1};
  if (known && class_ >= CLASS_OPEN && class_ <= CLASS_PIN_HOLE)
    snprintf(approval->class_, sizeof approval->class_, "%s", class_name(class_));
  snprintf(approval->photo, sizeof approval->photo, "%s", output_text_of(line, "photo_id"));
  for (size_t i = 0; i < 4; i++) approval->box[i] = json_number_value(json_array_get(box, i));
  return json_array_size(box) == 4 && approval->box[2] > 0 && approval->box[3] > 0;
}

static enum status add(struct reviewed *reviewed, const struct spec_approval *approval, const json_t *line,
                       struct fault *fault) {
  struct reviewed_sample *items = realloc(reviewed->items, (reviewed->count + 1) * sizeof *items);
  if (!items) return fault_set(fault, STATUS_MEMORY, "out of memory for the reviews");
  reviewed->items = items;
  struct reviewed_sample *item = &items[reviewed->count++];
  item->approval = *approval;
  if (asprintf(&item->words, "%s: %s (%.8s:%lld)", output_text_of(line, "who"), output_text_of(line, "why"),
               approval->photo, json_integer_value(json_object_get(line, "region"))) >= 0)
    return STATUS_OK;
  item->words = NULL;
  return fault_set(fault, STATUS_MEMORY, "out of memory for the reviews");
}

static enum status take(const struct review *review, const json_t *history, const struct spec *spec,
                        struct reviewed *reviewed, struct fault *fault) {
  struct spec_approval approval;
  enum status status = STATUS_OK;
  json_t *line = json_loads(review->line, 0, NULL);
  bool is_new = line && cites(history, output_text_of(line, "golden_sha256")) && read_approval(line, &approval);
  bool demanded = line && !strcmp(output_text_of(line, "class"), class_name(CLASS_CODE));
  bool of_zone = is_new && (demanded || json_is_true(json_object_get(line, "whole_zone")));
  is_new = is_new && !is_limit_sample(&approval, spec);
  reviewed->of_zones += of_zone;
  if (is_new && !of_zone) status = add(reviewed, &approval, line, fault);
  json_decref(line);
  return status;
}

enum status reviewed_read(const char *place, const json_t *history, const struct spec *spec, struct reviewed *reviewed,
                          struct fault *fault) {
  struct reviews reviews = {0};
  enum status status = reviews_read(place, &reviews, fault);
  for (size_t i = 0; i < reviews.count && !status; i++)
    if (reviews.items[i].overruled && review_holds(&reviews, i))
      status = take(&reviews.items[i], history, spec, reviewed, fault);
  reviews_free(&reviews);
  return status;
}

void reviewed_free(struct reviewed *reviewed) {
  for (size_t i = 0; i < reviewed->count; i++) free(reviewed->items[i].words);
  free(reviewed->items);
  *reviewed = (struct reviewed){0};
}

void reviewed_reason(const struct reviewed *reviewed, char *text, size_t size) {
  int used = snprintf(text, size, "limit samples from review: ");
  for (size_t i = 0; i < reviewed->count; i++) {
    const char *words = reviewed->items[i].words;
    if ((size_t)used + strlen(words) + 8 > size) {
      snprintf(text + used, size - (size_t)used, "...");
      return;
    }
    used += snprintf(text + used, size - (size_t)used, "%s%s", i ? "; " : "", words);
  }
}
