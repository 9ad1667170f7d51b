#include "models/result.h"
#include "models/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status result_begin(struct result *result, const char *photo, const char *photo_id, const struct job *job,
                         struct fault *fault) {
  *result = (struct result){.verdict = VERDICT_CANNOT_JUDGE, .assay = ASSAY_VERSION};
  if (photo_id) snprintf(result->photo_id, sizeof result->photo_id, "%s", photo_id);
  result->photo = strdup(photo);
  if (!result->photo) goto memory;
  if (!job) return STATUS_OK;
  result->job = calloc(1, sizeof *result->job);
  if (!result->job || job_copy(job, result->job, NULL)) goto memory;
  return STATUS_OK;
memory:
  result_free(result);
  return fault_set(fault, STATUS_MEMORY, "%s: out of memory", photo);
}

bool result_add_reason(struct result *result, enum reason_code code, const char *format, ...) {
  if (result->reason_count >= RESULT_MAX_REASONS) return false;
  struct reason *reasons = realloc(result->reasons, (result->reason_count + 1) * sizeof *reasons);
  if (!reasons) return false;
  result->reasons = reasons;
  struct reason *reason = &reasons[result->reason_count++];
  reason->code = code;
  va_list args;
  va_start(args, format);
  vsnprintf(reason->text, sizeof reason->text, format, args);
  va_end(args);
  utf8_make_printable(reason->text);
  return true;
}

void result_free(struct result *result) {
  free(result->photo);
  free(result->parts);
  free(result->readings);
  if (result->job) job_free(result->job);
  free(result->job);
  free(result->reasons);
  free(result->regions);
  free(result->dimensions);
  free(result->zones);
  *result = (struct result){0};
}

static const char *const verdicts[] = {"pass", "fail", "cannot_judge"};
static const char *const reason_words[] = {"region",      "dimension",   "colour",           "code",
                                           "moved_label", "unreadable",  "not_aligned",      "wrong_product",
                                           "blurred",     "overexposed", "cropped",          "turned_over",
                                           "too_small",   "lamp_failed", "light_or_material"};
static const char *const classes[] = {"missing", "extra", "open",   "short", "mousebite", "spur", "copper", "pin-hole",
                                      "scratch", "stain", "colour", "moved", "texture",   "code", "print"};
static const char *const severities[] = {"critical", "major", "minor"};
#define COUNT(words) (sizeof(words) / sizeof *(words))

static bool find(const char *const *words, size_t count, const char *name, size_t *index) {
  for (*index = 0; *index < count; ++*index)
    if (!strcmp(words[*index], name)) return true;
  return false;
}

const char *verdict_name(enum verdict verdict) {
  return verdicts[verdict];
}
const char *reason_name(enum reason_code code) {
  return reason_words[code];
}
const char *class_name(enum defect_class class_) {
  return classes[class_];
}
const char *severity_name(enum severity severity) {
  return severities[severity];
}

bool verdict_parse(const char *name, enum verdict *verdict) {
  size_t index;
  if (!find(verdicts, COUNT(verdicts), name, &index)) return false;
  *verdict = (enum verdict)index;
  return true;
}

bool reason_parse(const char *name, enum reason_code *code) {
  size_t index;
  if (!find(reason_words, COUNT(reason_words), name, &index)) return false;
  *code = (enum reason_code)index;
  return true;
}

bool class_parse(const char *name, enum defect_class *class_) {
  size_t index;
  if (!find(classes, COUNT(classes), name, &index)) return false;
  *class_ = (enum defect_class)index;
  return true;
}

bool severity_parse(const char *name, enum severity *severity) {
  size_t index;
  if (!find(severities, COUNT(severities), name, &index)) return false;
  *severity = (enum severity)index;
  return true;
}
