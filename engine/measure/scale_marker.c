#include "engine/measure/scale_marker.h"

#include "engine/measure/board.h"
#include "engine/measure/marker.h"
#include "engine/measure/scale_height.h"
#include "engine/measure/target_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_CORNERS = 4, LEAST_CODES = 2 };

struct search {
  const struct scale_request *request;
  const struct spec_marker *marker;
  const struct plane *luma;
  struct lens lens;
  bool has_lens;
  char *why;
  size_t room;
  struct fault *fault;
  struct target target;
  /* Rough correspondences: mm of the target, and straightened photo pixels. */
  struct pose_point *place, *seen;
  double *weight;
  size_t count;
};

struct lens scale_lens_of(const struct calibration *calibration) {
  struct lens lens;
  memcpy(lens.value, calibration->lens, sizeof lens.value);
  return lens;
}

static enum status reserve(struct search *in, size_t count) {
  in->place = calloc(count, sizeof *in->place);
  in->seen = calloc(count, sizeof *in->seen);
  in->weight = calloc(count, sizeof *in->weight);
  return in->place && in->seen && in->weight ? STATUS_OK : fault_set(in->fault, STATUS_MEMORY, "marker: out of memory");
}

static void add_point(struct search *in, double x, double y, struct pose_point seen) {
  struct pose_point straight = seen;
  if (in->has_lens && !lens_straighten(&in->lens, seen.x, seen.y, &straight)) return;
  in->place[in->count] = (struct pose_point){x, y};
  in->weight[in->count] = 1;
  in->seen[in->count++] = straight;
}

static void add_code(struct search *in, double left, double top, const struct marker_seen *seen) {
  const double size = in->marker->size;
  static const double corner[CODE_CORNERS][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
  for (int i = 0; i < CODE_CORNERS; i++)
    add_point(in, left + corner[i][0] * size, top + corner[i][1] * size, seen->corners[i]);
}

/* ---- one code ---- */

static enum status seek_code(struct search *in) {
  const int id = (int)in->marker->id;
  uint8_t cells[MARKER_MAX_BITS * MARKER_MAX_BITS];
  struct marker_seen *seen;
  size_t count, matches = 0;
  int side;
  enum status status = marker_cells(in->marker->dictionary, id, cells, &side, in->fault);
  if (!status)
    status = target_add(&in->target, 0, 0, in->marker->size / side, side, side, cells, true, in->marker->size / side,
                        in->fault);
  if (!status) status = reserve(in, CODE_CORNERS);
  if (!status) status = marker_find(in->luma, in->marker->dictionary, id, &seen, &count, in->fault);
  if (status) return status;
  for (size_t i = 0; i < count; i++) {
    if (seen[i].id != id) continue;
    if (!matches++) add_code(in, 0, 0, &seen[i]);
  }
  free(seen);
  if (matches == 1) return STATUS_OK;
  in->count = 0;
  if (matches)
    snprintf(in->why, in->room, "the marker %d is seen %zu times; expected it once", id, matches);
  else
    snprintf(in->why, in->room,
             "the marker %d (%s) is not seen; expected it whole, sharp, evenly lit, with a white rim", id,
             in->marker->dictionary);
  return STATUS_OK;
}

/* ---- chessboard ---- */

/* Mean grey level of the 3 x 3 pixels in the middle of four corners. */
static int grey_between(const struct plane *luma, const struct pose_point *corners, int columns, int x, int y) {
  const struct pose_point *a = &corners[y * columns + x], *b = &corners[(y + 1) * columns + x + 1];
  const int u = (int)(0.5 * (a->x + b->x)), v = (int)(0.5 * (a->y + b->y));
  if (u < 1 || v < 1 || u >= luma->width - 1 || v >= luma->height - 1) return 0;
  int sum = 0;
  for (int k = 0; k < 9; k++) sum += luma->pixels[(size_t)(v + k / 3 - 1) * luma->stride + (size_t)(u + k % 3 - 1)];
  return sum;
}

/* Whether the square between the first four inner corners is white. */
static bool first_is_white(const struct plane *luma, const struct pose_point *corners, int columns, int rows) {
  int64_t balance = 0;
  for (int y = 0; y + 1 < rows; y++)
    for (int x = 0; x + 1 < columns; x++) {
      const int grey = grey_between(luma, corners, columns, x, y);
      balance += (x + y) % 2 ? -grey : grey;
    }
  return balance > 0;
}

static uint8_t *chess_cells(int columns, int rows, bool first_white) {
  uint8_t *cells = malloc((size_t)columns * (size_t)rows);
  for (int i = 0; cells && i < columns * rows; i++) cells[i] = ((i % columns + i / columns) % 2 == 0) == first_white;
  return cells;
}

static enum status seek_chessboard(struct search *in) {
  const int columns = (int)in->marker->columns, rows = (int)in->marker->rows;
  const double square = in->marker->square;
  const size_t count = (size_t)columns * (size_t)rows;
  struct pose_point *corners = calloc(count, sizeof *corners);
  uint8_t *cells = NULL;
  bool found = false;
  if (!corners) return fault_set(in->fault, STATUS_MEMORY, "marker: out of memory");
  enum status status = board_find(in->luma, columns, rows, false, corners, &found, in->fault);
  if (!status && !found)
    snprintf(in->why, in->room,
             "the chessboard of %d x %d inner corners is not seen; expected it whole, with a white rim", columns, rows);
  if (status || !found) goto end;
  status = reserve(in, count);
  /* The square between the first four inner corners is the second of the second row: of the first one's colour. */
  cells = chess_cells(columns + 1, rows + 1, first_is_white(in->luma, corners, columns, rows));
  if (!status && !cells) status = fault_set(in->fault, STATUS_MEMORY, "marker: out of memory");
  if (!status) status = target_add(&in->target, 0, 0, square, columns + 1, rows + 1, cells, false, square, in->fault);
  for (size_t i = 0; i < count && !status; i++)
    add_point(in, square * (double)(i % (size_t)columns + 1), square * (double)(i / (size_t)columns + 1), corners[i]);
end:
  free(cells);
  free(corners);
  return status;
}

/* ---- ChArUco ---- */

/* Where a board has its codes: in the white squares, numbered row by row. `first_white`: the upper left square is. */
static bool code_square(int columns, int id, bool first_white, int rows, int *x, int *y) {
  int number = 0;
  for (*y = 0; *y < rows; ++*y)
    for (*x = 0; *x < columns; ++*x)
      if (((*x + *y) % 2 == 0) == first_white && number++ == id) return true;
  return false;
}

static void add_codes(struct search *in, const struct marker_seen *seen, size_t count, bool first_white) {
  const double rim = 0.5 * (in->marker->square - in->marker->size);
  in->count = 0;
  for (size_t i = 0; i < count; i++) {
    int x, y;
    if (!code_square((int)in->marker->columns, seen[i].id, first_white, (int)in->marker->rows, &x, &y)) continue;
    add_code(in, x * in->marker->square + rim, y * in->marker->square + rim, &seen[i]);
  }
}

/* Mean squared distance of the rough points from a common homography; INFINITY where there is none. */
static double misfit(const struct search *in) {
  struct pose pose;
  double sum = 0;
  if (in->count < LEAST_CODES * CODE_CORNERS ||
      !pose_fit(MOTION_HOMOGRAPHY, in->place, in->seen, in->weight, in->count, &pose))
    return INFINITY;
  for (size_t i = 0; i < in->count; i++) {
    struct pose_point p;
    if (!pose_apply(&pose, in->place[i].x, in->place[i].y, &p)) return INFINITY;
    sum += (p.x - in->seen[i].x) * (p.x - in->seen[i].x) + (p.y - in->seen[i].y) * (p.y - in->seen[i].y);
  }
  return sum / (double)in->count;
}

static enum status add_board_edges(struct search *in, bool first_white) {
  const int columns = (int)in->marker->columns, rows = (int)in->marker->rows;
  const double square = in->marker->square, rim = 0.5 * (square - in->marker->size);
  uint8_t *cells = chess_cells(columns, rows, first_white), code[MARKER_MAX_BITS * MARKER_MAX_BITS];
  if (!cells) return fault_set(in->fault, STATUS_MEMORY, "marker: out of memory");
  enum status status = target_add(&in->target, 0, 0, square, columns, rows, cells, true, rim, in->fault);
  free(cells);
  for (int id = 0, x, y; !status && code_square(columns, id, first_white, rows, &x, &y); id++) {
    int side;
    status = marker_cells(in->marker->dictionary, id, code, &side, in->fault);
    if (!status)
      status = target_add(&in->target, x * square + rim, y * square + rim, in->marker->size / side, side, side, code,
                          true, fmin(in->marker->size / side, rim), in->fault);
  }
  return status;
}

static enum status seek_charuco(struct search *in) {
  struct marker_seen *seen;
  size_t count;
  enum status status = marker_find(in->luma, in->marker->dictionary, -1, &seen, &count, in->fault);
  if (status) return status;
  status = reserve(in, CODE_CORNERS * (count + 1));
  if (status) goto end;
  /* With an even number of rows, boards of OpenCV before 4.7 begin with a white square, later ones with a black. */
  bool first_white = false;
  add_codes(in, seen, count, false);
  if ((int)in->marker->rows % 2 == 0) {
    const double black = misfit(in);
    add_codes(in, seen, count, true);
    first_white = misfit(in) < black;
    if (!first_white) add_codes(in, seen, count, false);
  }
  if (misfit(in) < INFINITY) {
    status = add_board_edges(in, first_white);
  } else {
    in->count = 0;
    snprintf(in->why, in->room, "the board's codes (%s) are not seen; expected it whole, sharp and evenly lit",
             in->marker->dictionary);
  }
end:
  free(seen);
  return status;
}

/* ---- the scale ---- */

/* The map and its modes for the plane of what is measured. */
static bool raise(const struct search *in, const struct lens *camera, double height, struct scale *scale) {
  const struct scale flat = *scale;
  if (!scale_height_plane(&flat.plane, camera, height, &scale->plane)) return false;
  for (int i = 0; i < flat.mode_count; i++) {
    struct scale varied;
    struct pose raised;
    scale_vary(&flat, i, 1, &varied);
    if (!scale_height_plane(&varied.plane, in->has_lens ? &varied.lens : camera, height, &raised)) return false;
    for (int k = 0; k < 9; k++) scale->mode[i].plane[k] = raised.h[k] - scale->plane.h[k];
  }
  const double deviation = in->request->spec->height_within / sqrt(3); /* of a rectangular distribution */
  if (!(deviation > 0)) return true;
  struct scale_mode mode = {.name = "height", .freedom = INFINITY};
  struct pose raised;
  if (!scale_height_plane(&flat.plane, camera, height + deviation, &raised)) return false;
  for (int k = 0; k < 9; k++) mode.plane[k] = raised.h[k] - scale->plane.h[k];
  return scale_add_mode(scale, &mode);
}

static bool add_height(const struct search *in, struct scale *scale) {
  const struct spec *spec = in->request->spec;
  struct lens camera = in->lens;
  if (spec->height == 0 && spec->height_within == 0) return true;
  if (!in->has_lens &&
      !scale_height_camera(&scale->plane, spec->camera_distance, in->luma->width, in->luma->height, &camera)) {
    snprintf(in->why, in->room,
             "no camera at %g mm sees the marker so; expected the distance from the lens to the marker",
             spec->camera_distance);
    return false;
  }
  if (raise(in, &camera, spec->height, scale)) return true;
  snprintf(in->why, in->room, "a plane %g mm above the marker is not seen by this camera; expected another height",
           spec->height);
  return false;
}

/* A plane that a camera can see: not mirrored. */
static bool start_of(const struct search *in, struct pose *start) {
  if (!pose_fit(MOTION_HOMOGRAPHY, in->place, in->seen, in->weight, in->count, start)) return false;
  return pose_scale_at(start, 0.5 * in->target.width, 0.5 * in->target.height) > 0;
}

static enum status fit(struct search *in, struct scale *scale, bool *found) {
  const struct calibration *calibration = in->request->calibration;
  const struct target_photo photo = {.luma = in->luma,
                                     .lens = in->has_lens ? &in->lens : NULL,
                                     .lens_covariance = in->has_lens ? calibration->covariance : NULL,
                                     .lens_freedom = in->has_lens ? calibration->freedom : INFINITY};
  struct pose start;
  struct target_fit fitted;
  if (!start_of(in, &start)) {
    snprintf(in->why, in->room,
             "the marker's corners do not lie as those of a flat square; expected it flat and whole");
    return STATUS_OK;
  }
  enum status status = target_fit(&in->target, &photo, &start, &fitted, found, in->why, in->room, in->fault);
  if (status || !*found) return status;
  *scale = (struct scale){.unit = "mm", .has_lens = in->has_lens, .lens = in->lens, .plane = fitted.plane};
  for (int i = 0; i < fitted.mode_count; i++) scale_add_mode(scale, &fitted.modes[i]);
  *found = add_height(in, scale);
  return STATUS_OK;
}

static void add_within(const struct spec *spec, struct scale *scale) {
  if (!(spec->scale_within > 0)) return;
  struct scale_mode mode = {.name = "scale", .freedom = INFINITY};
  for (int k = 0; k < 6; k++) mode.plane[k] = scale->plane.h[k] * spec->scale_within / 100 / sqrt(3);
  scale_add_mode(scale, &mode);
}

enum status scale_from_marker(const struct scale_request *request, struct scale *scale, bool *found, char *why,
                              size_t room, struct fault *fault) {
  struct search in = {.request = request,
                      .marker = &request->spec->marker,
                      .luma = &request->photo->planes[0],
                      .has_lens = request->calibration,
                      .why = why,
                      .room = room,
                      .fault = fault};
  enum status status = STATUS_OK;
  *found = false;
  if (in.has_lens) in.lens = scale_lens_of(request->calibration);
  switch (in.marker->kind) {
  case MARKER_ARUCO:
    status = seek_code(&in);
    break;
  case MARKER_CHARUCO:
    status = seek_charuco(&in);
    break;
  case MARKER_CHESSBOARD:
    status = seek_chessboard(&in);
    break;
  case MARKER_NONE:
    snprintf(why, room, "the spec names no marker");
    break;
  }
  if (!status && in.count) status = fit(&in, scale, found);
  if (!status && *found) add_within(request->spec, scale);
  target_free(&in.target);
  free(in.place);
  free(in.seen);
  free(in.weight);
  return status;
}
