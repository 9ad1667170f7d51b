#include "cli/commands.h"
#include "cli/output.h"
#include "cli/pair_judge.h"

#include <stdio.h>

/* What an alignment says; the contract's object of one photo without what was not asked. */
static enum status print_json(const struct result *result, struct fault *fault) {
  static const char *const left_out[] = {"job", "verdict", "score", "light", "regions", "dimensions"};
  json_t *json = result_to_json(result);
  for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++) json_object_del(json, left_out[i]);
  return output_json(json, fault);
}

static void print_text(const char *golden, const struct result *result) {
  printf("golden    %s\nphoto     %s\nstatus    %s\n", golden, result->photo, result->aligned ? "ok" : "refused");
  for (size_t i = 0; i < result->reason_count; i++) printf("reason    %s\n", result->reasons[i].text);
  if (!result->aligned) return;
  const double *h = result->homography;
  for (int row = 0; row < 3; row++)
    printf("%-10s%16.9g %16.9g %16.9g\n", row ? "" : "matrix", h[3 * row], h[3 * row + 1], h[3 * row + 2]);
  printf("residual  %.4f golden pixels\noverlap   %.4f of the golden\n", result->residual_px, result->overlap);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct common_options *common = values;
  const struct inspect_options options = {.backend = common->backend, .cpu = common->cpu};
  const char *golden = common->operands.items[0];
  struct pair_judge judge = {0};
  struct result result = {0};
  enum status status = pair_judge_open(&judge, golden, &options, fault);
  if (!status) status = pair_judge_file(&judge, common->operands.items[1], true, &result, fault);
  if (!status && common->json) status = print_json(&result, fault);
  if (!status && !common->json) print_text(golden, &result);
  *exit_code = result.aligned ? 0 : 2;
  result_free(&result);
  pair_judge_close(&judge);
  return status;
}

const struct command command_align = {
    .name = "align",
    .summary = "where a photo lies on a golden image",
    .text = "Aligns one photo to one picture and prints the matrix that takes golden pixels to photo pixels (row by "
            "row, the\n"
            "ninth number 1; pixel centres at integers), the residual in golden pixels and the share of the golden "
            "that the\n"
            "photo shows. Exit code 0 when aligned, 2 when refused.\n\n"
            "With --json: {\"photo\", \"photo_id\", \"golden\": null, \"reasons\", \"alignment\": {\"status\", "
            "\"homography\",\n"
            "\"residual_px\", \"overlap\"}, \"versions\", \"backend\", \"timing_ms\"}.",
    .example = "  assay align golden.jpg photo.jpg --json",
    .operands = {.usage = "GOLDEN_IMAGE PHOTO", .least = 2, .most = 2},
    .values_size = sizeof(struct common_options),
    .run = run,
};
