#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/reviewed.h"

#include "engine/lots/rows.h"
#include "models/file.h"
#include "models/golden.h"
#include "models/seal.h"
#include "models/spec_edit.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct approve_options {
  struct common_options common;
  const char *results, *reviewed, *by, *why, *key;
};

#define FIELD(name) offsetof(struct approve_options, name)
static const struct option options[] = {
    {.name = "results",
     .kind = OPTION_TEXT,
     .offset = FIELD(results),
     .argument = "PLACE",
     .help = "where the finding stands: a folder of assay run --out, a store's folder, or a file of results"},
    {.name = "reviewed",
     .kind = OPTION_TEXT,
     .offset = FIELD(reviewed),
     .argument = "STORE",
     .help = "instead of one finding: all that were overruled in review there (assay serve --web-review) and are not "
             "limit samples yet"},
    {.name = "by",
     .kind = OPTION_TEXT,
     .offset = FIELD(by),
     .argument = "WHO",
     .help = "who takes it as acceptable",
     .required = true},
    {.name = "why",
     .kind = OPTION_TEXT,
     .offset = FIELD(why),
     .argument = "TEXT",
     .help = "the reason, for the seal (with --reviewed, those of the reviews)"},
    {.name = "key", .kind = OPTION_TEXT, .offset = FIELD(key), .argument = "FILE", .help = "secret key that signs"},
    {.name = NULL}};

enum { LEAST_ID = 8 };

struct search {
  const char *id; /* the first digits of the photo's */
  size_t digits;
  long region;             /* from 1, by falling peak, as tables and pictures number them */
  const json_t *history;   /* seals of the golden */
  const struct spec *spec; /* of the golden as it is */
  bool photo_found, other_golden, found, is_zone, demanded;
  size_t regions;
  struct spec_approval approval;
  enum defect_class class_;
  char zone[64];
};

/* Whether a result cites a version of this golden: their pixels are those of the same first photo. */
static bool cites(const struct search *s, const char *sha256) {
  size_t i;
  const json_t *seal;
  json_array_foreach(s->history, i, seal) if (!strcmp(output_text_of(seal, "sha256"), sha256)) return true;
  return false;
}

static const struct row_region *ranked(const struct row *row, long rank) {
  for (size_t i = 0; i < row->region_count; i++)
    if (row_region_number(row, i) == rank) return &row->regions[i];
  return NULL;
}

/* Whether it is what a zone demands that is not there: limit samples do not take that back. */
static bool is_demanded(const struct spec *spec, const struct row_region *region) {
  if (region->class_ == CLASS_CODE) return true;
  for (size_t i = 0; i < spec->zone_count; i++)
    if (spec->zones[i].same_print && !strcmp(spec->zones[i].name, region->zone)) return true;
  return false;
}

/* The last result of the photo counts. */
static enum status look(void *context, const struct row *row, struct fault *fault) {
  struct search *s = context;
  (void)fault;
  if (strncmp(row->photo_id, s->id, s->digits) != 0) return STATUS_OK;
  s->photo_found = true;
  if (!cites(s, row->golden_sha256)) {
    s->other_golden = true;
    return STATUS_OK;
  }
  s->regions = row->region_count;
  const struct row_region *region = ranked(row, s->region);
  s->found = region != NULL;
  if (!region) return STATUS_OK;
  for (int i = 0; i < 4; i++) s->approval.box[i] = region->golden_box[i];
  s->approval.use = region->peak > 1 ? region->peak : 1;
  snprintf(s->approval.photo, sizeof s->approval.photo, "%s", row->photo_id);
  s->class_ = region->class_;
  s->demanded = is_demanded(s->spec, region);
  bool artwork = s->class_ >= CLASS_OPEN && s->class_ <= CLASS_PIN_HOLE;
  snprintf(s->approval.class_, sizeof s->approval.class_, "%s", artwork ? class_name(s->class_) : "");
  s->is_zone = false;
  for (size_t i = 0; i < row->zone_count && region->class_ == CLASS_COLOUR; i++)
    s->is_zone |= !strcmp(row->zones[i].name, region->zone) && row->zones[i].delta_e > row->zones[i].limit &&
                  fabs(row->zones[i].delta_e / row->zones[i].limit - region->peak) < 0.01;
  snprintf(s->zone, sizeof s->zone, "%s", region->zone);
  return STATUS_OK;
}

static enum status read_finding(const char *text, struct search *s, struct fault *fault) {
  const char *colon = strchr(text, ':');
  char *end = NULL;
  s->id = text, s->digits = colon ? (size_t)(colon - text) : 0;
  s->region = colon ? strtol(colon + 1, &end, 10) : 0;
  bool hex = s->digits >= LEAST_ID && strspn(text, "0123456789abcdef") == s->digits;
  if (hex && s->region >= 1 && !*end) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE,
                   "%s: expected PHOTO_ID:REGION, at least %d digits of the result's photo_id and the finding's number "
                   "in tables and pictures, from 1",
                   text, LEAST_ID);
}

static enum status check_found(const struct search *s, const char *text, const char *place, struct fault *fault) {
  if (s->found && s->demanded)
    return fault_set(fault, STATUS_INVALID,
                     "%s: zone %s demands what is to be read or printed there; expected another finding: what is "
                     "demanded is changed in the spec",
                     text, s->zone);
  if (s->is_zone)
    return fault_set(fault, STATUS_INVALID,
                     "%s: the colour of all of zone %s differs; expected another finding: the zone's colour is allowed "
                     "more by its tolerance.delta_e in the spec",
                     text, s->zone);
  if (s->found) return STATUS_OK;
  if (!s->photo_found)
    return fault_set(fault, STATUS_MISSING, "%s: no result of photo %.*s", place, (int)s->digits, text);
  if (s->other_golden && !s->regions)
    return fault_set(fault, STATUS_INVALID, "%s: photo %.*s was judged against another golden", place, (int)s->digits,
                     text);
  return fault_set(fault, STATUS_INVALID, "%s: photo %.*s has %zu findings, and none of number %ld", place,
                   (int)s->digits, text, s->regions, s->region);
}

/* The text of the golden's spec with the approvals. */
static enum status edit(const char *golden, const struct spec_approval *const *approvals, size_t count, char **edited,
                        struct fault *fault) {
  char *path = NULL;
  uint8_t *bytes = NULL;
  size_t size = 0;
  *edited = NULL;
  if (asprintf(&path, "%s/golden.yaml", golden) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = file_read(AT_FDCWD, path, path, true, SPEC_MAX_BYTES, &bytes, &size, fault);
  if (!status && !(*edited = strndup((const char *)bytes, size)))
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  for (size_t i = 0; i < count && !status; i++) {
    char *before = *edited;
    *edited = NULL;
    status = spec_edit_approve(before, strlen(before), path, approvals[i], edited, fault);
    free(before);
  }
  free(path), free(bytes);
  return status;
}

static enum status approve(const struct approve_options *given, const char *why,
                           const struct spec_approval *const *approvals, size_t count, struct fault *fault) {
  const char *golden = given->common.operands.items[0];
  char *edited = NULL;
  enum status status = edit(golden, approvals, count, &edited, fault);
  struct golden_revise how = {.path = golden,
                              .spec_text = edited,
                              .spec_size = edited ? strlen(edited) : 0,
                              .by = given->by,
                              .why = why,
                              .key_file = given->key};
  if (!status) status = golden_revise(&how, fault);
  free(edited);
  return status;
}

static enum status tell(const struct approve_options *given, const struct search *s, bool known, struct fault *fault) {
  struct golden *golden = NULL;
  enum status status = golden_open(given->common.operands.items[0], &golden, fault);
  if (status) return status;
  const double *box = s->approval.box;
  if (given->common.json)
    status =
        output_json(json_pack("{s:s, s:I, s:s, s:s, s:[f,f,f,f], s:f, s:b}", "golden", golden->spec.name, "version",
                              (json_int_t)golden->version, "sha256", golden->sha256, "photo_id", s->approval.photo,
                              "golden_box", box[0], box[1], box[2], box[3], "use", s->approval.use, "new", !known),
                    fault);
  else if (known)
    printf("golden: %s, version %lld: this finding is a limit sample of it already; nothing is changed\nseal %s\n",
           golden->spec.name, (long long)golden->version, golden->sha256);
  else
    printf("golden: %s, version %lld; %s of %.0f x %.0f px at (%.0f, %.0f) that went to %.2f times the tolerance "
           "passes from now on\nseal %s\n",
           golden->spec.name, (long long)golden->version, class_name(s->class_), box[2], box[3], box[0], box[1],
           s->approval.use, golden->sha256);
  golden_close(golden);
  return status;
}

static enum status approve_one(const struct approve_options *given, const json_t *history, struct fault *fault) {
  const char *finding = given->common.operands.items[1];
  struct search s = {.history = history};
  struct rows_tally tally = {0};
  const struct spec_approval *approval = &s.approval;
  struct golden *golden = NULL;
  bool known = false;
  enum status status = read_finding(finding, &s, fault);
  if (!status) status = golden_open(given->common.operands.items[0], &golden, fault);
  if (!status) s.spec = &golden->spec;
  if (!status) status = rows_read_as_found(&given->results, 1, look, &s, &tally, fault);
  if (!status) status = check_found(&s, finding, given->results, fault);
  if (!status) known = is_limit_sample(approval, &golden->spec);
  golden_close(golden);
  if (!status && !known) status = approve(given, given->why, &approval, 1, fault);
  return status ? status : tell(given, &s, known, fault);
}

/* --- What was overruled in review --- */

static enum status seal_reviewed(const struct approve_options *given, const struct reviewed *reviewed,
                                 struct fault *fault) {
  char why[SEAL_TEXT_MAX + 1];
  const struct spec_approval **approvals = calloc(reviewed->count, sizeof *approvals);
  if (!approvals) return fault_set(fault, STATUS_MEMORY, "out of memory");
  for (size_t i = 0; i < reviewed->count; i++) approvals[i] = &reviewed->items[i].approval;
  reviewed_reason(reviewed, why, sizeof why);
  enum status status = approve(given, given->why ? given->why : why, approvals, reviewed->count, fault);
  free(approvals);
  return status;
}

static enum status tell_reviewed(const struct approve_options *given, size_t count, struct fault *fault) {
  struct golden *golden = NULL;
  enum status status = golden_open(given->common.operands.items[0], &golden, fault);
  if (status) return status;
  if (given->common.json)
    status =
        output_json(json_pack("{s:s, s:I, s:s, s:I}", "golden", golden->spec.name, "version",
                              (json_int_t)golden->version, "sha256", golden->sha256, "approved", (json_int_t)count),
                    fault);
  else if (!count)
    printf("golden: %s, version %lld: nothing that was overruled is new\n", golden->spec.name,
           (long long)golden->version);
  else
    printf("golden: %s, version %lld, with %zu more limit sample%s\nseal %s\n", golden->spec.name,
           (long long)golden->version, count, count == 1 ? "" : "s", golden->sha256);
  golden_close(golden);
  return status;
}

static enum status approve_reviewed(const struct approve_options *given, const json_t *history, struct fault *fault) {
  struct golden *golden = NULL;
  struct reviewed reviewed = {0};
  enum status status = golden_open(given->common.operands.items[0], &golden, fault);
  if (!status) status = reviewed_read(given->reviewed, history, &golden->spec, &reviewed, fault);
  golden_close(golden);
  if (!status && reviewed.of_zones)
    message_warning(
        "%zu overruled finding%s passed over: the colour of a zone as a whole, which is allowed more by the "
        "zone's tolerance.delta_e in the spec, or what the spec demands to be read",
        reviewed.of_zones, reviewed.of_zones == 1 ? " was" : "s were");
  if (!status && reviewed.count) status = seal_reviewed(given, &reviewed, fault);
  if (!status) status = tell_reviewed(given, reviewed.count, fault);
  reviewed_free(&reviewed);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct approve_options *given = values;
  bool one = given->common.operands.count == 2;
  json_t *history = NULL;
  if (one == (given->reviewed != NULL) || one != (given->results != NULL))
    return fault_set(fault, STATUS_USAGE, "expected PHOTO_ID:REGION with --results, or --reviewed STORE");
  if (one && !given->why) return fault_set(fault, STATUS_USAGE, "--why is missing: the reason, for the seal");
  enum status status = golden_history(given->common.operands.items[0], &history, fault);
  if (!status) status = one ? approve_one(given, history, fault) : approve_reviewed(given, history, fault);
  json_decref(history);
  return status;
}

const struct command command_golden_approve = {
    .name = "golden approve",
    .summary = "take a finding as acceptable: a limit sample",
    .text =
        "Widens the golden's tolerance at the place of a finding, so that what went that far there passes from now\n"
        "on, and makes a new sealed version that says who took it as acceptable and why. The finding is named by the\n"
        "photo_id of its photo, or the first 8 digits and more, and its number in the tables and pictures, from 1\n"
        "for the strongest. What is elsewhere, or goes further by more than a tenth, is found as before; but the "
        "place\n"
        "of a finding of 5 tolerances and more, which is as far as they are told apart, is set free. Of artwork with "
        "two\n"
        "levels what lies there passes if it reaches no deeper and is of the same class. What is demanded of a zone "
        "(a\n"
        "code, a text, same_print) is not taken back by this. A finding that is a limit sample already changes "
        "nothing.\n\n"
        "With --reviewed all that people overruled becomes limit samples, in one new version.\n\n"
        "With --json: {\"golden\", \"version\", \"sha256\", \"photo_id\", \"golden_box\", \"use\", \"new\"}; with "
        "--reviewed\n"
        "{\"golden\", \"version\", \"sha256\", \"approved\": how many}.",
    .example = "  assay golden approve goldens/label 5f1c22a0:1 --results inspection --by \"Mei Tan\" "
               "--why \"print edge, agreed 7 May\"\n"
               "  assay golden approve goldens/label --reviewed /srv/assay --by \"Mei Tan\"",
    .operands = {.usage = "DIR [PHOTO_ID:REGION]", .least = 1, .most = 2},
    .options = options,
    .values_size = sizeof(struct approve_options),
    .run = run,
};
