#include "engine/inspect.h"

#include "engine/artwork_align.h"
#include "engine/artwork_approve.h"
#include "engine/crew.h"
#include "engine/curve.h"
#include "engine/decode.h"
#include "engine/diagnose.h"
#include "engine/explain.h"
#include "engine/focus.h"
#include "engine/inspector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LEAST_PHOTO_SIDE = 32 };

enum status inspection_open(const struct inspector *inspector, struct inspection **inspection, struct fault *fault) {
  struct inspection *work = *inspection = calloc(1, sizeof *work);
  if (!work) return fault_set(fault, STATUS_MEMORY, "inspection: out of memory");
  work->inspector = inspector;
  work->alone = inspector_threads(inspector) > 1;
  enum status status = device_open(inspector->backend, &work->device, fault);
  if (status) {
    free(work);
    *inspection = NULL;
  }
  return status;
}

void inspection_close(struct inspection *work) {
  if (!work) return;
  if (work->alone) image_memory_return(work->photo.memory, work->photo.memory_size);
  alignment_free(&work->device, &work->alignment);
  rigid_work_free(&work->device, &work->rigid);
  aligned_free(&work->device, &work->aligned);
  artwork_work_free(&work->device, &work->artwork);
  comparison_free(&work->device, &work->comparison);
  fingerprint_free(&work->device, &work->fingerprint);
  group_tally_free(&work->device, &work->tally);
  dimensions_free(&work->dimensions, &work->device);
  read_work_free(&work->reading);
  colouring_work_free(&work->device, &work->colours);
  image_free(&work->photo);
  image_free(&work->as_taken);
  device_release(&work->device, &work->as_taken_memory);
  image_free(&work->evidence_photo);
  free(work->evidence_map);
  device_close(&work->device);
  free(work);
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

enum status inspection_decode(struct inspection *work, const struct photo *photo, bool full, struct fault *fault) {
  const struct inspector *in = work->inspector;
  struct decode_options options = {.fractions = colouring_judges(in->spec)};
  /* Translation and rigid motion keep the photo's own scale; its own pixels are measured and read. */
  if (!full && in->spec->motion >= MOTION_SIMILARITY && !in->spec->dimension_count && !demands_any(in->spec))
    options.least_width = in->width, options.least_height = in->height;
  struct decode_info info = {.camera = ""};
  enum status status = decode_photo(photo->bytes, photo->size, &options, &work->photo, &info, fault);
  snprintf(work->camera, sizeof work->camera, "%s", info.camera);
  return status;
}

enum status inspection_begin_align(struct inspection *work, struct fault *fault) {
  return align_begin(&work->device, &work->photo.planes[0], &work->alignment, fault);
}

/* By align_photo or align_again, and where its parts lie. */
static enum status align(struct inspection *work,
                         enum status (*by)(struct device *, const struct align_golden *, struct alignment *,
                                           const char **, struct fault *),
                         const char **why, struct fault *fault) {
  const struct inspector *in = work->inspector;
  work->alignment.placement.parts.columns = 0;
  enum status status = by(&work->device, &in->align, &work->alignment, why, fault);
  if (status || !work->alignment.aligned) return status;
  return rigid_measure(&work->device, &in->rigid, &in->align, &work->alignment, &work->rigid, fault);
}

enum status inspection_align(struct inspection *work, const char **why, struct fault *fault) {
  const struct inspector *in = work->inspector;
  enum status status = in->artwork.found ? inspector_wait(in, INSPECTOR_LOOKED, fault) : STATUS_OK;
  if (status) return status;
  if (in->artwork.found)
    return artwork_align(&work->device, &in->align, &in->artwork, &work->artwork, &work->alignment, why, fault);
  return align(work, align_photo, why, fault);
}

/* The curve that takes a photo's values to the golden's, by its luma alone or, `colour`, by its colours too. */
static enum status find_curve(struct inspection *work, bool colour, struct curve *curve, double *change,
                              struct fault *fault) {
  const struct inspector *in = work->inspector;
  const struct alignment *a = &work->alignment;
  struct pyramid *cb = &work->aligned.photo_cb, *cr = &work->aligned.photo_cr;
  enum status status = STATUS_OK;
  if (colour) {
    status = pyramid_build(&work->device, cb, &work->photo.planes[1], a->photo.count - 1, fault);
    if (!status) status = pyramid_build(&work->device, cr, &work->photo.planes[2], a->photo.count - 1, fault);
  }
  const struct cells_photo photo = {&a->photo, colour ? cb : &a->photo, colour ? cr : &a->photo, &work->photo};
  struct tone tone;
  if (!status)
    status = colouring_tone(&work->device, &in->colouring, &a->placement, &photo, &work->colours, &tone, fault);
  if (!status) *change = curve_of_tone(&tone, curve);
  return status;
}

/* What gauges measure stays as the camera took it: the curve is a guess from how the golden's levels have changed. */
static enum status keep_as_taken(struct inspection *work, struct fault *fault) {
  const struct plane *luma = &work->photo.planes[0];
  work->straightened = true;
  if (!dimensions_asked(work->inspector->spec)) return STATUS_OK;
  enum status status = image_reserve(&work->as_taken, luma->width, luma->height, false, fault);
  for (int32_t y = 0; y < luma->height && !status; y++)
    memcpy(work->as_taken.planes[0].pixels + (size_t)y * work->as_taken.planes[0].stride,
           luma->pixels + (size_t)y * luma->stride, (size_t)luma->width);
  return status;
}

/* Where the camera's curve is another than the golden's, the photo's values are brought back to that, and it is aligned
 * again. Most have the golden's, and the luma says so. */
static enum status straighten(struct inspection *work, const char **why, struct fault *fault) {
  const struct inspector *in = work->inspector;
  const struct alignment *a = &work->alignment;
  struct curve curve;
  double change = 0;
  if (!a->aligned || in->artwork.found || a->photo.count < 2) return STATUS_OK;
  enum status status = inspector_wait(in, INSPECTOR_COLOURED, fault);
  if (!status) status = find_curve(work, false, &curve, &change, fault);
  if (!status && change > CURVE_SUSPECT && work->photo.colour && in->image.colour)
    status = find_curve(work, true, &curve, &change, fault);
  if (status || change <= CURVE_HARMLESS || change > CURVE_MOST) return status;
  status = keep_as_taken(work, fault);
  if (status) return status;
  curve_apply(&curve, &work->photo);
  status = inspection_begin_align(work, fault);
  return status ? status : align(work, align_again, why, fault);
}

/* Too small for the least of the pyramid's levels to show anything. */
static bool is_tiny(const struct image *photo) {
  return photo->width < LEAST_PHOTO_SIDE || photo->height < LEAST_PHOTO_SIDE;
}

/* Decodes and aligns; where a reduced photo turns out to hold the golden small, again at full size. */
static enum status decode_and_align(struct inspection *work, const struct photo *photo, struct result *result,
                                    const char **why, bool *readable, struct fault *fault) {
  const struct inspector *in = work->inspector;
  enum status status = STATUS_OK;
  *readable = true;
  for (int full = 0; full < 2; full++) {
    double start = milliseconds();
    status = inspection_decode(work, photo, full == 1, fault);
    result->timing.decode += milliseconds() - start;
    if (status == STATUS_MEMORY || status == STATUS_INTERNAL) return status;
    start = milliseconds();
    enum status begun = status ? STATUS_OK : inspection_begin_align(work, fault);
    result->timing.align += milliseconds() - start;
    if (begun) return begun;
    struct fault trouble = {0};
    enum status opened = inspector_wait(in, INSPECTOR_ALIGNS, &trouble);
    if (opened) {
      if (fault) *fault = trouble;
      return opened;
    }
    if (status) {
      *readable = false;
      return STATUS_OK;
    }
    work->alignment.aligned = false;
    if (is_tiny(&work->photo)) return STATUS_OK;
    start = milliseconds();
    status = inspection_align(work, why, fault);
    result->timing.align += milliseconds() - start;
    if (status || work->photo.reduction <= 1) break;
    double scale = pose_scale_at(&work->alignment.placement.pose, 0.5 * in->image.width, 0.5 * in->image.height);
    if (work->alignment.aligned && scale >= 0.9) break;
  }
  return status;
}

static enum status begin(const struct inspector *in, const struct photo *photo, const struct job *job,
                         struct result *result, struct fault *fault) {
  enum status status = result_begin(result, photo->path, photo->id, job, fault);
  if (status) return status;
  if (in->golden) {
    result->has_golden = true;
    snprintf(result->golden_name, sizeof result->golden_name, "%s", in->spec->name);
    result->golden_version = in->golden->version;
    memcpy(result->golden_sha256, in->golden->sha256, sizeof result->golden_sha256);
  }
  snprintf(result->libjpeg_turbo, sizeof result->libjpeg_turbo, "%s", decode_jpeg_version());
  snprintf(result->opencv, sizeof result->opencv, "%s", features_version());
  snprintf(result->backend, sizeof result->backend, "%s", in->backend->name);
  return STATUS_OK;
}

/* Whether an aligned photo is good enough; a pose found without features that does not show the product is not the last
 * word. */
static enum status diagnose(struct inspection *work, const char **why, struct result *result, bool *refused,
                            struct fault *fault) {
  enum diagnosis diagnosis;
  enum status status = diagnose_aligned(work, result, &diagnosis, fault);
  *refused = diagnosis == DIAGNOSIS_REFUSED;
  if (status || diagnosis != DIAGNOSIS_AGAIN) return status;
  double start = milliseconds();
  work->alignment.by_features = true;
  status = inspection_align(work, why, fault);
  work->alignment.by_features = false;
  result->timing.align += milliseconds() - start;
  if (status) return status;
  inspection_tell_alignment(work, result);
  *refused = !result->aligned;
  if (*refused) return diagnose_refused(work, *why, result, fault);
  status = diagnose_aligned(work, result, &diagnosis, fault);
  *refused = diagnosis != DIAGNOSIS_GOOD;
  return status;
}

/* What is known of an aligned photo before anything of it is changed; then its curve. */
static enum status prepare_aligned(struct inspection *work, bool judge, const char **why, struct result *result,
                                   bool *go_on, struct fault *fault) {
  bool refused = false;
  enum status status = judge ? diagnose(work, why, result, &refused, fault) : STATUS_OK;
  if (status || refused) return status;
  double start = milliseconds();
  status = straighten(work, why, fault);
  result->timing.align += milliseconds() - start;
  if (status) return status;
  inspection_tell_alignment(work, result);
  *go_on = result->aligned;
  return result->aligned ? STATUS_OK : diagnose_refused(work, *why, result, fault);
}

/* Up to the pose, and, to `judge` it, whether the photo is good enough. *go_on is false where the photo cannot be
 * judged, with the reason in the result. */
static enum status start_photo(struct inspection *work, const struct photo *photo, const struct job *job, bool judge,
                               struct result *result, bool *go_on, struct fault *fault) {
  const char *why = "";
  bool readable = true;
  struct fault trouble = {0};
  *go_on = false;
  work->judged = work->measured = work->straightened = false;
  enum status status = begin(work->inspector, photo, job, result, fault);
  if (status) return status;
  result->verdict = VERDICT_CANNOT_JUDGE;
  status = decode_and_align(work, photo, result, &why, &readable, &trouble);
  if (status) {
    if (fault) *fault = trouble;
    return status;
  }
  if (!readable) {
    result_add_reason(result, REASON_UNREADABLE, "%s", trouble.text);
    return STATUS_OK;
  }
  snprintf(result->camera, sizeof result->camera, "%s", work->camera);
  status = inspector_wait(work->inspector, INSPECTOR_KNOWN, fault);
  if (status) return status;
  inspection_tell_alignment(work, result);
  if (is_tiny(&work->photo)) {
    result_add_reason(result, REASON_TOO_SMALL,
                      "the photo is %d x %d pixels; expected at least %d a side: take it again at a higher resolution",
                      work->photo.width, work->photo.height, LEAST_PHOTO_SIDE);
    return STATUS_OK;
  }
  return result->aligned ? prepare_aligned(work, judge, &why, result, go_on, fault)
                         : diagnose_refused(work, why, result, fault);
}

struct cells_photo inspection_cells(const struct inspection *work) {
  return (struct cells_photo){&work->alignment.photo, &work->aligned.photo_cb, &work->aligned.photo_cr, &work->photo};
}

/* A grey photo's zones have no colour. */
static enum status measure_colours(struct inspection *work, struct fault *fault) {
  const struct cells_photo photo = inspection_cells(work);
  work->colours.measured = false;
  if (!work->aligned.colour) return STATUS_OK;
  return colouring_measure(&work->device, &work->inspector->colouring, &work->alignment.placement, &photo,
                           &work->colours, fault);
}

static enum status find_findings(struct inspection *work, struct fault *fault) {
  const struct inspector *in = work->inspector;
  enum status status = compare_photo(&work->device, &in->reference, &in->zones.labels, &work->aligned,
                                     in->spec->min_area_px, &work->comparison, fault);
  if (!status && in->artwork.found)
    status = artwork_find(&work->device, &in->artwork, &work->aligned, in->spec->min_area_px, &work->artwork,
                          &work->comparison, fault);
  if (!status && in->artwork.found)
    artwork_approve(in->spec, &in->zones, &work->comparison);
  else if (!status)
    status = explain_findings(&work->device, &in->reference, &work->aligned, in->spec->min_area_px,
                              inspector_threads(in), &work->comparison, fault);
  if (!status) rigid_clear(&in->rigid, &in->zones, &work->rigid, &work->comparison);
  return status;
}

/* What is asked of the planes that are ready, of each for itself. The fingerprint looks at the luma here and there,
 * which is still at hand before all of the golden is read. */
enum { JUDGING_FINGERPRINT, JUDGING_FINDINGS, JUDGING_PIECES };

struct judging {
  struct inspection *work;
  struct result *result;
};

static enum status judge_piece(void *context, size_t piece, struct fault *fault) {
  const struct judging *judging = context;
  struct inspection *work = judging->work;
  if (piece == JUDGING_FINDINGS) return find_findings(work, fault);
  const struct fingerprint_photo photo = {&work->alignment.placement, &work->photo.planes[0], &work->aligned};
  return fingerprint_make(&work->device, &work->inspector->fingerprint, &photo, &work->fingerprint, judging->result,
                          fault);
}

static enum status compare_aligned(struct inspection *work, struct result *result, struct fault *fault) {
  const struct inspector *in = work->inspector;
  double start = milliseconds();
  enum status status = inspector_wait(in, INSPECTOR_COLOURED, fault);
  if (!status)
    status = aligned_make(&work->device, &in->aligned, &work->photo, &work->alignment, &work->aligned, fault);
  if (!status) status = inspector_wait(in, INSPECTOR_READY, fault);
  if (!status) status = measure_colours(work, fault);
  if (!status && !in->artwork.found && in->reference.photos > 1)
    status = focus_find(&work->device, &in->reference.plane[ALIGNED_LUMA], &work->aligned, fault);
  struct judging judging = {work, result};
  const struct crew crew = {inspector_threads(in), judge_piece, &judging};
  if (!status) status = crew_run(&crew, JUDGING_PIECES, fault);
  if (!status) {
    inspection_tell_light(work, result);
    work->judged = true;
    status = verdict_fill(work, result, fault);
  }
  result->timing.compare = milliseconds() - start;
  return status;
}

static enum status measure_aligned(struct inspection *work, struct result *result, struct fault *fault) {
  double start = milliseconds();
  enum status status = gauging_measure(work, result, fault);
  result->timing.measure = milliseconds() - start;
  return status;
}

/* Of a photo whose verdict stands so far. */
static enum status read_aligned(struct inspection *work, struct result *result, struct fault *fault) {
  double start = milliseconds();
  enum status status = reading_judge(work, result, fault);
  result->timing.measure += milliseconds() - start;
  return status;
}

/* What is not a pass has a reason, unless there was no memory for it. */
static enum status check_reason(const struct result *result, struct fault *fault) {
  return result->reason_count ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "result: out of memory");
}

enum status inspect_photo(struct inspection *work, const struct photo *photo, const struct job *job,
                          struct result *result, struct fault *fault) {
  double start = milliseconds();
  bool go_on;
  enum status status = start_photo(work, photo, job, true, result, &go_on, fault);
  if (!status && go_on) status = measure_aligned(work, result, fault);
  if (!status && go_on) status = compare_aligned(work, result, fault);
  if (!status && go_on) status = read_aligned(work, result, fault);
  if (!status && result->verdict != VERDICT_PASS) status = check_reason(result, fault);
  result->timing.total = milliseconds() - start;
  return status;
}

enum status inspect_align(struct inspection *work, const struct photo *photo, struct result *result,
                          struct fault *fault) {
  double start = milliseconds();
  bool go_on;
  enum status status = start_photo(work, photo, NULL, false, result, &go_on, fault);
  if (!status && !go_on) status = check_reason(result, fault);
  result->timing.total = milliseconds() - start;
  return status;
}

enum status inspect_measure(struct inspection *work, const struct photo *photo, struct result *result,
                            struct fault *fault) {
  double start = milliseconds();
  bool go_on;
  enum status status = start_photo(work, photo, NULL, false, result, &go_on, fault);
  if (!status && go_on) {
    status = measure_aligned(work, result, fault);
    result->verdict = VERDICT_PASS, result->score = 100;
    gauging_judge(work, result);
  }
  if (!status && result->verdict != VERDICT_PASS) status = check_reason(result, fault);
  result->timing.total = milliseconds() - start;
  return status;
}
