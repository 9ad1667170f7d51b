/* What a report is made of: lots, photos and drift, gathered row by row. */
#ifndef ASSAY_CLI_REPORT_DATA_H
#define ASSAY_CLI_REPORT_DATA_H

#include "cli/report.h"
#include "engine/drift/season.h"
#include "engine/lots/compare.h"
#include "engine/lots/lots.h"
#include "engine/lots/places.h"
#include "engine/lots/recurrent.h"
#include "engine/lots/reviews.h"
#include "models/text.h"

enum { REPORT_VERDICTS = 3, REPORT_COMPARED = 3 };

struct report_limits {
  size_t photos;   /* listed one by one: those that failed first, then those not judged, then the rest */
  size_t pictures; /* photos that failed with their pictures */
};

/* Photos as JSON objects with commas between them; `ends` is where each ends. */
struct report_list {
  struct text json;
  size_t *ends;
  size_t count, room;
};

/* A photo that failed and whose pictures may be shown; a golden that results cite. */
struct report_pictured {
  char *photo, *job_id;
};
struct report_golden {
  char *name, *sha256;
  int64_t version;
};

/* `limits`, `lots.by`, `for_factory`, `only_factory`, `resubmission_of` and `review_key` are set beforehand, the rest
 * is zero; ends with report_data_free. One thread at a time. */
struct report_data {
  bool for_factory;            /* leaves out internal notes and risks, and asks for corrective actions */
  const char *only_factory;    /* whose results are given; NULL: all */
  const char *resubmission_of; /* a lot that was reworked; NULL: none */
  const char *review_key;      /* the page has a queue for review, and sends this with decisions; NULL: none */
  struct reviews reviews;      /* what was decided, to be shown; set by the caller */
  struct report_limits limits;
  struct lots lots;
  struct season season;
  struct season whole; /* where `only_factory`: of all factories, beside which this one's stand out */
  struct recurrents recurrents;
  struct places places;
  struct compare compares[REPORT_COMPARED];  /* by shift, line, factory */
  struct summary summary;                    /* by factory and shift */
  struct report_list lists[REPORT_VERDICTS]; /* by enum verdict; each has up to limits.photos */
  size_t count[REPORT_VERDICTS];
  struct report_pictured *pictured;
  size_t pictured_count;
  struct names golden_names; /* seals' SHA-256, by number as in `goldens` */
  struct report_golden *goldens;
  size_t golden_count;
};

/* Takes a row. STATUS_MEMORY, and what lots_add and season_add give. */
enum status report_take(struct report_data *data, const struct row *row, struct fault *fault);
/* Takes a row of another factory than `only_factory`. */
enum status report_take_other(struct report_data *data, const struct row *row, struct fault *fault);
/* Takes a row of a photo that has no result yet: it counts for its lot's verdict alone. */
enum status report_take_waiting(struct report_data *data, const struct row *row, struct fault *fault);
/* After the last row, before anything is read. STATUS_INVALID where there was none. */
enum status report_end(struct report_data *data, struct fault *fault);
void report_data_free(struct report_data *data);

/* A photo as a JSON object: the fields of its result that a report shows, under the names of the contract. */
void report_photo_json(struct text *out, const struct row *row);

#endif
