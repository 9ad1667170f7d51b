#include "cli/bench/layouts.h"
#include "cli/bench/lot_trial.h"
#include "cli/output.h"

#include <stdio.h>
#include <string.h>

/* Approved photos that the golden is made of. */
enum { GOLDENS = 5 };

/* As they are planted, and as they are named; what is not found, or by another name, is counted last. */
static const enum defect_class classes[] = {CLASS_MISSING, CLASS_EXTRA, CLASS_SCRATCH, CLASS_STAIN,
                                            CLASS_COLOUR,  CLASS_PRINT, CLASS_MOVED};
enum { CLASSES = sizeof classes / sizeof *classes, OTHER = CLASSES, MISSED, COLUMNS };

struct confusion {
  long counts[CLASSES][COLUMNS];
};

static int place_of(const char *name) {
  for (int i = 0; i < CLASSES; i++)
    if (!strcmp(class_name(classes[i]), name)) return i;
  return OTHER;
}

static int row_of(const json_t *defect) {
  const char *name = json_string_value(json_object_get(defect, "class"));
  return name ? place_of(name) : OTHER;
}

static enum status visit(void *context, const json_t *truth, const struct result *result, struct fault *fault) {
  struct confusion *c = context;
  const json_t *defects = json_object_get(truth, "defects");
  for (size_t i = 0; i < json_array_size(defects); i++) {
    const json_t *defect = json_array_get(defects, i);
    int row = row_of(defect);
    if (row == OTHER) return fault_set(fault, STATUS_INVALID, "truth.jsonl: a defect of no known class");
    const struct region *region = lot_trial_region(result, defect);
    c->counts[row][region ? place_of(class_name(region->class_)) : MISSED]++;
  }
  return STATUS_OK;
}

static enum status tell(const struct common_options *common, const char *set, const struct confusion *c,
                        struct fault *fault) {
  long planted = 0, right = 0;
  enum status status = STATUS_OK;
  if (!common->json) {
    printf("%s\n%-10s", set, "planted");
    for (int k = 0; k < CLASSES; k++) printf(" %8s", class_name(classes[k]));
    printf(" %8s %8s\n", "other", "missed");
  }
  for (int i = 0; i < CLASSES && !status; i++) {
    json_t *named = json_object();
    if (!common->json) printf("%-10s", class_name(classes[i]));
    for (int k = 0; k < COLUMNS; k++) {
      const char *column = k == OTHER ? "other" : k == MISSED ? "missed" : class_name(classes[k]);
      planted += c->counts[i][k], right += i == k ? c->counts[i][k] : 0;
      if (!common->json) printf(" %8ld", c->counts[i][k]);
      json_object_set_new(named, column, json_integer(c->counts[i][k]));
    }
    if (!common->json) printf("\n");
    if (common->json)
      status = output_json(json_pack("{s:s, s:s, s:O}", "set", set, "planted", class_name(classes[i]), "named", named),
                           fault);
    json_decref(named);
  }
  if (!common->json && !status) printf("%ld of %ld named rightly\n", right, planted);
  return status;
}

enum status accuracy_classes(const struct common_options *common, struct fault *fault) {
  struct confusion all = {0};
  enum status status = STATUS_OK;
  for (size_t i = 1; i < common->operands.count && !status; i++) {
    struct synthetic set;
    struct confusion own = {0};
    const struct synthetic_visit how = {visit, &own};
    status = synthetic_open(common->operands.items[i], GOLDENS, NULL, &set, fault);
    if (status) break;
    status = synthetic_judge(&set, common, &how, fault);
    synthetic_close(&set);
    if (!status) status = tell(common, common->operands.items[i], &own, fault);
    for (int k = 0; k < CLASSES * COLUMNS; k++)
      all.counts[k / COLUMNS][k % COLUMNS] += own.counts[k / COLUMNS][k % COLUMNS];
  }
  if (!status && common->operands.count > 2) status = tell(common, "all", &all, fault);
  return status ? status : output_flush(fault);
}
