/* From a photo's bytes to its result: the engine's one front. */
#ifndef ASSAY_ENGINE_INSPECT_H
#define ASSAY_ENGINE_INSPECT_H

#include "engine/groups/group_image.h"
#include "engine/image.h"
#include "engine/measure/value.h"
#include "models/golden.h"
#include "models/job.h"
#include "models/photo.h"
#include "models/result.h"
#include "models/status.h"

/* A golden made ready for comparison: pyramids, features, mean and tolerance maps. Immutable once made: any number of
 * threads may inspect against one inspector at the same time. */
struct inspector;

struct inspect_options {
  const char *backend; /* "auto", "cpu" or "cuda"; NULL: auto */
  const char *cpu;     /* "reference", "baseline", "avx2", "avx512"; NULL: the best that this processor has */
  int gpu;             /* which, from 0, where there are several; inspectors on two share nothing */
  bool groups;         /* group images will be asked for */
  bool aside;          /* inspector_open_photo returns at once and works on in a thread of its own, so that a first
                          photo is judged sooner */
  bool once;           /* one photo alone will be judged: what its comparison needs of the golden is not kept */
};

/* How many GPUs there are to choose from under these options (NULL: none given); 0: the CPU does the work. */
int inspect_gpus(const struct inspect_options *options);

/* Whether an inspector could be opened under these options; `why` gets what would do the work, and why, in words:
 * "cpu, level avx2: no GPU: ...". Fails as inspector_open does. */
enum status inspect_try(const struct inspect_options *options, char *why, size_t size, struct fault *fault);

/* From a sealed golden, which must outlive the inspector. STATUS_INVALID where a golden photo cannot be decoded or
 * aligned to the first. STATUS_UNAVAILABLE where this machine or build has not what the options ask for; STATUS_DEVICE
 * where a GPU fails, is taken or has no memory left. */
enum status inspector_open(const struct golden *golden, const struct inspect_options *options,
                           struct inspector **inspector, struct fault *fault);
/* From one picture alone, with a spec of defaults (assay diff, assay align); the picture must outlive the inspector
 * where options->aside is set. What is wrong with it may then show only when a photo is judged. */
enum status inspector_open_photo(const struct photo *golden, const struct inspect_options *options,
                                 struct inspector **inspector, struct fault *fault);
void inspector_close(struct inspector *inspector);

/* Whether the golden photo itself shows the codes and texts that its spec demands; STATUS_INVALID names the zone, what
 * was read and what was expected. For goldens that are being made: inspector_open does not look. */
enum status inspector_check(const struct inspector *inspector, struct fault *fault);

/* One thread's working memory: taken at the first photo, kept for the next. */
struct inspection;
enum status inspection_open(const struct inspector *inspector, struct inspection **inspection, struct fault *fault);
void inspection_close(struct inspection *inspection);
/* The golden photo, decoded; lives as long as the inspector. */
const struct image *inspection_golden(const struct inspection *inspection);

/* Judges one photo. `job` may be NULL. A photo that cannot be read or judged is a result (cannot_judge), not a failure;
 * the status is not OK only for faults of assay or the machine (memory, device: after STATUS_DEVICE the inspection is
 * only good to be closed). The caller ends with result_free in
 * either case. */
enum status inspect_photo(struct inspection *inspection, const struct photo *photo, const struct job *job,
                          struct result *result, struct fault *fault);
/* Only decodes and aligns: result->aligned, homography, residual_px, overlap. */
enum status inspect_align(struct inspection *inspection, const struct photo *photo, struct result *result,
                          struct fault *fault);

/* Only decodes, aligns and measures the dimensions: verdict, reasons and score are theirs alone. */
enum status inspect_measure(struct inspection *inspection, const struct photo *photo, struct result *result,
                            struct fault *fault);

/* Of the photo measured last by this inspection (by inspect_photo or inspect_measure), for budgets and pictures; valid
 * until its next call. False where nothing was measured. */
struct inspect_gauges {
  const struct gauge *gauges;
  size_t gauge_count;
  const struct gauge_edge *edges; /* all gauges'; each has its range */
  const struct measured *values;  /* in the order of the spec's measures */
  size_t value_count;
  const struct image *photo;         /* as decoded: full size */
  const struct placement *placement; /* golden -> photo pixel */
};
bool inspect_gauges(const struct inspection *inspection, struct inspect_gauges *gauges);

/* Of the photo judged last by this inspection, for pictures; all in golden pixels and valid until its next call.
 * False where there is none (not aligned). `map`: one byte a pixel, INSPECT_MAP_UNIT is 1 tolerance, saturating. */
struct inspect_evidence {
  const struct image *golden; /* the golden photo */
  const struct image *photo;  /* aligned, light taken to the golden's */
  const struct plane *map;    /* difference in units of tolerance */
};
bool inspect_evidence(struct inspection *inspection, struct inspect_evidence *evidence);

/* Gives back the memory of the photo as it was decoded, which the evidence does without; inspect_gauges has none then.
 */
void inspect_release_photo(struct inspection *inspection);

/* ---- group images (engine/groups/group_image.h), under inspect_options.groups ---- */

/* The image of the golden's own photos, valid as long as the inspector; `labels` (may be NULL) gets the zone of each of
 * its luma pixels, 0 not compared, 1 outside all zones, zone i at i + 2. NULL without `groups`. */
const struct group_image *inspection_golden_group(const struct inspection *inspection, const uint8_t **labels);
/* Adds the photo that was judged last, where it was compared: *added. At most 256 photos between two takes. */
enum status inspect_group_add(struct inspection *inspection, bool *added, struct fault *fault);
/* Adds what was gathered to `into`, an image of the golden's shape, and begins anew. */
enum status inspect_group_take(struct inspection *inspection, struct group_image *into, struct fault *fault);

enum { INSPECT_MAP_UNIT = 32 };

#endif
