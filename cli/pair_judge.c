#include "cli/pair_judge.h"

enum status pair_judge_open(struct pair_judge *judge, const char *golden_image, const struct inspect_options *options,
                            struct fault *fault) {
  enum status status = photo_read(golden_image, 0, &judge->golden, fault);
  if (status) return status;
  status = inspector_open_photo(&judge->golden, options, &judge->inspector, fault);
  if (!status) status = inspection_open(judge->inspector, &judge->inspection, fault);
  if (status) pair_judge_close(judge);
  return status;
}

void pair_judge_close(struct pair_judge *judge) {
  inspection_close(judge->inspection);
  inspector_close(judge->inspector);
  photo_free(&judge->golden);
  *judge = (struct pair_judge){0};
}

static enum status unreadable(const char *path, const struct fault *why, struct result *result, struct fault *fault) {
  enum status status = result_begin(result, path, NULL, NULL, fault);
  if (!status) result_add_reason(result, REASON_UNREADABLE, "%s", why->text);
  return status;
}

enum status pair_judge_file(struct pair_judge *judge, const char *path, bool only_align, struct result *result,
                            struct fault *fault) {
  struct photo photo = {0};
  struct fault why = {0};
  *result = (struct result){0};
  enum status status = photo_read(path, 0, &photo, &why);
  if (status == STATUS_MEMORY) return fault_set(fault, status, "%s", why.text);
  if (status) return unreadable(path, &why, result, fault);
  status = only_align ? inspect_align(judge->inspection, &photo, result, fault)
                      : inspect_photo(judge->inspection, &photo, NULL, result, fault);
  photo_free(&photo);
  return status;
}
