#include "engine/inspector.h"

#include "engine/backend.h"
#include "engine/crew.h"
#include "engine/decode.h"
#include "engine/focus.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_GOLDEN_SIDE = 32 };

/* ---- opening in a thread of its own ---- */

struct opening {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  unsigned reached; /* stages */
  enum status status;
  struct fault fault;
  struct inspector *inspector;
  const struct photo *photo;
  /* What does not wait for alignment is made in one more thread, which has a device of its own. */
  pthread_t beside;
  bool has_beside;
  enum status made;
  struct fault made_fault;
};

static void reach(struct inspector *in, enum inspector_stage stage, enum status status, const struct fault *fault) {
  struct opening *o = in->opening;
  if (!o) return;
  pthread_mutex_lock(&o->lock);
  if (!status) o->reached |= stage;
  if (status && !o->status) o->status = status, o->fault = *fault;
  pthread_cond_broadcast(&o->changed);
  pthread_mutex_unlock(&o->lock);
}

enum status inspector_wait(const struct inspector *in, enum inspector_stage stage, struct fault *fault) {
  struct opening *o = in->opening;
  if (!o) return STATUS_OK;
  pthread_mutex_lock(&o->lock);
  while (!(o->reached & stage) && !o->status) pthread_cond_wait(&o->changed, &o->lock);
  enum status status = o->reached & stage ? STATUS_OK : o->status;
  if (status && fault) *fault = o->fault;
  pthread_mutex_unlock(&o->lock);
  return status;
}

int inspector_threads(const struct inspector *in) {
  return in->once > 1 && in->backend->memory.view ? in->once : 1;
}

static void opening_free(struct opening *o) {
  pthread_mutex_destroy(&o->lock);
  pthread_cond_destroy(&o->changed);
  free(o);
}

/* ---- opening ---- */

/* Artwork has no parts of its own. Of the rigid zones only that there are any is known here: they are counted beside.
 */
static enum status sort_golden(struct inspector *in, struct fault *fault) {
  if (in->rigid.datum) return STATUS_OK;
  return artwork_open(&in->device, &in->image.planes[0], &in->zones.labels, in->spec, &in->artwork, fault);
}

/* What an aligned photo is known by. */
static enum status know_golden(struct inspector *in, struct fault *fault) {
  enum status status = fingerprint_open(&in->image.planes[0], &in->fingerprint, fault);
  if (status) return status;
  landmarks_choose(&in->image.planes[0], &in->zones, &in->landmarks);
  exposure_choose(&in->image, &in->zones.labels, &in->exposure);
  return STATUS_OK;
}

/* Artwork has limits of its own. */
static int once_of(const struct inspector *in) {
  return in->artwork.found ? 0 : in->once;
}

static void *make_beside(void *argument) {
  struct inspector *in = argument;
  struct opening *o = in->opening;
  struct device device = {.backend = NULL};
  enum status status = device_open(in->backend, &device, &o->made_fault);
  if (!status) status = know_golden(in, &o->made_fault);
  reach(in, INSPECTOR_KNOWN, status, &o->made_fault);
  if (!status)
    status = reference_of_one(&device, in->spec, &in->zones, &in->image, once_of(in), &in->reference, &o->made_fault);
  device_close(&device);
  o->made = status;
  return NULL;
}

/* One picture alone, all of which is compared, of a backend whose memory is the same for all of its contexts. False: it
 * is to be done here. */
static bool begin_beside(struct inspector *in) {
  struct opening *o = in->opening;
  if (!o || !in->backend->level) return false;
  return o->has_beside = !pthread_create(&o->beside, NULL, make_beside, in);
}

static enum status end_beside(struct opening *o, struct fault *fault) {
  if (!o || !o->has_beside) return STATUS_OK;
  pthread_join(o->beside, NULL);
  if (o->made && fault) *fault = o->made_fault;
  return o->made;
}

static enum status wait_looked(const void *inspector, struct fault *fault) {
  return inspector_wait(inspector, INSPECTOR_LOOKED, fault);
}

/* *datum is what takes part in alignment, NULL where all of it does. */
static enum status draw_zones(struct inspector *in, const struct photo *masks, const struct plane **datum,
                              struct fault *fault) {
  enum status status = zones_draw(in->spec, masks, in->image.width, in->image.height, &in->zones, fault);
  *datum = &in->zones.labels;
  if (!status) status = rigid_begin(in->spec, &in->zones, &in->rigid, datum, fault);
  /* The frame takes no part in any case. */
  if (*datum == &in->zones.labels && in->zones.whole) *datum = NULL;
  return status;
}

/* Decodes the golden photo and makes everything that alignment begins with. */
static enum status open_first(struct inspector *in, const struct photo *photo, const struct photo *masks,
                              struct fault *fault) {
  struct decode_options options = {.fractions = colouring_judges(in->spec)};
  enum status status = decode_photo(photo->bytes, photo->size, &options, &in->image, NULL, fault);
  if (status) {
    fault_prefix(fault, "golden photo %s", photo->path);
    return status;
  }
  /* Aside they are known from the header, and may be read meanwhile. */
  if (!in->opening) in->width = in->image.width, in->height = in->image.height;
  if (in->image.width < LEAST_GOLDEN_SIDE || in->image.height < LEAST_GOLDEN_SIDE)
    return fault_set(fault, STATUS_INVALID, "golden photo %s: %d x %d pixels; expected at least %d a side", photo->path,
                     in->image.width, in->image.height, LEAST_GOLDEN_SIDE);
  const struct plane *datum = NULL;
  status = draw_zones(in, masks, &datum, fault);
  if (!status) status = sort_golden(in, fault);
  if (!status)
    status = align_golden_open(&in->device, &in->image.planes[0], datum, in->spec->motion, in->spec->local_px,
                               &in->align, fault);
  if (in->opening) in->align.wait = wait_looked, in->align.context = in;
  /* What the pose leaves is part of a dimension's uncertainty. */
  if (in->spec->dimension_count) in->align.early_level = in->align.final_level;
  if (!status) status = rigid_open(&in->device, &in->zones, &in->align, &in->rigid, fault);
  return status ? status : device_wait(&in->device, fault);
}

static enum status add_colours(struct inspector *in, struct inspection *work, struct fault *fault) {
  const struct cells_photo photo = inspection_cells(work);
  if (!work->aligned.colour) return STATUS_OK;
  return colouring_add(&work->device, &in->colouring, &work->alignment.placement, &photo, &work->colours, fault);
}

static enum status open_chroma(struct inspector *in, struct fault *fault) {
  enum status status = STATUS_OK;
  if (in->image.colour) {
    status = pyramid_build(&in->device, &in->cb, &in->image.planes[1], in->align.luma.count - 1, fault);
    if (!status) status = pyramid_build(&in->device, &in->cr, &in->image.planes[2], in->align.luma.count - 1, fault);
  }
  in->aligned = (struct aligned_golden){.align = &in->align,
                                        .cb = &in->cb,
                                        .cr = &in->cr,
                                        .mask = rigid_mask(&in->rigid, &in->align),
                                        .threads = inspector_threads(in)};
  return status;
}

/* What alignment does not need. */
static enum status open_rest(struct inspector *in, const struct photo *masks, struct fault *fault) {
  enum status status = open_chroma(in, fault);
  if (status) return status;
  const struct pyramid *luma = &in->align.luma, *cb = in->image.colour ? &in->cb : luma;
  const struct cells_photo golden = {luma, cb, in->image.colour ? &in->cr : luma, &in->image};
  status = colouring_open(&in->device, in->spec, masks, &in->zones, &golden, &in->colouring, fault);
  if (!status) status = reading_open(in, masks, fault);
  return status ? status : device_wait(&in->device, fault);
}

/* Adds what was made ready: in the second pass, which only robust statistics need, to these alone. */
static enum status add_aligned(struct inspector *in, struct inspection *work, bool golden, struct robust *robust,
                               int pass, struct fault *fault) {
  enum status status = STATUS_OK;
  if (pass == 0) status = reference_add(&work->device, &work->aligned, &in->reference, fault);
  if (!status && pass == 0 && in->groups) status = inspector_tally(work, golden, fault);
  if (!status && in->spec->robust) status = robust_add(&work->device, &work->aligned, robust, fault);
  return status;
}

/* A further approved photo: aligned to the first, brought to its focus, then added to the statistics. `first`: the
 * reference of the first alone. */
static enum status add_photo(struct inspector *in, struct inspection *work, const struct photo *photo,
                             const struct reference *first, struct robust *robust, int pass, struct fault *fault) {
  const char *why = "";
  enum status status = inspection_decode(work, photo, true, fault);
  if (!status) status = inspection_begin_align(work, fault);
  if (!status) status = inspection_align(work, &why, fault);
  if (!status && !work->alignment.aligned)
    status =
        fault_set(fault, STATUS_INVALID, "%s; expected a photo of the same product as the first golden photo", why);
  if (!status)
    status = aligned_make(&work->device, &in->aligned, &work->photo, &work->alignment, &work->aligned, fault);
  if (!status && !in->artwork.found)
    status = focus_find(&work->device, &first->plane[ALIGNED_LUMA], &work->aligned, fault);
  if (!status && pass == 0) status = add_colours(in, work, fault);
  if (!status && pass == 0) rigid_approve(&in->rigid, &work->rigid);
  if (!status) status = add_aligned(in, work, false, robust, pass, fault);
  if (status) fault_prefix(fault, "golden photo %s", photo->path);
  return status;
}

static enum status add_photos(struct inspector *in, const struct photo *photos, size_t count, struct fault *fault) {
  struct inspection *work = NULL;
  struct robust robust = {.planes = 0};
  struct reference first = {.planes = 0};
  if (count > REFERENCE_MOST_PHOTOS)
    return fault_set(fault, STATUS_LIMIT, "golden: %zu photos; expected at most %d", count, REFERENCE_MOST_PHOTOS);
  enum status status =
      reference_begin(&in->device, in->image.width, in->image.height, in->image.colour, &in->reference, fault);
  if (!status && count > 1) status = reference_of_one(&in->device, in->spec, &in->zones, &in->image, 0, &first, fault);
  if (!status && count > 1) status = reference_bend(&in->device, &first, fault);
  if (!status) status = device_wait(&in->device, fault);
  if (!status) status = inspection_open(in, &work, fault);
  for (int pass = 0; pass < (in->spec->robust ? 2 : 1) && !status; pass++) {
    status = aligned_of_golden(&work->device, &in->image, in->image.colour, &work->aligned, fault);
    if (!status) status = add_aligned(in, work, true, &robust, pass, fault);
    for (size_t i = 1; i < count && !status; i++)
      status = add_photo(in, work, &photos[i], &first, &robust, pass, fault);
    if (!status && in->spec->robust && pass == 0) status = robust_turn(&robust, fault);
  }
  if (!status) colouring_take_mean(&in->colouring), rigid_take_mean(&in->rigid);
  if (!status) status = device_wait(&work->device, fault);
  if (!status && in->groups) status = inspector_groups(in, work, fault);
  if (!status)
    status = reference_finish(&in->device, in->spec, &in->zones, &in->image, in->spec->robust ? &robust : NULL,
                              &in->reference, fault);
  if (work) robust_free(&work->device, &robust);
  inspection_close(work);
  reference_free(&in->device, &first);
  return status;
}

static enum status make_reference(struct inspector *in, const struct photo *photos, size_t count, struct fault *fault) {
  enum status status = STATUS_OK;
  /* The group image is made of sums, which one photo alone does not need. */
  if (count > 1 || in->groups)
    status = add_photos(in, photos, count, fault);
  else if (!in->opening || !in->opening->has_beside)
    status = reference_of_one(&in->device, in->spec, &in->zones, &in->image, once_of(in), &in->reference, fault);
  else
    status = end_beside(in->opening, fault);
  if (!status && in->artwork.found) status = artwork_limits(&in->device, &in->artwork, &in->reference, fault);
  enum aligned_plane first = in->artwork.found ? ALIGNED_CB : ALIGNED_LUMA;
  if (!status) status = reference_approve(&in->device, in->spec, &in->zones, first, &in->reference, fault);
  if (!status) status = device_wait(&in->device, fault);
  return status;
}

static enum status open_backend(struct inspector *in, const struct inspect_options *options, struct fault *fault) {
  char why[200];
  enum status status = backend_open(options, &in->device, why, sizeof why, fault);
  in->backend = in->device.backend;
  in->groups = options && options->groups;
  if (options && options->once) in->once = options->aside ? crew_processors() : 1;
  return status;
}

static enum status open_photos(struct inspector *in, const struct photo *photos, size_t count,
                               const struct photo *masks, struct fault *fault) {
  enum status status = open_first(in, &photos[0], masks, fault);
  reach(in, INSPECTOR_ALIGNS, status, fault);
  bool beside = !status && begin_beside(in);
  if (!status) status = align_golden_look(&in->device, &in->align, fault);
  reach(in, INSPECTOR_LOOKED, status, fault);
  if (!status && !beside) {
    status = know_golden(in, fault);
    reach(in, INSPECTOR_KNOWN, status, fault);
  }
  if (!status) status = open_rest(in, masks, fault);
  reach(in, INSPECTOR_COLOURED, status, fault);
  if (!status)
    status = make_reference(in, photos, count, fault);
  else
    end_beside(in->opening, NULL);
  reach(in, INSPECTOR_READY, status, fault);
  return status;
}

static void *open_aside(void *argument) {
  struct opening *o = argument;
  struct fault fault = {0};
  open_photos(o->inspector, o->photo, 1, NULL, &fault);
  return NULL;
}

/* False where the system gives no thread: then it is to be opened here. */
static bool begin_aside(struct inspector *in, const struct photo *golden) {
  struct fault unused = {0};
  struct opening *o = calloc(1, sizeof *o);
  if (!o) return false;
  o->inspector = in, o->photo = golden;
  pthread_mutex_init(&o->lock, NULL);
  pthread_cond_init(&o->changed, NULL);
  in->opening = o;
  if (!decode_header(golden->bytes, golden->size, &in->width, &in->height, NULL, &unused) &&
      !pthread_create(&o->thread, NULL, open_aside, o))
    return true;
  in->opening = NULL;
  opening_free(o);
  return false;
}

enum status inspector_open(const struct golden *golden, const struct inspect_options *options,
                           struct inspector **inspector, struct fault *fault) {
  struct inspector *in = *inspector = calloc(1, sizeof *in);
  if (!in) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  in->golden = golden;
  in->spec = &golden->spec;
  enum status status = open_backend(in, options, fault);
  if (!status) status = open_photos(in, golden->photos, golden->photo_count, golden->masks, fault);
  if (status) {
    inspector_close(in);
    *inspector = NULL;
  }
  return status;
}

enum status inspector_open_photo(const struct photo *golden, const struct inspect_options *options,
                                 struct inspector **inspector, struct fault *fault) {
  struct inspector *in = *inspector = calloc(1, sizeof *in);
  if (!in) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  spec_init(&in->own_spec);
  in->spec = &in->own_spec;
  enum status status = open_backend(in, options, fault);
  if (!status && options && options->aside && begin_aside(in, golden)) return STATUS_OK;
  if (!status) status = open_photos(in, golden, 1, NULL, fault);
  if (status) {
    inspector_close(in);
    *inspector = NULL;
  }
  return status;
}

void inspector_close(struct inspector *in) {
  if (!in) return;
  if (in->opening) {
    pthread_join(in->opening->thread, NULL);
    opening_free(in->opening);
    image_memory_return(in->image.memory, in->image.memory_size);
  }
  colouring_close(&in->device, &in->colouring);
  artwork_close(&in->device, &in->artwork);
  reference_free(&in->device, &in->reference);
  pyramid_release(&in->device, &in->cb);
  pyramid_release(&in->device, &in->cr);
  rigid_close(&in->device, &in->rigid);
  align_golden_close(&in->device, &in->align);
  zones_free(&in->zones);
  demands_free(&in->demands);
  fingerprint_close(&in->fingerprint);
  group_image_free(&in->group);
  free(in->group_labels);
  image_free(&in->image);
  device_close(&in->device);
  spec_free(&in->own_spec);
  free(in);
}
