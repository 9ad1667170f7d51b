#include "cli/bench/lots_tally.h"

#include "cli/bench/lot_trial.h"
#include "cli/output.h"
#include "engine/statistics/rates.h"

#include <math.h>
#include <stdio.h>

static const double size_from[LOTS_SIZES] = {0, 10, 20}, contrast_from[LOTS_CONTRASTS] = {0, 30, 50};

static int bin_of(double value, const double *from, int bins) {
  int bin = 0;
  while (bin + 1 < bins && value >= from[bin + 1]) bin++;
  return bin;
}

static int sure_of(const struct region *region) {
  int bin = (int)floor(region->confidence * (LOTS_SURE - 1) + 0.5);
  return bin < 0 ? 0 : bin < LOTS_SURE ? bin : LOTS_SURE - 1;
}

double lots_tally_ranked(const struct lots_tally *t) {
  double below = 0, right = 0, alarms = 0, won = 0;
  for (int i = 0; i < LOTS_SURE; i++) {
    double here = (double)t->alarm[i], found = (double)t->right[i];
    won += found * (below + 0.5 * here);
    below += here, right += found, alarms += here;
  }
  return right > 0 && alarms > 0 ? won / (right * alarms) : NAN;
}

/* `item` is taken over. */
static enum status list(json_t **array, json_t *item, struct fault *fault) {
  if (!*array) *array = json_array();
  if (json_array_append_new(*array, item)) return fault_set(fault, STATUS_MEMORY, "lots: out of memory");
  return STATUS_OK;
}

static enum status list_wrong(struct lots_tally *t, const json_t *truth, const struct result *result,
                              struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < result->region_count && !status; i++) {
    const struct region *region = &result->regions[i];
    if (!lot_trial_is_false(result, region, truth)) continue;
    t->false_regions++, t->alarm[sure_of(region)]++;
    const int32_t *box = region->golden_box;
    json_t *photo = json_object_get(truth, "photo");
    status = list(&t->wrong,
                  json_pack("{s:O, s:s, s:f, s:[i,i,i,i]}", "photo", photo, "class", class_name(region->class_), "peak",
                            region->peak, "golden_box", box[0], box[1], box[2], box[3]),
                  fault);
  }
  return status;
}

enum status lots_tally_count(void *context, const json_t *truth, const struct result *result, struct fault *fault) {
  struct lots_tally *t = context;
  const json_t *defects = json_object_get(truth, "defects");
  t->photos++;
  t->unjudged += result->verdict == VERDICT_CANNOT_JUDGE;
  enum status status = list_wrong(t, truth, result, fault);
  for (size_t i = 0; i < json_array_size(defects) && !status; i++) {
    json_t *defect = json_array_get(defects, i);
    double area = json_number_value(json_object_get(defect, "area_px"));
    int size = bin_of(2 * sqrt(area / 3.14159265358979), size_from, LOTS_SIZES);
    int contrast = bin_of(json_number_value(json_object_get(defect, "contrast")), contrast_from, LOTS_CONTRASTS);
    const struct region *region = lot_trial_region(result, defect);
    bool found = region != NULL;
    if (found) t->right[sure_of(region)]++;
    t->planted[size][contrast]++;
    t->found[size][contrast] += found;
    if (!found)
      status = list(&t->missed,
                    json_pack("{s:O, s:O, s:O}", "photo", json_object_get(truth, "photo"), "class",
                              json_object_get(defect, "class"), "golden_box", json_object_get(defect, "golden_box")),
                    fault);
  }
  return status;
}

void lots_tally_add(struct lots_tally *tally, const struct lots_tally *more) {
  tally->photos += more->photos, tally->unjudged += more->unjudged, tally->false_regions += more->false_regions;
  for (int i = 0; i < LOTS_SIZES; i++)
    for (int k = 0; k < LOTS_CONTRASTS; k++)
      tally->planted[i][k] += more->planted[i][k], tally->found[i][k] += more->found[i][k];
  for (int i = 0; i < LOTS_SURE; i++) tally->right[i] += more->right[i], tally->alarm[i] += more->alarm[i];
}

void lots_tally_free(struct lots_tally *tally) {
  json_decref(tally->missed);
  json_decref(tally->wrong);
  *tally = (struct lots_tally){0};
}

/* ---- rows ---- */

static void sums(const struct lots_tally *t, long *planted, long *found) {
  *planted = *found = 0;
  for (int i = 0; i < LOTS_SIZES; i++)
    for (int k = 0; k < LOTS_CONTRASTS; k++) *planted += t->planted[i][k], *found += t->found[i][k];
}

static json_t *bins_json(const struct lots_tally *t) {
  json_t *bins = json_array();
  for (int i = 0; i < LOTS_SIZES; i++)
    for (int k = 0; k < LOTS_CONTRASTS; k++)
      json_array_append_new(bins, json_pack("{s:f, s:f, s:I, s:I}", "size_from", size_from[i], "contrast_from",
                                            contrast_from[k], "planted", (json_int_t)t->planted[i][k], "found",
                                            (json_int_t)t->found[i][k]));
  return bins;
}

void lots_tally_print_head(void) {
  printf("false regions per 1,000 photos and recall with 95 %% bounds; found/planted by size (disc of the defect's\n"
         "area: to 10, to 20, over 20 px) and in each by contrast (to 30, to 50, over 50 grey levels); ranked: in how\n"
         "many of all pairs of a found defect and a false region the confidence puts the defect first\n\n"
         "%-6s %4s %8s %7s %6s %6s %20s %26s %8s  %s\n",
         "", "MP", "approved", "photos", "unjudg", "false", "per 1,000", "recall", "ranked", "by size and contrast");
}

enum status lots_tally_print(const struct lots_row *row, const struct lots_tally *t, bool json, struct fault *fault) {
  long planted, found;
  sums(t, &planted, &found);
  struct interval recall = rate_share_interval(found, planted, 0.95);
  struct interval wrong = rate_mean_interval(t->false_regions, 0.95);
  double ranked = lots_tally_ranked(t), thousand = 1000.0 / (double)t->photos,
         share = planted ? (double)found / (double)planted : NAN;
  if (json)
    return output_json(
        json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:f, s:f, s:f, s:I, s:I, s:f, s:f, s:f, s:o, s:o}", "product",
                  row->product, "megapixels", row->megapixels, "goldens", row->goldens, "photos", (json_int_t)t->photos,
                  "not_judged", (json_int_t)t->unjudged, "false_regions", (json_int_t)t->false_regions,
                  "false_per_thousand", thousand * (double)t->false_regions, "false_lower", thousand * wrong.lower,
                  "false_upper", thousand * wrong.upper, "planted", (json_int_t)planted, "found", (json_int_t)found,
                  "recall", share, "recall_lower", recall.lower, "recall_upper", recall.upper, "ranked",
                  isnan(ranked) ? json_null() : json_real(ranked), "bins", bins_json(t)),
        fault);
  printf("%-6s %4s %8s %7ld %6ld %6ld %5.1f (%.1f to %.1f) %6.2f %% (%.2f to %.2f) ", row->product, row->megapixels,
         row->goldens, t->photos, t->unjudged, t->false_regions, thousand * (double)t->false_regions,
         thousand * wrong.lower, thousand * wrong.upper, 100 * share, 100 * recall.lower, 100 * recall.upper);
  if (isnan(ranked))
    printf("%8s ", "-");
  else
    printf("%6.2f %% ", 100 * ranked);
  for (int i = 0; i < LOTS_SIZES; i++) {
    fputs(i ? " |" : "", stdout);
    for (int k = 0; k < LOTS_CONTRASTS; k++) printf(" %ld/%ld", t->found[i][k], t->planted[i][k]);
  }
  putchar('\n');
  return output_flush(fault);
}
