/* A golden in memory and an inspection against it. */
#ifndef ASSAY_TESTS_ENGINE_STAGE_H
#define ASSAY_TESTS_ENGINE_STAGE_H

#include "engine/inspect.h"
#include "engine/pose.h"

struct stage {
  struct golden golden;
  struct inspector *inspector;
  struct inspection *work;
};

/* Opens an inspector for a golden of these photos, which stay the caller's, under the spec's text (YAML). Fails the
 * test where that fails. */
void stage_open(struct stage *stage, const char *spec, struct photo *photos, size_t count);
void stage_close(struct stage *stage);

/* The caller ends with result_free. */
struct result stage_judge(struct stage *stage, const struct photo *photo);
struct result stage_align(struct stage *stage, const struct photo *photo);

/* The regions of a photo against a golden of one photo: there are some where it fails, and none where it passes. Takes
 * both photos over. */
size_t stage_regions(const char *spec, struct photo *golden, struct photo *photo);

struct pose result_pose(const struct result *result);
/* Verdict, reasons and regions, on standard output. */
void result_tell(const struct result *result);
/* Intersection over union of two boxes x, y, width, height. */
double box_likeness(const int32_t *a, const int32_t *b);

#endif
