#include "cli/pair_judge.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum status pair_judge_open(struct pair_judge *judge, const char *golden_image, const struct inspect_options *options,
                            struct fault *fault) {
  enum status status = photo_read_bytes(golden_image, 0, &judge->golden, fault);
  if (status) return status;
  judge->aside = options && options->aside;
  status = inspector_open_photo(&judge->golden, options, &judge->inspector, fault);
  if (!status) status = inspection_open(judge->inspector, &judge->inspection, fault);
  if (status) pair_judge_close(judge);
  return status;
}

static void *close_inspector(void *inspector) {
  inspector_close(inspector);
  return NULL;
}

/* Giving memory back takes as long as a tenth of the comparison: the golden's and the photo's side by side. */
void pair_judge_close(struct pair_judge *judge) {
  pthread_t thread;
  bool begun = judge->aside && judge->inspector && !pthread_create(&thread, NULL, close_inspector, judge->inspector);
  inspection_close(judge->inspection);
  if (begun)
    pthread_join(thread, NULL);
  else
    inspector_close(judge->inspector);
  photo_free(&judge->golden);
  *judge = (struct pair_judge){0};
}

enum status pair_judge_file(struct pair_judge *judge, const char *path, bool only_align, struct result *result,
                            struct fault *fault) {
  struct photo photo = {0};
  struct fault why = {0};
  *result = (struct result){0};
  enum status read = photo_read(path, 0, &photo, &why), status = STATUS_OK;
  if (read == STATUS_MEMORY) return fault_set(fault, read, "%s", why.text);
  /* Of a photo without bytes the engine says that it is unreadable; why is known here. */
  if (read) photo = (struct photo){.path = strdup(path)};
  if (!photo.path) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  status = only_align ? inspect_align(judge->inspection, &photo, result, fault)
                      : inspect_photo(judge->inspection, &photo, NULL, result, fault);
  if (!status && read && result->reason_count)
    snprintf(result->reasons[0].text, sizeof result->reasons[0].text, "%s", why.text);
  photo_free(&photo);
  return status;
}
