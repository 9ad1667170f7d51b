/* Inside of the engine's front: what an inspector and an inspection hold. */
#ifndef ASSAY_ENGINE_INSPECTOR_H
#define ASSAY_ENGINE_INSPECTOR_H

#include "engine/artwork_find.h"
#include "engine/colouring.h"
#include "engine/exposure.h"
#include "engine/fingerprint.h"
#include "engine/group_tally.h"
#include "engine/inspect.h"
#include "engine/landmarks.h"
#include "engine/measure/dimensions.h"
#include "engine/read/read.h"
#include "engine/rigid.h"
#include "engine/zones.h"

/* What of an inspector is there that opens in threads of its own: all that a photo's alignment begins with; what
 * repeats in the golden; fingerprint and landmarks; what colours are measured with; all. */
enum inspector_stage {
  INSPECTOR_ALIGNS = 1,
  INSPECTOR_LOOKED = 2,
  INSPECTOR_KNOWN = 4,
  INSPECTOR_COLOURED = 8,
  INSPECTOR_READY = 16
};
struct opening;

struct inspector {
  const struct golden *golden; /* NULL: a picture alone */
  struct spec own_spec;        /* of a picture alone */
  const struct spec *spec;
  const struct kernel_backend *backend;
  struct device device;    /* owns the golden's memory on the backend */
  struct opening *opening; /* NULL: it is ready */
  int32_t width, height;   /* of the golden photo, from the beginning; image, zones, artwork and what `align` begins
                            with are there at INSPECTOR_ALIGNS, the rest at its stage or at INSPECTOR_READY */
  struct image image;      /* the golden photo */
  struct zones zones;
  struct rigid rigid;
  struct align_golden align;
  struct pyramid cb, cr;
  struct aligned_golden aligned;
  struct reference reference;
  struct artwork artwork;
  struct landmarks landmarks;
  struct exposure_golden exposure;
  struct demands demands; /* what zones demand to be read */
  struct fingerprint_golden fingerprint;
  int once; /* threads that compare the one photo there will be; 0: there will be more */
  bool groups;
  struct group_image group; /* of the golden's photos, where `groups` */
  uint8_t *group_labels;
  struct colouring colouring;
};

struct inspection {
  const struct inspector *inspector;
  bool alone; /* with one photo, for which there are several threads */
  struct device device;
  struct image photo;
  struct image as_taken; /* its luma, where its curve was brought to the golden's and dimensions are asked */
  struct device_memory as_taken_memory;
  bool straightened;
  char camera[RESULT_CAMERA_MAX + 1]; /* of the photo */
  struct alignment alignment;
  struct rigid_work rigid;
  struct aligned aligned;
  struct comparison comparison;
  struct fingerprint_work fingerprint;
  struct group_tally tally;
  struct dimensions dimensions;
  struct read_work reading;
  struct sighting sighting; /* of the golden's landmarks in the photo */
  struct colouring_work colours;
  struct artwork_work artwork;
  struct image evidence_photo;
  uint8_t *evidence_map;
  size_t evidence_map_size;
  struct plane evidence_plane;
  bool judged;   /* the last photo was compared: there is evidence */
  bool measured; /* its dimensions were measured */
};

/* Until the inspector has come to a stage; what went wrong in opening it. Any thread, any number of times. */
enum status inspector_wait(const struct inspector *inspector, enum inspector_stage stage, struct fault *fault);

/* How many threads may work on its one photo at a time, 1 where there will be more photos. */
int inspector_threads(const struct inspector *inspector);

/* The aligned photo's pyramids, for its colours. */
struct cells_photo inspection_cells(const struct inspection *inspection);

/* Decodes a photo for an inspector: smaller where it has more resolution than the golden can use, unless `full`. */
enum status inspection_decode(struct inspection *inspection, const struct photo *photo, bool full, struct fault *fault);

/* Writes into the result the pose, in the photo's own full-size pixels, and the local displacement. */
void inspection_tell_alignment(const struct inspection *inspection, struct result *result);
/* The light of the aligned photo against the golden's, and how much of the difference it makes. */
void inspection_tell_light(const struct inspection *inspection, struct result *result);

/* Measures the spec's dimensions on the aligned photo into result->dimensions. */
enum status gauging_measure(struct inspection *inspection, struct result *result, struct fault *fault);
/* What the measured dimensions make of verdict, reasons and score that stand already. */
void gauging_judge(const struct inspection *inspection, struct result *result);
/* Aligns the decoded photo: first what needs no golden, as align_begin, then the rest, as align_photo. */
enum status inspection_begin_align(struct inspection *inspection, struct fault *fault);
enum status inspection_align(struct inspection *inspection, const char **why, struct fault *fault);

/* Adds the photo that was made ready for comparison; `golden`: it is the golden photo itself. */
enum status inspector_tally(struct inspection *inspection, bool golden, struct fault *fault);
/* Makes the golden's group image and its labels from what an inspection gathered. */
enum status inspector_groups(struct inspector *inspector, struct inspection *inspection, struct fault *fault);

/* What the measured colours of zones make of regions, verdict, reasons and score that stand already. */
enum status colouring_judge(const struct inspection *inspection, struct result *result, struct fault *fault);

/* What the displacements of rigid zones make of regions, verdict, reasons and score that stand already. */
enum status rigid_judge(const struct inspection *inspection, struct result *result, struct fault *fault);

/* Makes what the spec's zones demand to be read, and checks that it can be read here. */
enum status reading_open(struct inspector *inspector, const struct photo *masks, struct fault *fault);
/* What is read in the zones that demand it makes of regions, verdict, reasons and score that stand already. */
enum status reading_judge(struct inspection *inspection, struct result *result, struct fault *fault);

/* Fills verdict, reasons, regions and score from a comparison. */
enum status verdict_fill(struct inspection *inspection, struct result *result, struct fault *fault);

#endif
