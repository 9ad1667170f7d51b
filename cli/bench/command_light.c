#include "cli/bench/lot_trial.h"
#include "cli/commands.h"
#include "cli/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct light_options {
  struct common_options common;
  long photos, seed;
  const char *megapixels, *product;
};

#define FIELD(name) offsetof(struct light_options, name)
static const struct option options[] = {{.name = "photos",
                                         .kind = OPTION_NUMBER,
                                         .offset = FIELD(photos),
                                         .argument = "N",
                                         .fallback = "12",
                                         .least = 2,
                                         .most = 100000,
                                         .help = "photos a light and product: half of them good, half defective, and "
                                                 "as many with a swapped material"},
                                        {.name = "seed",
                                         .kind = OPTION_NUMBER,
                                         .offset = FIELD(seed),
                                         .argument = "N",
                                         .fallback = "11",
                                         .least = 0,
                                         .most = 1000000000,
                                         .help = "everything follows from it"},
                                        {.name = "megapixels",
                                         .kind = OPTION_TEXT,
                                         .offset = FIELD(megapixels),
                                         .argument = "M",
                                         .fallback = "1",
                                         .help = "size of a photo"},
                                        {.name = "product",
                                         .kind = OPTION_WORD,
                                         .offset = FIELD(product),
                                         .argument = "label|board|plate",
                                         .help = "only this one"},
                                        {.name = NULL}};

static const struct {
  const char *name, *options[9];
} lights[] = {
    {"as approved", {NULL}},
    {"gradient to 50 %", {"--gradient", "50", NULL}},
    {"cast of 800 K", {"--kelvin", "800", NULL}},
    {"gamma 0.8", {"--gamma", "0.8", NULL}},
    {"gamma 1.25", {"--gamma", "1.25", NULL}},
    {"JPEG quality 50", {"--quality", "50", NULL}},
    {"all together", {"--gradient", "50", "--kelvin", "800", "--gamma", "0.8-1.25", "--quality", "50", NULL}},
};
enum { LIGHTS = sizeof lights / sizeof *lights };

static const char *const products[] = {"label", "board", "plate", NULL};

struct counts {
  long photos, unjudged, false_regions, false_zones, planted, found, swapped, swapped_found;
  long zones, beyond;          /* of so many, differences that are off by more than their uncertainty */
  double error, largest_other; /* of the swapped zones' differences; of the other zones' */
};

static void count_difference(const struct zone_result *zone, double truth, struct counts *t) {
  t->zones++;
  t->beyond += fabs(zone->delta_e - truth) > zone->uncertainty;
}

/* Zones whose colour is off although they are not of another material. */
static void count_zones(const json_t *truth, const struct result *result, struct counts *t) {
  const json_t *material = json_object_get(truth, "material");
  const char *swapped = json_string_value(json_object_get(material, "zone"));
  for (size_t i = 0; i < result->zone_count; i++) {
    const struct zone_result *zone = &result->zones[i];
    if (swapped && !strcmp(zone->name, swapped)) {
      double off = json_number_value(json_object_get(material, "shown_delta_e"));
      t->error = fmax(t->error, fabs(zone->delta_e - off));
      count_difference(zone, off, t);
      t->swapped_found += zone->verdict == VERDICT_FAIL;
    } else if (!json_array_size(json_object_get(truth, "defects"))) {
      t->largest_other = fmax(t->largest_other, zone->delta_e);
      count_difference(zone, 0, t);
      t->false_zones += zone->verdict == VERDICT_FAIL;
    }
  }
  t->swapped += swapped != NULL;
}

static enum status count_photo(void *context, const json_t *truth, const struct result *result, struct fault *fault) {
  struct counts *t = context;
  const json_t *defects = json_object_get(truth, "defects");
  (void)fault;
  t->photos++;
  t->unjudged += result->verdict == VERDICT_CANNOT_JUDGE;
  count_zones(truth, result, t);
  /* The swapped material may show in regions too, as it should. */
  if (json_is_null(json_object_get(truth, "material")))
    t->false_regions += (long)lot_trial_false_regions(result, truth);
  for (size_t i = 0; i < json_array_size(defects); i++)
    t->planted++, t->found += lot_trial_finds(result, json_array_get(defects, i));
  return STATUS_OK;
}

/* One light over one product: a lot with defects, and one with swapped materials. */
static enum status one(const struct light_options *given, int light, int product, struct counts *t,
                       struct fault *fault) {
  char seed[24], count[24], half[24];
  snprintf(seed, sizeof seed, "%ld", given->seed + product);
  snprintf(count, sizeof count, "%ld", given->photos);
  snprintf(half, sizeof half, "%ld", given->photos / 2);
  enum status status = STATUS_OK;
  for (int swapped = 0; swapped < 2 && !status; swapped++) {
    const char *synth[32] = {"--product",    products[product], "--seed", seed,        "--count",           count,
                             "--megapixels", given->megapixels, "--card", "--defects", swapped ? "0" : half};
    int n = 11;
    if (swapped) synth[n++] = "--material", synth[n++] = "2.5";
    for (int i = 0; lights[light].options[i]; i++) synth[n++] = lights[light].options[i];
    const struct lot_trial trial = {.synth = synth, .common = &given->common};
    status = lot_trial_run(&trial, &(struct synthetic_visit){count_photo, t}, fault);
  }
  return status;
}

static enum status print_row(const struct light_options *given, const char *name, const struct counts *t,
                             struct fault *fault) {
  if (given->common.json)
    return output_json(json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:I, s:I}", "light", name,
                                 "photos", (json_int_t)t->photos, "not_judged", (json_int_t)t->unjudged,
                                 "false_regions", (json_int_t)t->false_regions, "false_zones",
                                 (json_int_t)t->false_zones, "planted", (json_int_t)t->planted, "found",
                                 (json_int_t)t->found, "swapped", (json_int_t)t->swapped, "swapped_found",
                                 (json_int_t)t->swapped_found, "largest_error", t->error, "largest_other",
                                 t->largest_other, "zones", (json_int_t)t->zones, "beyond", (json_int_t)t->beyond),
                       fault);
  printf("%-18s %7ld %10ld %8ld %6ld %5ld of %-5ld %5ld of %-5ld %9.2f %9.2f %6ld of %ld\n", name, t->photos,
         t->unjudged, t->false_regions, t->false_zones, t->found, t->planted, t->swapped_found, t->swapped, t->error,
         t->largest_other, t->beyond, t->zones);
  return output_flush(fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct light_options *given = values;
  enum status status = STATUS_OK;
  if (!given->common.json)
    printf("%-18s %7s %10s %8s %6s %14s %14s %9s %9s %s\n%-18s %7s %10s %8s %6s %14s %14s %9s %9s %s\n", "", "", "",
           "false", "false", "defects", "materials", "largest", "largest", "beyond un-", "light", "photos",
           "not judged", "regions", "zones", "found", "found", "error, dE", "other, dE", "certainty");
  for (int light = 0; light < LIGHTS && !status; light++) {
    struct counts t = {0};
    for (int product = 0; products[product] && !status; product++)
      if (!given->product || !strcmp(given->product, products[product])) status = one(given, light, product, &t, fault);
    if (!status) status = print_row(given, lights[light].name, &t, fault);
  }
  return status;
}

const struct command command_bench_light = {
    .name = "bench accuracy light",
    .summary = "what is found, and what falsely, under other light",
    .text =
        "Makes synthetic lots (assay-synth, datasets/README.md) of three products with a grey strip as the colour\n"
        "reference and eight zones, under the light of the approved photos and under gradients, casts, gammas and\n"
        "strong JPEG compression, judges them, and counts: photos that were not judged; regions far from all planted\n"
        "defects; zones whose colour is off though their material is right; planted defects found; zones whose\n"
        "material is 2.5 dE off found, with the largest error of their difference, as the first approved photo would\n"
        "show it before it is compressed; the largest difference of a zone whose material is right; and how many of\n"
        "both kinds of zones are off by more than their uncertainty (95 %).\n\n"
        "With --json, a line a light: {\"light\", \"photos\", \"not_judged\", \"false_regions\", \"false_zones\",\n"
        "\"planted\", \"found\", \"swapped\", \"swapped_found\", \"largest_error\", \"largest_other\",\n"
        "\"zones\", \"beyond\"}.",
    .example = "  assay bench accuracy light\n  assay bench accuracy light --photos 200 --megapixels 3",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct light_options),
    .run = run,
};
