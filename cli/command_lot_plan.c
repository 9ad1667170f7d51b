#include "cli/commands.h"
#include "cli/output.h"
#include "engine/lots/plan.h"
#include "models/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct plan_options {
  struct common_options common;
  long size;
  const char *level, *aql, *inspection, *share, *nonconforming;
};

enum { MOST_UNITS = 1000000000 };

static const struct option options[] = {
    {.name = "size",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct plan_options, size),
     .argument = "N",
     .least = 1,
     .most = MOST_UNITS,
     .required = true,
     .help = "units in the lot"},
    {.name = "level",
     .kind = OPTION_WORD,
     .offset = offsetof(struct plan_options, level),
     .argument = "I|II|III|S1|S2|S3|S4|S-1|S-2|S-3|S-4",
     .fallback = "II",
     .help = "inspection level"},
    {.name = "aql",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct plan_options, aql),
     .argument = "A",
     .required = true,
     .help =
         "acceptance quality limit, percent nonconforming units: 0.10 0.15 0.25 0.40 0.65 1.0 1.5 2.5 4.0 6.5 10 15"},
    {.name = "inspection",
     .kind = OPTION_WORD,
     .offset = offsetof(struct plan_options, inspection),
     .argument = "normal|tightened",
     .fallback = "normal",
     .help = "which of the standard's tables"},
    {.name = "share",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct plan_options, share),
     .argument = "PERCENT",
     .help = "also how probably a lot is accepted from a process with this share nonconforming (binomial)"},
    {.name = "nonconforming",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct plan_options, nonconforming),
     .argument = "D",
     .help = "also how probably the lot is accepted where D of its units are nonconforming (hypergeometric)"},
    {.name = NULL}};

/* What the command works out: shares are 0..1, NAN where not asked. */
struct answer {
  struct plan plan;
  double aql, share, accepts_share, accepts_lot;
};

static const double curve[] = {0.99, 0.95, 0.90, 0.75, 0.50, 0.25, 0.10, 0.05, 0.01};
enum { CURVE = sizeof curve / sizeof *curve };

static enum status read_percent(const char *option, const char *text, double *percent, struct fault *fault) {
  if (number_parse(text, strlen(text), percent) && *percent >= 0 && *percent <= 100) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "--%s %s: expected a percentage, 0 to 100", option, text);
}

static enum status work_out(const struct plan_options *given, struct answer *answer, struct fault *fault) {
  enum plan_level level = PLAN_II;
  plan_level_parse(given->level, &level);
  *answer = (struct answer){.share = NAN, .accepts_share = NAN, .accepts_lot = NAN};
  enum status status = read_percent("aql", given->aql, &answer->aql, fault);
  if (!status)
    status = plan_find(given->size, level, answer->aql,
                       strcmp(given->inspection, "normal") ? PLAN_TIGHTENED : PLAN_NORMAL, &answer->plan, fault);
  if (!status && given->share) {
    status = read_percent("share", given->share, &answer->share, fault);
    answer->share /= 100;
    if (!status) answer->accepts_share = plan_accepts_process(&answer->plan, answer->share);
  }
  if (status || !given->nonconforming) return status;
  double count;
  if (!number_parse(given->nonconforming, strlen(given->nonconforming), &count) || count != floor(count) || count < 0 ||
      count > (double)given->size)
    return fault_set(fault, STATUS_USAGE, "--nonconforming %s: expected how many of the lot's %ld units",
                     given->nonconforming, given->size);
  answer->accepts_lot = plan_accepts_lot(&answer->plan, given->size, (int64_t)count);
  return STATUS_OK;
}

/* A probability with the digits that are certain. */
static double rounded(double value) {
  return rint(value * 1e12) / 1e12;
}

static json_t *curve_to_json(const struct plan *plan) {
  json_t *points = json_array();
  for (size_t i = 0; points && i < CURVE; i++) {
    json_t *point = json_pack("{s:f, s:f}", "share", rounded(plan_quality_at(plan, curve[i])), "accepts", curve[i]);
    if (json_array_append_new(points, point)) {
      json_decref(points);
      return NULL;
    }
  }
  return points;
}

static enum status print_json(const struct plan_options *given, const struct answer *answer, struct fault *fault) {
  const struct plan *plan = &answer->plan;
  json_t *json = json_pack(
      "{s:s#, s:s#, s:I, s:I, s:I, s:b, s:I, s:s, s:f, s:s, s:s, s:f, s:f, s:o}", "letter", &plan->letter, 1,
      "plan_letter", &plan->plan_letter, 1, "sample_size", (json_int_t)plan->sample_size, "accept",
      (json_int_t)plan->accept, "reject", (json_int_t)plan->reject, "whole_lot", plan->whole, "size",
      (json_int_t)given->size, "level", given->level, "aql", answer->aql, "inspection", given->inspection, "standard",
      PLAN_STANDARD, "producer_risk_at_aql", rounded(1 - plan_accepts_process(plan, answer->aql / 100)),
      "consumer_quality_at_10_percent", rounded(plan_quality_at(plan, 0.10)), "curve", curve_to_json(plan));
  if (json && !isnan(answer->accepts_share))
    json_object_set_new(json, "accepts_share", json_real(rounded(answer->accepts_share)));
  if (json && !isnan(answer->accepts_lot))
    json_object_set_new(json, "accepts_nonconforming", json_real(rounded(answer->accepts_lot)));
  return output_json(json, fault);
}

static void print_text(const struct plan_options *given, const struct answer *answer) {
  const struct plan *plan = &answer->plan;
  printf(PLAN_STANDARD ", single sampling, %s inspection, level %s, AQL %g %%\n", given->inspection, given->level,
         answer->aql);
  printf("lot of %ld unit%s: code letter %c", given->size, given->size == 1 ? "" : "s", plan->letter);
  if (plan->plan_letter != plan->letter) printf(", the table leads to %c", plan->plan_letter);
  printf("\n\n%s %lld unit%s; accept the lot with ", plan->whole ? "inspect all" : "inspect a random sample of",
         (long long)plan->sample_size, plan->sample_size == 1 ? "" : "s");
  if (plan->accept)
    printf("%lld nonconforming or fewer, reject it from %lld\n\n", (long long)plan->accept, (long long)plan->reject);
  else
    fputs("none nonconforming, reject it from the first\n\n", stdout);
  printf("Producer's risk: of lots with %g %% nonconforming, %.1f %% are rejected.\n", answer->aql,
         100 * (1 - plan_accepts_process(plan, answer->aql / 100)));
  printf("Consumer's risk: of lots with %.2f %% nonconforming, 10 %% are accepted.\n\n",
         100 * plan_quality_at(plan, 0.10));
  puts("accepted  nonconforming");
  for (size_t i = 0; i < CURVE; i++)
    printf("%6.0f %%  %9.3f %%\n", 100 * curve[i], 100 * plan_quality_at(plan, curve[i]));
  if (!isnan(answer->accepts_share))
    printf("\nAt %g %% nonconforming, lots are accepted with probability %.9f.\n", 100 * answer->share,
           answer->accepts_share);
  if (!isnan(answer->accepts_lot))
    printf("\nWith %s nonconforming units in it, this lot is accepted with probability %.9f.\n", given->nonconforming,
           answer->accepts_lot);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct plan_options *given = values;
  struct answer answer;
  enum status status = work_out(given, &answer, fault);
  if (status) return status;
  if (given->common.json) return print_json(given, &answer, fault);
  print_text(given, &answer);
  return STATUS_OK;
}

const struct command command_lot_plan = {
    .name = "lot plan",
    .summary = "how many units of a lot to inspect, and how many may be nonconforming",
    .text = "Single sampling by attributes after " PLAN_STANDARD ", normal or tightened inspection; the plan's\n"
            "operating characteristic and risks stand beside it. Where the sample would be as large as the lot, all\n"
            "of it is inspected. Of critical defects none is accepted, whatever the plan.",
    .example = "  assay lot plan --size 3000 --level II --aql 2.5\n"
               "  assay lot plan --size 3000 --aql 4.0 --inspection tightened --share 6.5 --json",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct plan_options),
    .run = run,
};
