#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <simdjson.h>
#include <string_view>
#include <vector>

extern "C" {
#include "engine/lots/row.h"
}

static_assert(ROW_PADDING >= simdjson::SIMDJSON_PADDING);

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr const char *key_names[ROW_KEYS] = {"lot",  "factory", "line",     "shift", "stage",
                                             "unit", "view",    "captured", "golden"};

/* The first fault is kept, and what is read after it does not matter. */
struct reader {
  enum status status;
  struct fault *fault;
  bool escaped; /* only then may a text hold a NUL */

  void fail(const char *field, const char *expected) {
    if (!status) status = fault_set(fault, STATUS_INVALID, "%s: expected %s", field, expected);
  }

  /* A text; NULL where it is null. */
  const char *text_or_null(const char *field, element value) {
    if (value.is_null()) return nullptr;
    const char *text = nullptr;
    size_t length = 0;
    if (value.get_c_str().get(text) ||
        (escaped && (value.get_string_length().get(length) || std::strlen(text) != length))) {
      fail(field, "a text");
      return nullptr;
    }
    return text;
  }

  const char *text(const char *field, element value) {
    const char *found = text_or_null(field, value);
    return found ? found : "";
  }

  const char *word(const char *field, element value) {
    const char *found = text_or_null(field, value);
    if (!found) fail(field, "a word");
    return found ? found : "";
  }

  /* A number; NAN where it is null. */
  double real(const char *field, element value) {
    double number = none;
    if (!value.is_null() && value.get_double().get(number)) fail(field, "a number or null");
    return number;
  }

  int64_t integer(const char *field, element value, int64_t least, int64_t most) {
    int64_t number = least;
    if (value.get_int64().get(number) || number < least || number > most) fail(field, "a whole number in its range");
    return number;
  }

  /* An object, or nothing at all where it is null. */
  bool members(const char *field, element value, object *out) {
    if (value.is_null()) return false;
    if (!value.get_object().get(*out)) return true;
    fail(field, "an object or null");
    return false;
  }

  bool list(const char *field, element value, size_t most, array *out) {
    if (!value.get_array().get(*out) && out->size() <= most) return true;
    fail(field, "a list that is not too long");
    return false;
  }
};

} // namespace

struct row_parser {
  simdjson::dom::parser json{ROW_MAX_BYTES};
  struct row row;
  std::vector<row_region> regions;
  std::vector<row_dimension> dimensions;
  std::vector<row_zone> zones;
};

namespace {

void read_golden(reader &in, element value, struct row &row) {
  object golden;
  if (!in.members("golden", value, &golden)) return;
  for (auto field : golden) {
    if (field.key == "name")
      row.keys[ROW_GOLDEN] = in.text_or_null("golden.name", field.value);
    else if (field.key == "version")
      row.golden_version = in.integer("golden.version", field.value, 0, INT64_MAX);
    else if (field.key == "sha256")
      row.golden_sha256 = in.text("golden.sha256", field.value);
  }
  if (row.keys[ROW_GOLDEN] && std::strlen(row.keys[ROW_GOLDEN]) > JOB_FIELD_MAX)
    in.fail("golden.name", "at most 255 bytes");
}

void read_job(reader &in, element value, struct row &row) {
  object job;
  if (!in.members("job", value, &job)) return;
  for (auto field : job) {
    if (field.key == "id") row.job_id = in.text("job.id", field.value);
    for (int key = ROW_LOT; key <= ROW_CAPTURED; key++)
      if (field.key == key_names[key]) row.keys[key] = in.text_or_null(key_names[key], field.value);
  }
  for (int key = ROW_LOT; key <= ROW_CAPTURED; key++)
    if (row.keys[key] && std::strlen(row.keys[key]) > JOB_FIELD_MAX) in.fail(key_names[key], "at most 255 bytes");
  if (in.status || !row.keys[ROW_CAPTURED]) return;
  row.has_time = job_time_parse(row.keys[ROW_CAPTURED], &row.time_ms);
  if (!row.has_time) in.fail("captured", "an ISO 8601 time such as 2026-03-01T22:14:05");
}

void read_reasons(reader &in, element value, struct row &row) {
  array reasons;
  if (!in.list("reasons", value, RESULT_MAX_REASONS, &reasons)) return;
  bool first = true;
  for (element one : reasons) {
    object reason;
    if (one.get_object().get(reason)) return in.fail("reasons", "objects");
    for (auto field : reason) {
      enum reason_code code;
      if (field.key == "text" && first)
        row.reason = in.text("reasons.text", field.value);
      else if (field.key != "code")
        continue;
      else if (reason_parse(in.word("reasons.code", field.value), &code))
        row.reasons |= 1U << code;
      else
        in.fail("reasons.code", "a reason's code");
    }
    first = false;
  }
}

void read_alignment(reader &in, element value, struct row &row) {
  object alignment;
  if (!in.members("alignment", value, &alignment)) return;
  for (auto field : alignment) {
    if (field.key == "status")
      row.aligned = !std::strcmp(in.word("alignment.status", field.value), "ok");
    else if (field.key == "residual_px")
      row.residual_px = in.real("alignment.residual_px", field.value);
    else if (field.key == "overlap")
      row.overlap = in.real("alignment.overlap", field.value);
  }
}

int read_channels(reader &in, element value, double *channels) {
  array values;
  if (!in.list("light", value, 3, &values)) return 0;
  int count = 0;
  for (element one : values) channels[count++] = in.real("light", one);
  return count;
}

void read_light(reader &in, element value, struct row &row) {
  object light;
  if (!in.members("light", value, &light)) return;
  int offsets = 0;
  for (auto field : light) {
    if (field.key == "gain")
      row.light_channels = read_channels(in, field.value, row.gain);
    else if (field.key == "offset")
      offsets = read_channels(in, field.value, row.offset);
    else if (field.key == "unevenness")
      row.unevenness = in.real("light.unevenness", field.value);
  }
  if (offsets != row.light_channels || (offsets != 1 && offsets != 3)) in.fail("light", "one or three channels");
}

void read_box(reader &in, element value, int32_t box[4]) {
  array values;
  if (value.get_array().get(values) || values.size() != 4) return in.fail("golden_box", "four whole numbers");
  for (element one : values) *box++ = static_cast<int32_t>(in.integer("golden_box", one, INT32_MIN, INT32_MAX));
}

void read_region(reader &in, object object, row_region &region) {
  bool has_class = false, has_severity = false;
  for (auto field : object) {
    if (field.key == "golden_box")
      read_box(in, field.value, region.golden_box);
    else if (field.key == "area_px")
      region.area_px = in.integer("area_px", field.value, 0, INT64_MAX);
    else if (field.key == "peak")
      region.peak = in.real("peak", field.value);
    else if (field.key == "class")
      has_class = class_parse(in.word("class", field.value), &region.class_);
    else if (field.key == "severity")
      has_severity = severity_parse(in.word("severity", field.value), &region.severity);
    else if (field.key == "zone")
      region.zone = in.text("zone", field.value);
    else if (field.key == "confidence")
      region.confidence = in.real("confidence", field.value);
  }
  if (!has_class) in.fail("regions.class", "a defect's class");
  if (!has_severity) in.fail("regions.severity", "critical, major or minor");
}

void read_dimension(reader &in, object object, row_dimension &dimension) {
  bool has_verdict = false;
  for (auto field : object) {
    if (field.key == "name")
      dimension.name = in.text("dimensions.name", field.value);
    else if (field.key == "unit")
      dimension.unit = in.text("dimensions.unit", field.value);
    else if (field.key == "value")
      dimension.value = in.real("dimensions.value", field.value);
    else if (field.key == "uncertainty")
      dimension.uncertainty = in.real("dimensions.uncertainty", field.value);
    else if (field.key == "lower")
      dimension.lower = in.real("dimensions.lower", field.value);
    else if (field.key == "upper")
      dimension.upper = in.real("dimensions.upper", field.value);
    else if (field.key == "verdict")
      has_verdict = verdict_parse(in.word("dimensions.verdict", field.value), &dimension.verdict);
  }
  if (!has_verdict) in.fail("dimensions.verdict", "pass, fail or cannot_judge");
}

void read_regions(reader &in, element value, row_parser &parser) {
  array regions;
  if (!in.list("regions", value, RESULT_MAX_REGIONS, &regions)) return;
  for (element one : regions) {
    object members;
    if (one.get_object().get(members)) return in.fail("regions", "objects");
    parser.regions.push_back({{0, 0, 0, 0}, 0, none, none, CLASS_MISSING, SEVERITY_CRITICAL, "", 0});
    read_region(in, members, parser.regions.back());
  }
}

void read_dimensions(reader &in, element value, row_parser &parser) {
  array dimensions;
  if (!in.list("dimensions", value, RESULT_MAX_DIMENSIONS, &dimensions)) return;
  for (element one : dimensions) {
    object members;
    if (one.get_object().get(members)) return in.fail("dimensions", "objects");
    parser.dimensions.push_back({"", "", none, none, none, none, VERDICT_CANNOT_JUDGE});
    read_dimension(in, members, parser.dimensions.back());
  }
}

/* Whether all three are known. */
bool read_lab(reader &in, const char *name, element value, double *lab) {
  array values;
  int count = 0;
  if (!in.list(name, value, 3, &values)) return false;
  for (element one : values) lab[count++] = in.real(name, one);
  if (count != 3) in.fail(name, "three numbers");
  return count == 3 && std::isfinite(lab[0]) && std::isfinite(lab[1]) && std::isfinite(lab[2]);
}

void read_zone(reader &in, object object, row_zone &zone) {
  bool golden = false;
  for (auto field : object) {
    if (field.key == "name")
      zone.name = in.text("zones.name", field.value);
    else if (field.key == "delta_e")
      zone.delta_e = in.real("zones.delta_e", field.value);
    else if (field.key == "uncertainty")
      zone.uncertainty = in.real("zones.uncertainty", field.value);
    else if (field.key == "limit")
      zone.limit = in.real("zones.limit", field.value);
    else if (field.key == "lab")
      zone.has_lab = read_lab(in, "zones.lab", field.value, zone.lab);
    else if (field.key == "golden_lab")
      golden = read_lab(in, "zones.golden_lab", field.value, zone.golden_lab);
  }
  zone.has_lab = zone.has_lab && golden;
}

void read_zones(reader &in, element value, row_parser &parser) {
  array zones;
  if (!in.list("zones", value, RESULT_MAX_ZONES, &zones)) return;
  for (element one : zones) {
    object members;
    if (one.get_object().get(members)) return in.fail("zones", "objects");
    parser.zones.push_back({"", none, none, none, false, {none, none, none}, {none, none, none}});
    read_zone(in, members, parser.zones.back());
  }
}

void read_result(reader &in, object result, row_parser &parser) {
  struct row &row = parser.row;
  bool has_verdict = false;
  for (auto field : result) {
    if (field.key == "photo")
      row.photo = in.word("photo", field.value);
    else if (field.key == "photo_id")
      row.photo_id = in.text("photo_id", field.value);
    else if (field.key == "golden")
      read_golden(in, field.value, row);
    else if (field.key == "job")
      read_job(in, field.value, row);
    else if (field.key == "verdict")
      has_verdict = verdict_parse(in.word("verdict", field.value), &row.verdict);
    else if (field.key == "reasons")
      read_reasons(in, field.value, row);
    else if (field.key == "score")
      row.score = in.real("score", field.value);
    else if (field.key == "alignment")
      read_alignment(in, field.value, row);
    else if (field.key == "light")
      read_light(in, field.value, row);
    else if (field.key == "regions")
      read_regions(in, field.value, parser);
    else if (field.key == "dimensions")
      read_dimensions(in, field.value, parser);
    else if (field.key == "zones")
      read_zones(in, field.value, parser);
    else if (field.key == "camera")
      row.camera = in.text("camera", field.value);
    else if (field.key == "fingerprint")
      row.fingerprint = in.text("fingerprint", field.value);
  }
  if (!row.photo) in.fail("photo", "its path");
  if (!has_verdict) in.fail("verdict", "pass, fail or cannot_judge");
  row.regions = parser.regions.data();
  row.region_count = parser.regions.size();
  row.dimensions = parser.dimensions.data();
  row.dimension_count = parser.dimensions.size();
  row.zones = parser.zones.data();
  row.zone_count = parser.zones.size();
}

struct row empty_row() {
  struct row row = {};
  row.photo_id = row.job_id = row.golden_sha256 = row.reason = row.camera = row.fingerprint = "";
  row.score = row.residual_px = row.overlap = row.unevenness = none;
  return row;
}

} // namespace

const char *row_key_name(enum row_key key) {
  return key_names[key];
}

bool row_key_parse(const char *name, enum row_key *key) {
  for (int i = 0; i < ROW_KEYS; i++)
    if (!std::strcmp(name, key_names[i])) {
      *key = static_cast<enum row_key>(i);
      return true;
    }
  return false;
}

struct row_parser *row_parser_new(void) {
  return new (std::nothrow) row_parser;
}

void row_parser_free(struct row_parser *parser) {
  delete parser;
}

enum status row_parse(struct row_parser *parser, const char *line, size_t size, struct row **row, struct fault *fault) {
  try {
    parser->regions.clear();
    parser->dimensions.clear();
    parser->zones.clear();
    parser->row = empty_row();
    element root;
    object result;
    simdjson::error_code error = parser->json.parse(line, size, false).get(root);
    if (error == simdjson::MEMALLOC) return fault_set(fault, STATUS_MEMORY, "out of memory for a result");
    if (error == simdjson::CAPACITY)
      return fault_set(fault, STATUS_LIMIT, "a result of %zu bytes; expected at most %d", size, ROW_MAX_BYTES);
    if (error) return fault_set(fault, STATUS_INVALID, "no JSON: %s", simdjson::error_message(error));
    if (root.get_object().get(result)) return fault_set(fault, STATUS_INVALID, "expected a JSON object");
    reader in = {STATUS_OK, fault, std::memchr(line, '\\', size) != nullptr};
    read_result(in, result, *parser);
    *row = &parser->row;
    return in.status;
  } catch (...) {
    return fault_set(fault, STATUS_MEMORY, "out of memory for a result");
  }
}
