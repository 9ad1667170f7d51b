#include "cli/bench/layouts.h"
#include "cli/bench/make_set.h"
#include "cli/bench/synthetic.h"
#include "cli/folders.h"
#include "cli/message.h"
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Approved photos that the golden is made of. */
enum { GOLDENS = 5, KINDS = 7 };

static const enum reason_code kinds[KINDS] = {REASON_BLURRED,    REASON_OVEREXPOSED, REASON_WRONG_PRODUCT,
                                              REASON_CROPPED,    REASON_TURNED_OVER, REASON_TOO_SMALL,
                                              REASON_LAMP_FAILED};

struct kind_tally {
  long photos, refused, right;
};

struct refusals {
  bool quiet;
  struct kind_tally kinds[KINDS], good;
};

static struct kind_tally *tally_of(struct refusals *r, const char *spoiled) {
  enum reason_code code;
  if (!spoiled) return &r->good;
  for (int i = 0; i < KINDS && reason_parse(spoiled, &code); i++)
    if (kinds[i] == code) return &r->kinds[i];
  return NULL;
}

static enum status visit(void *context, const json_t *truth, const struct result *result, struct fault *fault) {
  struct refusals *r = context;
  const char *spoiled = json_string_value(json_object_get(truth, "spoiled"));
  struct kind_tally *tally = tally_of(r, spoiled);
  if (!tally) return fault_set(fault, STATUS_INVALID, "truth.jsonl: spoiled: %s is no kind", spoiled);
  bool refused = result->verdict == VERDICT_CANNOT_JUDGE;
  const char *named = result->reason_count ? reason_name(result->reasons[0].code) : "nothing";
  bool right = spoiled ? refused && result->reason_count == 1 && !strcmp(named, spoiled) : !refused;
  tally->photos++, tally->refused += refused, tally->right += right;
  if (right || r->quiet) return STATUS_OK;
  progress_hide();
  printf("%s: %s, %s (%s): %s\n", result->photo, spoiled ? spoiled : "good", verdict_name(result->verdict), named,
         result->reason_count ? result->reasons[0].text : "");
  return STATUS_OK;
}

static enum status tell(const struct common_options *common, const char *set, const char *kind,
                        const struct kind_tally *t, struct fault *fault) {
  if (!t->photos) return STATUS_OK;
  if (common->json)
    return output_json(json_pack("{s:s, s:s?, s:I, s:I, s:I}", "set", set, "kind", kind, "photos",
                                 (json_int_t)t->photos, "refused", (json_int_t)t->refused, "right",
                                 (json_int_t)t->right),
                       fault);
  printf("%-16s %8ld %8ld %8ld\n", kind ? kind : "good", t->photos, t->refused, t->right);
  return STATUS_OK;
}

/* `name`: what the set is called. */
static enum status one_set(const struct common_options *common, const char *folder, const char *name,
                           struct fault *fault) {
  struct synthetic set;
  struct refusals refusals = {.quiet = common->json};
  const struct synthetic_visit how = {visit, &refusals};
  enum status status = synthetic_open(folder, GOLDENS, NULL, &set, fault);
  if (status) return status;
  status = synthetic_judge(&set, common, &how, fault);
  synthetic_close(&set);
  if (!status && !common->json) printf("%s\n%-16s %8s %8s %8s\n", name, "", "photos", "refused", "right");
  for (int i = 0; i < KINDS && !status; i++)
    status = tell(common, name, reason_name(kinds[i]), &refusals.kinds[i], fault);
  return status ? status : tell(common, name, NULL, &refusals.good, fault);
}

/* Twenty photos of each kind and 167 good ones of each product. */
static enum status own_sets(const struct common_options *common, struct fault *fault) {
  static const char *const products[] = {"label", "board", "plate"};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < sizeof products / sizeof *products && !status; i++) {
    const char *const synth[] = {"--product",    products[i], "--seed",    "2026",    "--spoil",
                                 "all",          "--spoiled", "20",        "--count", "307",
                                 "--megapixels", "1",         "--defects", "0",       NULL};
    char *folder = NULL;
    status = make_set(synth, &folder, fault);
    if (!status) status = one_set(common, folder, products[i], fault);
    if (folder) folder_remove(folder);
    free(folder);
  }
  return status;
}

enum status accuracy_refusals(const struct common_options *common, struct fault *fault) {
  enum status status = common->operands.count < 2 ? own_sets(common, fault) : STATUS_OK;
  for (size_t i = 1; i < common->operands.count && !status; i++)
    status = one_set(common, common->operands.items[i], common->operands.items[i], fault);
  return status ? status : output_flush(fault);
}
