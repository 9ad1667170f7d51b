#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/table.h"

#include "engine/decode.h"
#include "engine/measure/board.h"
#include "models/file.h"
#include "models/number.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_VIEWS = 3 };

struct calibrate_options {
  struct common_options common;
  const char *board, *square, *out;
  bool third;
};

static const struct option options[] = {
    {.name = "board",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct calibrate_options, board),
     .argument = "COLUMNSxROWS",
     .help = "inner corners of the chessboard, where four squares meet: 9x6",
     .required = true},
    {.name = "square",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct calibrate_options, square),
     .argument = "MM",
     .help = "side of a square",
     .required = true},
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct calibrate_options, out),
     .argument = "FILE",
     .help = "the calibration, JSON; for scale.calibration of a golden's spec. A new file",
     .required = true},
    {.name = "wide",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct calibrate_options, third),
     .help = "fit a third radial term (k3) too, for strongly distorting lenses and many photos"},
    {.name = NULL}};

struct calibrate {
  const struct calibrate_options *given;
  struct calibration made;
  struct pose_point *corners; /* of the photos in `made`, one after the other */
  size_t passed_over;
};

static enum status read_board(const struct calibrate_options *given, struct calibration *made, struct fault *fault) {
  int columns = 0, rows = 0, end = 0;
  if (sscanf(given->board, "%3dx%3d%n", &columns, &rows, &end) != 2 || given->board[end] || columns < 2 || rows < 2 ||
      columns > BOARD_MAX_SIDE || rows > BOARD_MAX_SIDE)
    return fault_set(fault, STATUS_USAGE, "--board %s; expected COLUMNSxROWS, 2 to %d each, as 9x6", given->board,
                     BOARD_MAX_SIDE);
  if (!number_parse(given->square, strlen(given->square), &made->square_mm) || !(made->square_mm >= 1e-3) ||
      !(made->square_mm <= 1e5))
    return fault_set(fault, STATUS_USAGE, "--square %s; expected millimetres from 0.001 to 100000", given->square);
  made->columns = columns;
  made->rows = rows;
  return STATUS_OK;
}

/* All photos must be of one camera, so of one size. */
static enum status check_size(struct calibration *made, const struct image *image, const char *path,
                              struct fault *fault) {
  if (!made->photo_count) made->width = image->width, made->height = image->height;
  if (made->width == image->width && made->height == image->height) return STATUS_OK;
  return fault_set(fault, STATUS_INVALID, "%s: %d x %d pixels; expected %d x %d as the photos before", path,
                   image->width, image->height, made->width, made->height);
}

static enum status take_board(struct calibrate *work, const struct photo *photo, struct image *image,
                              struct fault *fault) {
  struct calibration *made = &work->made;
  const size_t points = (size_t)made->columns * (size_t)made->rows;
  bool found = false;
  enum status status = decode_photo(photo->bytes, photo->size, NULL, image, NULL, fault);
  if (status) return fault_prefix(fault, "%s", photo->path);
  status = check_size(made, image, photo->path, fault);
  if (!status)
    status = board_find(&image->planes[0], made->columns, made->rows, true, work->corners + made->photo_count * points,
                        &found, fault);
  if (status) return status;
  if (!found) {
    message_warning("%s: no whole, clear board of %d x %d inner corners is seen; passed over", photo->path,
                    made->columns, made->rows);
    work->passed_over++;
    return STATUS_OK;
  }
  struct calibration_photo *taken = &made->photos[made->photo_count];
  taken->path = strdup(photo->path);
  if (!taken->path) return fault_set(fault, STATUS_MEMORY, "out of memory");
  memcpy(taken->id, photo->id, sizeof taken->id);
  made->photo_count++;
  return STATUS_OK;
}

static enum status take_photos(struct calibrate *work, struct fault *fault) {
  const struct words *paths = &work->given->common.operands;
  struct image image = {0};
  enum status status = STATUS_OK;
  if (paths->count > CALIBRATION_MAX_PHOTOS)
    return fault_set(fault, STATUS_USAGE, "%zu photos; at most %d are accepted", paths->count, CALIBRATION_MAX_PHOTOS);
  work->made.photos = calloc(paths->count, sizeof *work->made.photos);
  work->corners = calloc(paths->count * (size_t)work->made.columns * (size_t)work->made.rows, sizeof *work->corners);
  if (!work->made.photos || !work->corners) return fault_set(fault, STATUS_MEMORY, "out of memory");
  progress_begin("photos", paths->count);
  for (size_t i = 0; i < paths->count && !status; i++) {
    struct photo photo;
    status = photo_read(paths->items[i], 0, &photo, fault);
    if (!status) status = take_board(work, &photo, &image, fault);
    photo_free(&photo);
    progress_set(i + 1, paths->count);
  }
  progress_end();
  image_free(&image);
  if (!status && work->made.photo_count < LEAST_VIEWS)
    status = fault_set(fault, STATUS_INVALID, "the board is seen in %zu photos; expected at least %d, better 10",
                       work->made.photo_count, LEAST_VIEWS);
  return status;
}

/* Where no corner was, the distortion is extrapolated. */
static double share_covered(const struct calibrate *work) {
  const struct calibration *made = &work->made;
  const size_t count = made->photo_count * (size_t)made->columns * (size_t)made->rows;
  double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
  for (size_t i = 0; i < count; i++) {
    left = fmin(left, work->corners[i].x), right = fmax(right, work->corners[i].x);
    top = fmin(top, work->corners[i].y), bottom = fmax(bottom, work->corners[i].y);
  }
  return fmin((right - left) / made->width, (bottom - top) / made->height);
}

static void warn(const struct calibrate *work) {
  const double covered = share_covered(work);
  if (covered < 0.8)
    message_warning("the boards reach over %.0f %% of the photo's width or height only; beyond, the distortion is "
                    "extrapolated: expected boards up to the photo's edges",
                    100 * covered);
  if (work->made.residual_px > 0.5)
    message_warning("the corners lie %.2f px off the model; expected less than 0.5: a flat board, sharp photos, one "
                    "camera with its focus and zoom locked (for a wide-angle lens try --wide)",
                    work->made.residual_px);
}

static enum status save(const struct calibrate *work, struct fault *fault) {
  size_t size;
  char *text = calibration_write(&work->made, &size);
  if (!text) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = file_write(AT_FDCWD, work->given->out, work->given->out, 0666, text, size, fault);
  free(text);
  return status;
}

static const char *const value_names[CALIBRATION_VALUES] = {"fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3"};

static void print_text(const struct calibrate *work) {
  const struct calibration *made = &work->made;
  printf("%s: %zu photos of %d x %d pixels, board %d x %d, square %g mm\n\n", work->given->out, made->photo_count,
         made->width, made->height, made->columns, made->rows, made->square_mm);
  const struct column columns[] = {{.title = "lens", .width = 4},
                                   {.title = "value", .width = 14, .right = true},
                                   {.title = "std uncertainty", .width = 15, .right = true}};
  const struct table table = {stdout, columns, 3, text_coloured(stdout)};
  table_head(&table);
  for (int i = 0; i < CALIBRATION_VALUES; i++) {
    char value[32], deviation[32];
    snprintf(value, sizeof value, "%.7g", made->lens[i]);
    snprintf(deviation, sizeof deviation, "%.2g", sqrt(made->covariance[i * (CALIBRATION_VALUES + 1)]));
    table_row(&table, (const struct cell[]){{.text = value_names[i]}, {.text = value}, {.text = deviation}});
  }
  printf("\nresidual %.4f px (root mean square distance of %zu corners)\n", made->residual_px,
         made->photo_count * (size_t)(made->columns * made->rows));
  for (size_t i = 0; i < made->photo_count; i++) {
    char *name = text_clean(made->photos[i].path, 0, false);
    printf("%10.4f px  %s\n", made->photos[i].residual_px, name ? name : "");
    free(name);
  }
}

static enum status report(const struct calibrate *work, struct fault *fault) {
  const struct calibration *made = &work->made;
  if (!work->given->common.json) {
    print_text(work);
    return output_flush(fault);
  }
  json_t *lens = json_object(), *deviations = json_object();
  for (int i = 0; i < CALIBRATION_VALUES; i++) {
    json_object_set_new(lens, value_names[i], json_real(made->lens[i]));
    json_object_set_new(deviations, value_names[i], json_real(sqrt(made->covariance[i * (CALIBRATION_VALUES + 1)])));
  }
  return output_json(json_pack("{s:s, s:I, s:I, s:{s:i, s:i}, s:o, s:o, s:f}", "out", work->given->out, "photos",
                               (json_int_t)made->photo_count, "passed_over", (json_int_t)work->passed_over, "image",
                               "width", made->width, "height", made->height, "lens", lens, "std_uncertainty",
                               deviations, "residual_px", made->residual_px),
                     fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  struct calibrate work = {.given = values};
  enum status status = read_board(work.given, &work.made, fault);
  if (!status) status = take_photos(&work, fault);
  if (!status) status = board_calibrate(work.corners, work.made.photo_count, work.given->third, &work.made, fault);
  if (!status) status = save(&work, fault);
  if (!status) {
    warn(&work);
    status = report(&work, fault);
  }
  calibration_free(&work.made);
  free(work.corners);
  return status;
}

const struct command command_calibrate = {
    .name = "calibrate",
    .summary = "a camera's lens distortion, from photos of a chessboard",
    .text =
        "Ten photos or more of one flat chessboard with a white rim, by one camera whose zoom and focus are locked:\n"
        "the board whole in each, together reaching the photo's edges, tilted by some 30 degrees in different\n"
        "directions. Photos without the board are passed over. Write the file's name into the golden's spec\n"
        "(scale: {source: marker, ..., calibration: camera.json}): it is sealed with the golden, and measured points\n"
        "are straightened by it; the photo itself is not resampled.\n\n"
        "With --json: {\"out\", \"photos\", \"passed_over\", \"image\", \"lens\", \"std_uncertainty\", "
        "\"residual_px\"}.",
    .example = "  assay calibrate boards/*.jpg --board 9x6 --square 25 --out camera.json",
    .operands = {.usage = "PHOTO...", .least = 1, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct calibrate_options),
    .run = run,
};
