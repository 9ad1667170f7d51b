/* Where the trials happen: a folder with two photos and a golden, and what a run without faults gives. */
#ifndef ASSAY_TESTS_FAULT_PLACE_H
#define ASSAY_TESTS_FAULT_PLACE_H

#include "tests/fault/trial.h"

enum { PLACE_PHOTOS = 2, PLACE_STRIDE = 13 /* of calls within a library */ };

struct place {
  char *folder, *photo[PLACE_PHOTOS], *golden, *made, *out, *err, *log;
  char *quiet; /* the results of a run without faults, comparable */
};
extern struct place place;

int place_set_up(void **state);
int place_tear_down(void **state);

/* A path below the folder; the caller frees it. */
char *place_path(const char *name);
/* Empties place.made. */
void place_clean(void);

/* The results in a file by job, without what may differ; NULL where a line is none, or a job is there twice. The caller
 * frees it. */
char *place_results(const char *path);

/* Whether results (may be NULL) are those of a quiet run, but for a photo that could not be read because reading it was
 * what failed. */
bool place_good(const struct trial *trial, const char *results);

/* Says what was wrong (NULL: nothing) with a trial; takes `wrong` over. */
void place_report(const char *what, const struct trial *trial, char *wrong);
/* How often since the last call. */
size_t place_wrongs(void);

#endif
