#include "cli/bench/accuracy.h"
#include "cli/bench/layouts.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/pair_judge.h"
#include "cli/parallel.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The marks of these data leave so many pixels around a defect; a finding's box has none. */
enum { MARGIN = 10, CLASSES = 6 };

/* The data set's numbers of classes, from 1 on. */
static const enum defect_class classes[CLASSES] = {CLASS_OPEN, CLASS_SHORT,  CLASS_MOUSEBITE,
                                                   CLASS_SPUR, CLASS_COPPER, CLASS_PIN_HOLE};

struct accuracy {
  const struct common_options *common;
  const char *folder;
  char **names; /* of the pairs, without _temp.jpg; sorted */
  size_t count;
  struct accuracy_image *images;
  struct fault *faults;
};

static char *path_of(const struct accuracy *a, size_t index, const char *end) {
  char *path;
  return asprintf(&path, "%s/%s%s", a->folder, a->names[index], end) < 0 ? NULL : path;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum status add_name(struct accuracy *a, const char *file, struct fault *fault) {
  static const char end[] = "_temp.jpg";
  size_t length = strlen(file), tail = sizeof end - 1;
  if (length <= tail || strcmp(file + length - tail, end) != 0) return STATUS_OK;
  if (!(a->count & (a->count - 1))) {
    char **larger = realloc(a->names, (a->count ? 2 * a->count : 1) * sizeof *larger);
    if (!larger) return fault_set(fault, STATUS_MEMORY, "accuracy: out of memory");
    a->names = larger;
  }
  a->names[a->count] = strndup(file, length - tail);
  return a->names[a->count++] ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "accuracy: out of memory");
}

static enum status list_pairs(struct accuracy *a, struct fault *fault) {
  DIR *folder = opendir(a->folder);
  if (!folder) return fault_set(fault, STATUS_MISSING, "%s: %s; expected a folder", a->folder, strerror(errno));
  enum status status = STATUS_OK;
  for (struct dirent *entry; !status && (entry = readdir(folder));) status = add_name(a, entry->d_name, fault);
  closedir(folder);
  if (!status && !a->count)
    status =
        fault_set(fault, STATUS_INVALID, "%s: no pairs; expected NAME_temp.jpg, NAME_test.jpg and NAME.txt", a->folder);
  if (!status) qsort(a->names, a->count, sizeof *a->names, by_name);
  return status;
}

/* Lines "x1 y1 x2 y2 class", photo pixels; commas are as good as spaces. */
static enum status read_marks(const char *path, struct accuracy_image *image, struct fault *fault) {
  FILE *file = fopen(path, "re");
  if (!file) return fault_set(fault, STATUS_MISSING, "%s: %s", path, strerror(errno));
  char line[256];
  enum status status = STATUS_OK;
  for (int number = 1; !status && fgets(line, sizeof line, file); number++) {
    double value[5];
    char *at = line, *end = line;
    int count = 0;
    for (char *c = line; *c; c++)
      if (*c == ',' || *c == '\r' || *c == '\n') *c = ' ';
    if (strspn(line, " ") == strlen(line)) continue;
    for (; count < 5; count++, at = end) {
      value[count] = strtod(at, &end);
      if (end == at) break;
    }
    if (count < 5 || !(value[4] >= 1 && value[4] <= CLASSES)) {
      status = fault_set(fault, STATUS_INVALID, "%s:%d: expected x1 y1 x2 y2 class, the class from 1 to %d", path,
                         number, CLASSES);
      break;
    }
    struct accuracy_box box = {value[0], value[1], value[2], value[3], classes[(int)value[4] - 1], 1};
    status = accuracy_add(&image->marked, &image->marked_count, &box, fault);
  }
  fclose(file);
  return status;
}

static enum status judge(struct accuracy *a, size_t index, struct fault *fault) {
  char *golden = path_of(a, index, "_temp.jpg"), *photo = path_of(a, index, "_test.jpg");
  char *marks = path_of(a, index, ".txt");
  struct accuracy_image *image = &a->images[index];
  struct pair_judge judge = {0};
  struct result result = {0};
  const struct inspect_options inspect = {.backend = a->common->backend, .cpu = a->common->cpu};
  enum status status =
      golden && photo && marks ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "accuracy: out of memory");
  if (!status) status = read_marks(marks, image, fault);
  if (!status) status = pair_judge_open(&judge, golden, &inspect, fault);
  if (!status) status = pair_judge_file(&judge, photo, false, &result, fault);
  for (size_t i = 0; i < result.region_count && !status; i++) {
    const struct region *r = &result.regions[i];
    struct accuracy_box box = {
        r->box[0] - MARGIN, r->box[1] - MARGIN, r->box[0] + r->box[2] + MARGIN, r->box[1] + r->box[3] + MARGIN,
        r->class_,          r->confidence};
    status = accuracy_add(&image->found, &image->found_count, &box, fault);
  }
  if (!status && result.verdict == VERDICT_CANNOT_JUDGE)
    message_warning("%s: cannot be judged: %s", photo, result.reason_count ? result.reasons[0].text : "");
  result_free(&result);
  pair_judge_close(&judge);
  free(golden), free(photo), free(marks);
  return status;
}

static void work(void *context, size_t index) {
  struct accuracy *a = context;
  a->faults[index].status = judge(a, index, &a->faults[index]);
}

static enum status finish(void *context, size_t index, struct fault *fault) {
  struct accuracy *a = context;
  progress_set(index + 1, a->count);
  if (!a->faults[index].status) return STATUS_OK;
  *fault = a->faults[index];
  return fault->status;
}

static enum status report(const struct accuracy *a, struct fault *fault) {
  struct accuracy_figures figures[2];
  enum status status = accuracy_score(a->images, a->count, false, &figures[0], fault);
  if (!status) status = accuracy_score(a->images, a->count, true, &figures[1], fault);
  if (status) return status;
  if (!a->common->json)
    printf("%zu pairs, %zu marked, %zu found\n\n%-12s %9s %9s %9s %9s\n", a->count, figures[0].marked, figures[0].found,
           "", "precision", "recall", "F", "AP");
  json_t *line = a->common->json ? json_pack("{s:I}", "pairs", (json_int_t)a->count) : NULL;
  for (int k = 0; k < 2; k++) {
    const struct accuracy_figures *f = &figures[k];
    if (a->common->json)
      json_object_set_new(line, k ? "with_class" : "any_class",
                          json_pack("{s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "marked", (json_int_t)f->marked, "found",
                                    (json_int_t)f->found, "right", (json_int_t)f->right, "precision", f->precision,
                                    "recall", f->recall, "f", f->f, "average_precision", f->average_precision));
    else
      printf("%-12s %9.4f %9.4f %9.4f %9.4f\n", k ? "with class" : "any class", f->precision, f->recall, f->f,
             f->average_precision);
  }
  return a->common->json ? output_json(line, fault) : output_flush(fault);
}

enum status accuracy_deeppcb(const struct common_options *common, struct fault *fault) {
  struct accuracy a = {.common = common, .folder = common->operands.items[1]};
  enum status status = list_pairs(&a, fault);
  if (!status) {
    a.images = calloc(a.count, sizeof *a.images), a.faults = calloc(a.count, sizeof *a.faults);
    if (!a.images || !a.faults) status = fault_set(fault, STATUS_MEMORY, "accuracy: out of memory");
  }
  if (!status) {
    const struct parallel parallel = {
        .count = a.count, .threads = parallel_threads(common->threads), .work = work, .finish = finish, .context = &a};
    progress_begin("judging", a.count);
    status = parallel_run(&parallel, fault);
    progress_end();
  }
  if (!status) status = report(&a, fault);
  for (size_t i = 0; i < a.count; i++) {
    if (a.images) accuracy_image_free(&a.images[i]);
    free(a.names[i]);
  }
  free(a.names), free(a.images), free(a.faults);
  return status;
}
