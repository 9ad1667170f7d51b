#include "engine/measure/board.h"

#include "engine/measure/board_corners.h"

enum status board_find(const struct plane *luma, int columns, int rows, bool fine, struct pose_point *corners,
                       bool *found, struct fault *fault) {
  enum status status = board_seek(luma, columns, rows, corners, found, fault);
  if (!status && *found && fine) *found = board_corners_refine(luma, columns, rows, corners);
  return status;
}
