/* The bridge to OpenCV as the program has it: loaded when something of it is first asked for. Most photos are aligned
 * without it, and OpenCV and what it brings take as long to load as a small photo to judge. Everything else links the
 * bridge itself. */
#include "cli/bench/yardstick.h"
#include "engine/features.h"
#include "engine/measure/board.h"
#include "engine/measure/marker.h"
#include "models/library.h"

#include <opencv2/core/version.hpp>

static struct {
  __typeof__(features_detect) *features_detect;
  __typeof__(features_free) *features_free;
  __typeof__(features_count) *features_count;
  __typeof__(features_match) *features_match;
  __typeof__(board_seek) *board_seek;
  __typeof__(board_calibrate) *board_calibrate;
  __typeof__(marker_cells) *marker_cells;
  __typeof__(marker_find) *marker_find;
  __typeof__(yardstick_open) *yardstick_open;
  __typeof__(yardstick_close) *yardstick_close;
  __typeof__(yardstick_judge) *yardstick_judge;
} bridge;

static const struct library_function functions[] = {
    {"features_detect", &bridge.features_detect}, {"features_free", &bridge.features_free},
    {"features_count", &bridge.features_count},   {"features_match", &bridge.features_match},
    {"board_seek", &bridge.board_seek},           {"board_calibrate", &bridge.board_calibrate},
    {"marker_cells", &bridge.marker_cells},       {"marker_find", &bridge.marker_find},
    {"yardstick_open", &bridge.yardstick_open},   {"yardstick_close", &bridge.yardstick_close},
    {"yardstick_judge", &bridge.yardstick_judge}, {NULL, NULL}};

static struct library library = {.file = "libassay_opencv.so",
                                 .package = "assay",
                                 .lost = "features, boards and markers cannot be looked for",
                                 .functions = functions};

enum status features_detect(const struct plane *luma, const struct plane *mask, int count, int levels,
                            struct features **features, struct fault *fault) {
  *features = NULL;
  enum status status = library_need(&library, fault);
  return status ? status : bridge.features_detect(luma, mask, count, levels, features, fault);
}

/* Whoever has features has the library. */
void features_free(struct features *features) {
  if (features) bridge.features_free(features);
}

size_t features_count(const struct features *features) {
  return features ? bridge.features_count(features) : 0;
}

enum status features_match(const struct features *golden, const struct features *photo, struct feature_match **matches,
                           size_t *count, struct fault *fault) {
  return bridge.features_match(golden, photo, matches, count, fault);
}

const char *features_version(void) {
  return CV_VERSION;
}

enum status board_seek(const struct plane *luma, int columns, int rows, struct pose_point *corners, bool *found,
                       struct fault *fault) {
  *found = false;
  enum status status = library_need(&library, fault);
  return status ? status : bridge.board_seek(luma, columns, rows, corners, found, fault);
}

enum status board_calibrate(const struct pose_point *corners, size_t views, bool third, struct calibration *calibration,
                            struct fault *fault) {
  enum status status = library_need(&library, fault);
  return status ? status : bridge.board_calibrate(corners, views, third, calibration, fault);
}

enum status marker_cells(const char *dictionary, int id, uint8_t cells[MARKER_MAX_BITS * MARKER_MAX_BITS], int *side,
                         struct fault *fault) {
  enum status status = library_need(&library, fault);
  return status ? status : bridge.marker_cells(dictionary, id, cells, side, fault);
}

enum status marker_find(const struct plane *luma, const char *dictionary, int wanted, struct marker_seen **seen,
                        size_t *count, struct fault *fault) {
  *seen = NULL;
  *count = 0;
  enum status status = library_need(&library, fault);
  return status ? status : bridge.marker_find(luma, dictionary, wanted, seen, count, fault);
}

enum status yardstick_open(const struct photo *golden, struct yardstick **yardstick, struct fault *fault) {
  *yardstick = NULL;
  enum status status = library_need(&library, fault);
  return status ? status : bridge.yardstick_open(golden, yardstick, fault);
}

void yardstick_close(struct yardstick *yardstick) {
  if (yardstick) bridge.yardstick_close(yardstick);
}

enum status yardstick_judge(struct yardstick *yardstick, const struct photo *photo, double *ms, int *regions,
                            struct fault *fault) {
  return bridge.yardstick_judge(yardstick, photo, ms, regions, fault);
}
