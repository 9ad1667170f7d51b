#include "models/spec_reader.h"

#include <math.h>
#include <string.h>

/* What the scale comes from, finer than its source. */
enum {
  OF_NONE = 1,
  OF_FIXTURE = 2,
  OF_ARUCO = 4,
  OF_CHARUCO = 8,
  OF_CHESSBOARD = 16,
  OF_REFERENCE = 32,
  OF_MARKER = OF_ARUCO | OF_CHARUCO | OF_CHESSBOARD
};

/* Which keys belong to which, and which of them must be there. */
static const struct belonging {
  const char *key;
  unsigned may, must;
  const char *expected, *with;
} belongings[] = {
    {"mm_per_px", OF_FIXTURE, OF_FIXTURE, "a number above 0", "source: fixture"},
    {"marker", OF_MARKER, OF_MARKER, "aruco, charuco or chessboard", "source: marker"},
    {"dictionary", OF_ARUCO | OF_CHARUCO, OF_ARUCO | OF_CHARUCO, "a dictionary, as 4x4_50", "marker: aruco or charuco"},
    {"id", OF_ARUCO, OF_ARUCO, "the number of the code", "marker: aruco"},
    {"size", OF_ARUCO | OF_CHARUCO, OF_ARUCO | OF_CHARUCO, "millimetres above 0", "marker: aruco or charuco"},
    {"columns", OF_CHARUCO | OF_CHESSBOARD, OF_CHARUCO | OF_CHESSBOARD, "a whole number",
     "marker: charuco or chessboard"},
    {"rows", OF_CHARUCO | OF_CHESSBOARD, OF_CHARUCO | OF_CHESSBOARD, "a whole number", "marker: charuco or chessboard"},
    {"square", OF_CHARUCO | OF_CHESSBOARD, OF_CHARUCO | OF_CHESSBOARD, "millimetres above 0",
     "marker: charuco or chessboard"},
    {"of", OF_REFERENCE, OF_REFERENCE, "one circle or two gauges", "source: reference"},
    {"length", OF_REFERENCE, OF_REFERENCE, "millimetres above 0", "source: reference"},
    {"within", OF_FIXTURE | OF_MARKER | OF_REFERENCE, 0, "", "a source of millimetres"},
    {"height", OF_MARKER, 0, "", "source: marker"},
    {"height_within", OF_MARKER, 0, "", "source: marker"},
    {"distance", OF_MARKER, 0, "", "source: marker"},
};

static unsigned kind_of(const struct spec *spec) {
  switch (spec->scale) {
  case SCALE_NONE:
    return OF_NONE;
  case SCALE_FIXTURE:
    return OF_FIXTURE;
  case SCALE_REFERENCE:
    return OF_REFERENCE;
  case SCALE_MARKER:
    break;
  }
  switch (spec->marker.kind) {
  case MARKER_ARUCO:
    return OF_ARUCO;
  case MARKER_CHARUCO:
    return OF_CHARUCO;
  case MARKER_CHESSBOARD:
    return OF_CHESSBOARD;
  case MARKER_NONE:
    break;
  }
  return OF_MARKER;
}

static enum status check_belongings(struct spec_reader *in, const yaml_node_t *node, unsigned kind) {
  for (size_t i = 0; i < sizeof belongings / sizeof *belongings; i++) {
    const struct belonging *b = &belongings[i];
    const yaml_node_t *value = spec_member(in, node, b->key);
    if (value && !(b->may & kind))
      return spec_fail(in, value, b->key, "does not belong here; expected %s beside it", b->with);
    /* A marker of no kind yet lacks its kind, not everything else. */
    if (!value && (b->must & kind) && (kind != OF_MARKER || b->must == OF_MARKER))
      return spec_fail(in, node, b->key, "missing; expected %s with %s", b->expected, b->with);
  }
  return STATUS_OK;
}

static enum status check_marker(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec) {
  const struct spec_marker *m = &spec->marker;
  const struct {
    const char *key;
    double value;
  } whole[] = {{"id", m->id}, {"columns", m->columns}, {"rows", m->rows}};
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
    if (!isnan(whole[i].value) && floor(whole[i].value) != whole[i].value)
      return spec_fail(in, spec_member(in, node, whole[i].key), whole[i].key, "expected a whole number");
  if (m->kind == MARKER_CHARUCO && !(m->size < m->square))
    return spec_fail(in, spec_member(in, node, "size"), "size",
                     "not smaller than square; expected a code's square "
                     "inside a white square of the board");
  const bool raised = spec->height != 0 || spec->height_within != 0;
  if (raised && !spec->calibration && isnan(spec->camera_distance))
    return spec_fail(in, node, "distance", "missing; expected it or calibration with a height");
  return STATUS_OK;
}

static enum status check_reference(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec) {
  const yaml_node_t *of = spec_member(in, node, "of");
  const bool two = spec->reference_of[1][0];
  for (int i = 0; i < 1 + two; i++) {
    enum gauge_kind kind = GAUGE_NONE;
    for (size_t k = 0; k < spec->dimension_count; k++)
      if (!strcmp(spec->dimensions[k].name, spec->reference_of[i])) kind = spec->dimensions[k].gauge;
    if (kind != GAUGE_CIRCLE && (kind != GAUGE_LINE || !two))
      return spec_fail(in, of, "of",
                       "%s; expected the name of a gauge of the dimensions: two lines or circles, or one "
                       "circle",
                       spec->reference_of[i]);
  }
  if (two && !strcmp(spec->reference_of[0], spec->reference_of[1]))
    return spec_fail(in, of, "of", "%s twice; expected two different gauges", spec->reference_of[0]);
  return STATUS_OK;
}

enum status spec_check_scale(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec) {
  if (!node) return STATUS_OK;
  in->path[0] = 0;
  spec_enter(in, "scale", -1);
  enum status status = check_belongings(in, node, kind_of(spec));
  if (!status && spec->scale == SCALE_MARKER) status = check_marker(in, node, spec);
  if (!status && spec->scale == SCALE_REFERENCE) status = check_reference(in, node, spec);
  in->path[0] = 0;
  return status;
}
