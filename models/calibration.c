#include "models/calibration.h"

#include "models/digest.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[CALIBRATION_VALUES] = {"fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3"};

static json_t *write_photos(const struct calibration *calibration) {
  json_t *photos = json_array();
  for (size_t i = 0; i < calibration->photo_count; i++) {
    const struct calibration_photo *photo = &calibration->photos[i];
    json_t *path = json_string(photo->path);
    json_array_append_new(photos, json_pack("{s:o, s:s, s:f}", "photo", path ? path : json_string("?"), "photo_id",
                                            photo->id, "residual_px", photo->residual_px));
  }
  return photos;
}

char *calibration_write(const struct calibration *calibration, size_t *size) {
  json_t *lens = json_object(), *covariance = json_array();
  for (int i = 0; i < CALIBRATION_VALUES; i++) {
    json_object_set_new(lens, names[i], json_real(calibration->lens[i]));
    for (int j = 0; j <= i; j++)
      json_array_append_new(covariance, json_real(calibration->covariance[i * CALIBRATION_VALUES + j]));
  }
  json_t *json =
      json_pack("{s:i, s:{s:i, s:i}, s:o, s:o, s:f, s:f, s:{s:i, s:i, s:f}, s:o, s:{s:s, s:s}}", "format", 1, "image",
                "width", calibration->width, "height", calibration->height, "lens", lens, "covariance", covariance,
                "freedom", calibration->freedom, "residual_px", calibration->residual_px, "board", "columns",
                calibration->columns, "rows", calibration->rows, "square_mm", calibration->square_mm, "photos",
                write_photos(calibration), "versions", "assay", ASSAY_VERSION, "opencv", calibration->opencv);
  char *dumped = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) : NULL, *text = NULL;
  json_decref(json);
  int length = dumped ? asprintf(&text, "%s\n", dumped) : -1;
  free(dumped);
  if (length < 0) return NULL;
  *size = (size_t)length;
  return text;
}

/* The first fault is kept, and what is read after it does not matter. */
struct reader {
  const char *shown;
  struct fault *fault;
  enum status status;
};

static void fail(struct reader *in, const char *key, const char *expected) {
  if (!in->status) in->status = fault_set(in->fault, STATUS_INVALID, "%s: %s: expected %s", in->shown, key, expected);
}

/* A finite number above `least`; a range of -INFINITY is none. */
static double read_number(struct reader *in, const json_t *object, const char *key, double least, double most) {
  const json_t *value = json_object_get(object, key);
  const double number = json_number_value(value);
  if (!json_is_number(value) || !(number >= least && number <= most)) fail(in, key, "a number in its range");
  return number;
}

static int32_t read_whole(struct reader *in, const json_t *object, const char *key, int least, int most) {
  const json_t *value = json_object_get(object, key);
  const json_int_t number = json_integer_value(value);
  if (!json_is_integer(value) || number < least || number > most) {
    fail(in, key, "a whole number in its range");
    return 0;
  }
  return (int32_t)number;
}

enum { FOCAL_LENGTHS = 2, LARGEST = 1000000 };

static void read_lens(struct reader *in, const json_t *root, struct calibration *to) {
  const json_t *lens = json_object_get(root, "lens"), *covariance = json_object_get(root, "covariance");
  for (int i = 0; i < CALIBRATION_VALUES; i++)
    to->lens[i] = read_number(in, lens, names[i], i < FOCAL_LENGTHS ? 1 : -LARGEST, LARGEST);
  if (json_array_size(covariance) != CALIBRATION_VALUES * (CALIBRATION_VALUES + 1) / 2) {
    fail(in, "covariance", "45 numbers");
    return;
  }
  size_t at = 0;
  for (int i = 0; i < CALIBRATION_VALUES; i++)
    for (int j = 0; j <= i; j++, at++) {
      const json_t *value = json_array_get(covariance, at);
      const double number = json_number_value(value);
      if (!json_is_number(value) || !(fabs(number) <= 1e12) || (i == j && number < 0))
        fail(in, "covariance", "finite numbers, variances of at least 0");
      to->covariance[i * CALIBRATION_VALUES + j] = to->covariance[j * CALIBRATION_VALUES + i] = number;
    }
}

static void read_photos(struct reader *in, const json_t *root, struct calibration *to) {
  const json_t *photos = json_object_get(root, "photos");
  const size_t count = json_array_size(photos);
  if (!count || count > CALIBRATION_MAX_PHOTOS) {
    fail(in, "photos", "a list of photos");
    return;
  }
  to->photos = calloc(count, sizeof *to->photos);
  if (!to->photos) {
    in->status = fault_set(in->fault, STATUS_MEMORY, "%s: out of memory", in->shown);
    return;
  }
  for (to->photo_count = 0; to->photo_count < count && !in->status; to->photo_count++) {
    struct calibration_photo *photo = &to->photos[to->photo_count];
    const json_t *item = json_array_get(photos, to->photo_count);
    const char *path = json_string_value(json_object_get(item, "photo"));
    const char *id = json_string_value(json_object_get(item, "photo_id"));
    if (!path || !id || !digest_is_hex(id, PHOTO_ID_CHARS) || id[PHOTO_ID_CHARS]) {
      fail(in, "photos", "each with its name and identity");
      continue;
    }
    memcpy(photo->id, id, PHOTO_ID_CHARS + 1);
    photo->residual_px = read_number(in, item, "residual_px", 0, LARGEST);
    photo->path = strdup(path);
    if (!photo->path) in->status = fault_set(in->fault, STATUS_MEMORY, "%s: out of memory", in->shown);
  }
}

static void read_root(struct reader *in, const json_t *root, struct calibration *to) {
  const json_t *image = json_object_get(root, "image"), *board = json_object_get(root, "board");
  read_whole(in, root, "format", 1, 1);
  to->width = read_whole(in, image, "width", 1, 100000);
  to->height = read_whole(in, image, "height", 1, 100000);
  read_lens(in, root, to);
  to->freedom = read_number(in, root, "freedom", 1, 1e12);
  to->residual_px = read_number(in, root, "residual_px", 0, LARGEST);
  to->columns = read_whole(in, board, "columns", 2, 1000);
  to->rows = read_whole(in, board, "rows", 2, 1000);
  to->square_mm = read_number(in, board, "square_mm", 1e-6, LARGEST);
  const char *opencv = json_string_value(json_object_get(json_object_get(root, "versions"), "opencv"));
  if (!opencv || strlen(opencv) >= sizeof to->opencv)
    fail(in, "versions", "the version of OpenCV");
  else
    memcpy(to->opencv, opencv, strlen(opencv) + 1);
  if (!in->status) read_photos(in, root, to);
}

enum status calibration_read(const void *bytes, size_t size, const char *shown, struct calibration *calibration,
                             struct fault *fault) {
  *calibration = (struct calibration){0};
  json_error_t error;
  if (!size) return fault_set(fault, STATUS_INVALID, "%s: empty; expected a calibration", shown);
  json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
  if (!root) return fault_set(fault, STATUS_INVALID, "%s:%d: not valid JSON: %s", shown, error.line, error.text);
  struct reader in = {.shown = shown, .fault = fault};
  read_root(&in, root, calibration);
  json_decref(root);
  if (in.status) calibration_free(calibration);
  return in.status;
}

void calibration_free(struct calibration *calibration) {
  for (size_t i = 0; i < calibration->photo_count; i++) free(calibration->photos[i].path);
  free(calibration->photos);
  *calibration = (struct calibration){0};
}
