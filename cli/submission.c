#include "cli/submission.h"

#include "cli/photos.h"
#include "cli/text.h"

#include "engine/decode.h"
#include "models/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum status out_of_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory for the list of photos");
}

/* What a group option gives to a job that has none. */
static enum status set_default(char **field, const char *value, struct fault *fault) {
  if (*field || !value) return STATUS_OK;
  *field = strdup(value);
  return *field ? STATUS_OK : out_of_memory(fault);
}

static enum status set_groups(struct job *job, const struct submission_options *options, struct fault *fault) {
  enum status status = set_default(&job->lot, options->lot, fault);
  if (!status) status = set_default(&job->factory, options->factory, fault);
  if (!status) status = set_default(&job->line, options->line, fault);
  if (!status) status = set_default(&job->shift, options->shift, fault);
  return status;
}

static enum status check_fields(const struct job *job, struct fault *fault) {
  for (size_t i = 0; i < JOB_TEXTS; i++) {
    const char *value = job_text_get(job, i), *expected = NULL;
    if (value && !job_text_valid(i, value, &expected))
      return fault_set(fault, STATUS_INVALID, "%s: %s is \"%.100s\"; expected %s", job->photo, job_texts[i].column,
                       value, expected ? expected : "another text");
  }
  return STATUS_OK;
}

static enum status find_golden(struct submission *submission, const char *path, size_t *index, struct fault *fault) {
  for (*index = 0; *index < submission->golden_count; ++*index)
    if (!strcmp(submission->goldens[*index].path, path)) return STATUS_OK;
  struct submission_golden *goldens = realloc(submission->goldens, (*index + 1) * sizeof *goldens);
  if (!goldens) return out_of_memory(fault);
  submission->goldens = goldens;
  goldens[*index] = (struct submission_golden){.path = strdup(path)};
  if (!goldens[*index].path) return out_of_memory(fault);
  submission->golden_count++;
  return STATUS_OK;
}

/* Takes over what `job` owns, and `path` (may be NULL). */
static enum status add_job(struct submission *submission, struct job *job, char *path,
                           const struct submission_options *options, struct fault *fault) {
  submission->paths[submission->count] = path;
  struct job *own = &submission->jobs[submission->count++];
  *own = *job;
  *job = (struct job){0};
  enum status status = set_groups(own, options, fault);
  if (!status) status = check_fields(own, fault);
  if (!status) status = find_golden(submission, own->golden_path, &submission->golden_of[submission->count - 1], fault);
  return status;
}

static enum status reserve(struct submission *submission, size_t count, struct fault *fault) {
  submission->jobs = calloc(count, sizeof *submission->jobs);
  submission->paths = calloc(count, sizeof *submission->paths);
  submission->golden_of = calloc(count, sizeof *submission->golden_of);
  return submission->jobs && submission->paths && submission->golden_of ? STATUS_OK : out_of_memory(fault);
}

static enum status read_manifest(const struct words *operands, const struct submission_options *options,
                                 struct submission *submission, struct fault *fault) {
  if (operands->count > 1)
    return fault_set(fault, STATUS_USAGE,
                     "--manifest names the photos; expected no photo or folder beside it, found %s",
                     operands->items[1]);
  struct manifest manifest = {0};
  enum status status = manifest_read(options->manifest, &manifest, fault);
  if (!status && !manifest.count)
    status = fault_set(fault, STATUS_INVALID, "%s: no photo in the list; expected a line a photo after the header",
                       options->manifest);
  if (!status) status = reserve(submission, manifest.count, fault);
  for (size_t i = 0; !status && i < manifest.count; i++) {
    struct manifest_row *row = &manifest.rows[i];
    if (!row->job.golden_path && !operands->count)
      status = fault_set(fault, STATUS_INVALID, "%s:%d: golden: is empty; expected a golden there or as an argument",
                         options->manifest, row->line);
    if (!status) status = set_default(&row->job.golden_path, operands->count ? operands->items[0] : NULL, fault);
    if (status) break;
    status = add_job(submission, &row->job, row->path, options, fault);
    row->path = NULL;
  }
  manifest_free(&manifest);
  return status;
}

/* The pictures that an earlier run has written into `out`, which may lie among the photos. */
static enum status leave_out_pictures(struct photo_paths *paths, const char *out, char *own[2], struct fault *fault) {
  static const char *const names[2] = {"pictures", "evidence"};
  for (size_t i = 0; i < 2 && out; i++) {
    if (asprintf(&own[i], "%s/%s", out, names[i]) < 0) {
      own[i] = NULL;
      return out_of_memory(fault);
    }
    paths->leave_out[i] = own[i];
  }
  return STATUS_OK;
}

static enum status read_operands(const struct words *operands, const struct submission_options *options,
                                 const char *out, struct submission *submission, struct fault *fault) {
  if (operands->count < 2)
    return fault_set(fault, STATUS_USAGE, "expected GOLDEN PHOTO|FOLDER..., or --manifest FILE.csv");
  struct photo_paths paths = {0};
  char *own[2] = {NULL, NULL};
  enum status status = leave_out_pictures(&paths, out, own, fault);
  if (!status) status = photo_paths_add_all(&paths, operands->items + 1, operands->count - 1, fault);
  if (!status) status = reserve(submission, paths.count, fault);
  for (size_t i = 0; !status && i < paths.count; i++) {
    struct job job = {.photo = paths.items[i], .golden_path = strdup(operands->items[0])};
    paths.items[i] = NULL;
    status = job.golden_path ? add_job(submission, &job, NULL, options, fault) : out_of_memory(fault);
    job_free(&job);
  }
  photo_paths_free(&paths);
  free(own[0]), free(own[1]);
  return status;
}

enum status submission_read(const struct words *operands, const struct submission_options *options, const char *out,
                            struct submission *submission, struct fault *fault) {
  return options->manifest ? read_manifest(operands, options, submission, fault)
                           : read_operands(operands, options, out, submission, fault);
}

void submission_free(struct submission *submission) {
  for (size_t i = 0; i < submission->count; i++) {
    job_free(&submission->jobs[i]);
    free(submission->paths[i]);
  }
  for (size_t i = 0; i < submission->golden_count; i++) free(submission->goldens[i].path);
  free(submission->jobs);
  free(submission->paths);
  free(submission->golden_of);
  free(submission->goldens);
  *submission = (struct submission){0};
}

static enum status set_captured(struct job *job, const struct photo *photo, struct fault *fault) {
  int32_t width, height;
  struct decode_info info;
  struct fault unused = {0};
  if (job->captured || decode_header(photo->bytes, photo->size, &width, &height, &info, &unused) || !*info.captured)
    return STATUS_OK;
  job->captured = strdup(info.captured);
  return job->captured ? STATUS_OK : out_of_memory(fault);
}

static enum status set_path(struct client_job *job, const char *photo, bool absolute, struct fault *fault) {
  char *folder = absolute && photo[0] != '/' ? getcwd(NULL, 0) : NULL;
  if (absolute && photo[0] != '/') {
    if (!folder) return fault_set(fault, STATUS_IO, "the working folder cannot be found");
    if (asprintf(&job->path, "%s/%s", folder, photo) < 0) job->path = NULL;
  } else {
    job->path = strdup(photo);
  }
  free(folder);
  return job->path ? STATUS_OK : out_of_memory(fault);
}

enum status submission_next(struct submission *submission, bool bytes, bool absolute, struct client_job *job, bool *end,
                            struct fault *fault) {
  *job = (struct client_job){.path = NULL};
  *end = submission->next == submission->count;
  if (*end) return STATUS_OK;
  size_t index = submission->next++;
  const char *path = submission->paths[index] ? submission->paths[index] : submission->jobs[index].photo;
  struct photo photo = {0};
  struct fault why = {0};
  enum status status = job_copy(&submission->jobs[index], &job->job, fault);
  if (status) return status;
  status = photo_read(path, 0, &photo, &why);
  if (status == STATUS_MEMORY) {
    fault_set(fault, status, "%s", why.text);
    goto end;
  }
  bool readable = !status;
  memcpy(job->job.golden_sha256, submission->goldens[submission->golden_of[index]].sha256, SHA256_CHARS + 1);
  memcpy(job->job.photo_id, photo.id, sizeof photo.id);
  status = readable ? set_captured(&job->job, &photo, fault) : STATUS_OK;
  job_identify(&job->job);
  if (!status && bytes && readable) {
    job->photo = photo;
    photo = (struct photo){0};
  } else if (!status) {
    status = set_path(job, path, absolute, fault);
  }
end:
  photo_free(&photo);
  if (status) {
    job_free(&job->job);
    free(job->path);
    *job = (struct client_job){.path = NULL};
  }
  return status;
}

size_t submission_widest(const struct submission *submission) {
  size_t widest = 0;
  for (size_t i = 0; i < submission->count; i++) {
    size_t width = text_width(submission->jobs[i].photo);
    if (width > widest) widest = width;
  }
  return widest;
}
