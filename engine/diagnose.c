#include "engine/diagnose.h"

#include "engine/exposure.h"

#include <stdlib.h>
#include <string.h>

/* All of what is compared this much darker than in the golden: no lamp. Half of it, or less where its print is still
 * there under the darkness: a lamp of several. */
static const double LAMP_LIGHT = 0.35, DARK_MOST = 0.4, DARK_SOME = 0.06, DARK_CONFIRMED = 0.5;

/* A photo that is brighter as a whole, not at one white place. Without a placement, that much more white. */
static const double BRIGHTER = 1.08, BLIND_CLIPPED = 0.3;

/* Another product: fewer landmarks than this, and all over it; a part that is missing or covered is a finding. So few
 * landmarks tell nothing. */
static const double LEAST_CONFIRMED = 0.75, MOST_STRANGE = 0.4;
enum { LEAST_LANDMARKS = 16 };

/* Correlation within tiles from which a pose that shows too little of the golden is believed. */
static const double SURE = 0.75;

/* Enough to know the product by, whatever else is wrong: of a fluke some 0.1 to 0.45 are confirmed. */
static const double KNOWN = 0.6;

/* ---- seen from behind ---- */

/* The photo's luma, left and right exchanged; the caller frees the pixels. */
static enum status mirror(const struct plane *luma, struct plane *mirrored, struct fault *fault) {
  size_t width = (size_t)luma->width;
  *mirrored = (struct plane){malloc(width * (size_t)luma->height), luma->width, luma->height, width};
  if (!mirrored->pixels) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  for (int32_t y = 0; y < luma->height; y++) {
    const uint8_t *from = luma->pixels + (size_t)y * luma->stride + width;
    uint8_t *to = mirrored->pixels + (size_t)y * width;
    for (size_t x = 0; x < width; x++) to[x] = *--from;
  }
  return STATUS_OK;
}

static enum status is_mirrored(struct inspection *work, bool *yes, struct fault *fault) {
  const struct inspector *in = work->inspector;
  struct alignment alignment = {.aligned = false};
  struct plane luma;
  const char *why;
  *yes = false;
  enum status status = mirror(&work->photo.planes[0], &luma, fault);
  if (!status) status = align_begin(&work->device, &luma, &alignment, fault);
  if (!status) status = align_photo(&work->device, &in->align, &alignment, &why, fault);
  if (!status && (alignment.aligned || alignment.ambiguous)) {
    struct sighting s;
    landmarks_look(&in->landmarks, &luma, &alignment.placement, &alignment.light, &s);
    *yes = s.seen >= LEAST_LANDMARKS ? s.confirmed >= KNOWN : in->landmarks.count < LEAST_LANDMARKS;
  }
  alignment_free(&work->device, &alignment);
  free(luma.pixels);
  return status;
}

static void tell_blurred(double sharpness, double least, struct result *result) {
  result_add_reason(result, REASON_BLURRED,
                    "edges are %.2f times as sharp as in the golden sample; expected at least %.2f: focus, hold the "
                    "camera still, clean the lens, and take the photo again",
                    sharpness, least);
}

/* Not this product as it lies in the golden, or not to be known by its edges. `smeared` as of struct sighting. */
static enum status tell_other(struct inspection *work, double smeared, struct result *result, struct fault *fault) {
  const double least = work->inspector->spec->least_sharpness;
  bool mirrored;
  enum status status = is_mirrored(work, &mirrored, fault);
  if (!status && mirrored)
    result_add_reason(
        result, REASON_TURNED_OVER,
        "the photo shows the product mirrored, from its back or by the camera's setting; turn it over, or "
        "switch mirroring off, and take the photo again");
  else if (!status && smeared < least)
    tell_blurred(smeared, least, result);
  else if (!status)
    result_add_reason(result, REASON_WRONG_PRODUCT,
                      "what the golden sample shows was not found in the photo; check that it is this product, with "
                      "this side to the camera, and take the photo from the front");
  return status;
}

/* ---- too dark, too bright, too soft ---- */

static void tell_lamp(const struct exposure *e, struct result *result) {
  if (e->lit < LAMP_LIGHT)
    result_add_reason(
        result, REASON_LAMP_FAILED,
        "the photo is %.2f times as bright as the golden sample: a lamp has failed or the exposure is too "
        "short; check the lamps and take the photo again",
        e->lit);
  else
    result_add_reason(
        result, REASON_LAMP_FAILED,
        "%.0f %% of the compared product lies in darkness, the rest is lit: a lamp has failed or something "
        "shades the product; check the lamps and take the photo again",
        100 * e->shaded);
}

static bool lamp_failed(const struct spec *spec, const struct exposure *e, const struct sighting *s) {
  double least = spec->light_gain[0] < LAMP_LIGHT ? spec->light_gain[0] : LAMP_LIGHT;
  if (e->lit < least || e->shaded > DARK_MOST) return true;
  return e->shaded > DARK_SOME && s->shaded && s->shaded_confirmed >= DARK_CONFIRMED;
}

static void tell_overexposed(const struct exposure *e, struct result *result) {
  result_add_reason(
      result, REASON_OVEREXPOSED,
      "%.0f %% of what is compared is white in the photo and not in the golden sample: nothing can be seen "
      "there; take it again with a shorter exposure or less light",
      100 * e->clipped);
}

static void tell_small(double scale, double least, struct result *result) {
  result_add_reason(
      result, REASON_TOO_SMALL,
      "the product is %.2f times as large as in the golden photo; expected at least %.2f: go nearer or use "
      "a higher resolution",
      scale, least);
}

static void tell_cropped(double overlap, double least, struct result *result) {
  result_add_reason(
      result, REASON_CROPPED,
      "only %.0f %% of the compared product is in the photo; expected at least %.0f %%: take it again with "
      "the whole product in view",
      100 * overlap, 100 * least);
}

/* ---- aligned ---- */

enum status diagnose_aligned(struct inspection *work, struct result *result, enum diagnosis *diagnosis,
                             struct fault *fault) {
  const struct inspector *in = work->inspector;
  const struct spec *spec = in->spec;
  const struct alignment *a = &work->alignment;
  struct exposure e;
  struct sighting s;
  double scale = pose_scale_at(&a->placement.pose, 0.5 * (in->image.width - 1), 0.5 * (in->image.height - 1));
  if (work->photo.reduction > 1) scale *= work->photo.reduction;
  exposure_look(&in->exposure, &work->photo, &a->placement, &e);
  landmarks_look(&in->landmarks, &work->photo.planes[0], &a->placement, &a->light, &s);
  work->sighting = s;
  bool known = s.seen < LEAST_LANDMARKS || s.confirmed >= LEAST_CONFIRMED || s.strange < MOST_STRANGE;
  *diagnosis = DIAGNOSIS_REFUSED;
  if (scale < spec->least_scale)
    tell_small(scale, spec->least_scale, result);
  else if (lamp_failed(spec, &e, &s))
    tell_lamp(&e, result);
  else if (e.clipped > spec->light_clipped && e.middle > BRIGHTER)
    tell_overexposed(&e, result);
  else if (s.seen >= LEAST_LANDMARKS && s.sharpness < spec->least_sharpness)
    tell_blurred(s.sharpness, spec->least_sharpness, result);
  else if (!known && a->straight)
    *diagnosis = DIAGNOSIS_AGAIN;
  else if (!known)
    return tell_other(work, s.smeared, result, fault);
  else if (a->overlap < spec->least_overlap)
    tell_cropped(a->overlap, spec->least_overlap, result);
  else
    *diagnosis = DIAGNOSIS_GOOD;
  return STATUS_OK;
}

/* ---- not aligned ---- */

/* The rise of the steepest edges over one pixel against that over REACH: near 1 where they are sharp, 1 / REACH where
 * they are soft. 0 where the picture is even. */
enum { REACH = 6, EVEN = 8 };

static double crispness(const struct plane *luma) {
  int32_t near[256] = {0}, far[256] = {0};
  int32_t total = 0, least;
  for (int32_t y = 0; y < luma->height; y++) {
    const uint8_t *row = luma->pixels + (size_t)y * luma->stride;
    for (int32_t x = 0; x + REACH < luma->width; x++)
      near[abs(row[x + 1] - row[x])]++, far[abs(row[x + REACH] - row[x])]++, total++;
  }
  least = total / 100;
  int step = 255, rise = 255;
  for (int32_t above = near[255]; step > 0 && above <= least;) above += near[--step];
  for (int32_t above = far[255]; rise > 0 && above <= least;) above += far[--rise];
  return rise < EVEN ? 0 : (double)step / rise;
}

/* Whatever else is wrong with the photo may be what hides how the product lies. */
static enum status diagnose_ambiguous(struct inspection *work, struct result *result, struct fault *fault) {
  enum diagnosis diagnosis;
  enum status status = diagnose_aligned(work, result, &diagnosis, fault);
  if (!status && diagnosis == DIAGNOSIS_GOOD)
    result_add_reason(result, REASON_NOT_ALIGNED,
                      "the product looks nearly the same turned or shifted, and what tells how it lies cannot be seen; "
                      "take it again with the whole product in view and nothing over it, no glare either");
  return status;
}

enum status diagnose_refused(struct inspection *work, const char *why, struct result *result, struct fault *fault) {
  const struct inspector *in = work->inspector;
  const struct spec *spec = in->spec;
  const struct alignment *a = &work->alignment;
  struct exposure e;
  if (a->ambiguous) return diagnose_ambiguous(work, result, fault);
  double photo = crispness(&work->photo.planes[0]), golden = crispness(&in->image.planes[0]);
  double sharpness = golden > 0 ? photo / golden : 1;
  exposure_look_blindly(&in->exposure, &work->photo, &e);
  if (a->correlation >= SURE && a->overlap < spec->least_overlap)
    tell_cropped(a->overlap, spec->least_overlap, result);
  else if (e.lit < LAMP_LIGHT)
    tell_lamp(&e, result);
  else if (e.clipped > BLIND_CLIPPED)
    tell_overexposed(&e, result);
  else if (photo <= 0)
    result_add_reason(result, REASON_NOT_ALIGNED,
                      "%s: it shows nothing but an even surface; take it again with the whole product in view", why);
  else if (sharpness < spec->least_sharpness)
    tell_blurred(sharpness, spec->least_sharpness, result);
  else
    return tell_other(work, 1, result, fault);
  return STATUS_OK;
}
