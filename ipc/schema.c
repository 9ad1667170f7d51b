#include "ipc/schema.h"

#include "models/digest.h"
#include "models/utf8.h"

#include <stddef.h>
#include <string.h>

#define END {.name = NULL}
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const roles[] = {ROLE_CLIENT, ROLE_WORKER, NULL};
static const char *const photos[] = {PHOTO_BY_PATH, PHOTO_AS_BYTES, NULL};
static const char *const orders[] = {ORDER_COMPLETION, ORDER_POSITION, NULL};
static const char *const states[] = {"done", "set_aside", "cancelled", NULL};

static const struct field nothing[] = {END};

static const struct field hello[] = {{"role", FIELD_WORD, .words = roles},
                                     {"id", FIELD_HEX, .high = PROTOCOL_ID_CHARS},
                                     {"name", FIELD_TEXT, 1, PROTOCOL_MAX_NAME},
                                     {"software", FIELD_TEXT, 0, PROTOCOL_MAX_NAME, .optional = true},
                                     {"holding", FIELD_HEX_LIST, 0, PROTOCOL_MAX_HOLDING, .optional = true},
                                     END};
static const struct field welcome[] = {{"broker", FIELD_TEXT, 1, PROTOCOL_MAX_NAME},
                                       {"heartbeat_ms", FIELD_INTEGER, 1, 3600000},
                                       {"silence_ms", FIELD_INTEGER, 1, 3600000},
                                       {"window_jobs", FIELD_INTEGER, 1, PROTOCOL_MAX_CREDIT},
                                       {"window_bytes", FIELD_INTEGER, 1, PROTOCOL_MAX_INTEGER},
                                       END};
static const struct field error[] = {{"code", FIELD_TEXT, 1, 64},
                                     {"text", FIELD_TEXT, 0, PROTOCOL_MAX_TEXT},
                                     {"about", FIELD_INTEGER, 0, 255, .optional = true},
                                     END};

static const struct field submitted[] = {
    {"position", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
    {"priority", FIELD_INTEGER, -PROTOCOL_MAX_PRIORITY, PROTOCOL_MAX_PRIORITY, .optional = true},
    {"photo", FIELD_WORD, .words = photos},
    {"path", FIELD_TEXT, 1, PROTOCOL_MAX_PATH, .optional = true},
    {"job", FIELD_OBJECT},
    END};
static const struct field submit[] = {{"submission", FIELD_HEX, .high = PROTOCOL_ID_CHARS},
                                      {"jobs", FIELD_LIST, 1, PROTOCOL_MAX_BATCH, .fields = submitted},
                                      END};
static const struct field refused[] = {{"position", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
                                       {"code", FIELD_TEXT, 1, 64},
                                       {"text", FIELD_TEXT, 0, PROTOCOL_MAX_TEXT},
                                       END};
static const struct field accepted[] = {{"submission", FIELD_HEX, .high = PROTOCOL_ID_CHARS},
                                        {"positions", FIELD_INTEGER_LIST, 0, PROTOCOL_MAX_BATCH},
                                        {"refused", FIELD_LIST, 0, PROTOCOL_MAX_BATCH, .fields = refused},
                                        END};
static const struct field subscribe[] = {{"submission", FIELD_HEX, .high = PROTOCOL_ID_CHARS, .optional = true},
                                         {"order", FIELD_WORD, .words = orders, .optional = true},
                                         {"after", FIELD_INTEGER, -1, PROTOCOL_MAX_INTEGER},
                                         {"credit", FIELD_INTEGER, 0, PROTOCOL_MAX_CREDIT},
                                         {"follow", FIELD_BOOLEAN},
                                         END};
static const struct field outcome[] = {{"sequence", FIELD_INTEGER, 1, PROTOCOL_MAX_INTEGER},
                                       {"position", FIELD_INTEGER, -1, PROTOCOL_MAX_INTEGER},
                                       {"job", FIELD_HEX, .high = PROTOCOL_ID_CHARS},
                                       {"state", FIELD_WORD, .words = states},
                                       END};
static const struct field results[] = {{"submission", FIELD_HEX, .high = PROTOCOL_ID_CHARS, .optional = true},
                                       {"results", FIELD_LIST, 0, PROTOCOL_MAX_BATCH, .fields = outcome},
                                       {"end", FIELD_BOOLEAN},
                                       END};
static const struct field credit[] = {{"submission", FIELD_HEX, .high = PROTOCOL_ID_CHARS, .optional = true},
                                      {"credit", FIELD_INTEGER, 1, PROTOCOL_MAX_CREDIT},
                                      END};
static const struct field status_request[] = {
    {"submission", FIELD_HEX, .high = PROTOCOL_ID_CHARS, .optional = true}, END};
static const struct field counts[] = {{"waiting", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
                                      {"leased", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
                                      {"done", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
                                      {"set_aside", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
                                      END};
static const struct field a_worker[] = {{"id", FIELD_HEX, .high = PROTOCOL_ID_CHARS},
                                        {"name", FIELD_TEXT, 1, PROTOCOL_MAX_NAME},
                                        {"holds", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
                                        {"done", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
                                        {"seen_ms", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
                                        END};
static const struct field status[] = {{"broker", FIELD_TEXT, 1, PROTOCOL_MAX_NAME},
                                      {"jobs", FIELD_OBJECT, .fields = counts},
                                      {"clients", FIELD_INTEGER, 0, PROTOCOL_MAX_INTEGER},
                                      {"workers", FIELD_LIST, 0, PROTOCOL_MAX_HOLDING, .fields = a_worker},
                                      END};
static const struct field golden_name[] = {{"sha256", FIELD_HEX, .high = DIGEST_CHARS}, END};
static const struct field golden_missing[] = {
    {"sha256", FIELD_HEX, .high = DIGEST_CHARS}, {"text", FIELD_TEXT, 0, PROTOCOL_MAX_TEXT}, END};
static const struct field golden_file[] = {{"name", FIELD_TEXT, 1, PROTOCOL_MAX_NAME}, END};
static const struct field golden[] = {{"sha256", FIELD_HEX, .high = DIGEST_CHARS},
                                      {"files", FIELD_LIST, 1, PROTOCOL_MAX_GOLDEN_FILES, .fields = golden_file},
                                      END};

static const struct field ready[] = {{"credit", FIELD_INTEGER, 1, PROTOCOL_MAX_WORKER_CREDIT}, END};
static const struct field leased[] = {{"job", FIELD_OBJECT},
                                      {"photo", FIELD_WORD, .words = photos},
                                      {"path", FIELD_TEXT, 1, PROTOCOL_MAX_PATH, .optional = true},
                                      {"losses", FIELD_INTEGER, 0, 1000},
                                      END};
static const struct field work[] = {{"jobs", FIELD_LIST, 1, PROTOCOL_MAX_BATCH, .fields = leased}, END};
static const struct field job_list[] = {{"jobs", FIELD_HEX_LIST, 1, PROTOCOL_MAX_BATCH}, END};
static const struct field returned[] = {{"job", FIELD_HEX, .high = PROTOCOL_ID_CHARS},
                                        {"lost", FIELD_BOOLEAN},
                                        {"error", FIELD_TEXT, 0, PROTOCOL_MAX_TEXT},
                                        END};
static const struct field return_[] = {{"jobs", FIELD_LIST, 1, PROTOCOL_MAX_BATCH, .fields = returned}, END};

static const struct {
  const char *name;
  const struct field *fields;
  bool frames;
} kinds[] = {
    [MESSAGE_HELLO] = {"HELLO", hello, false},
    [MESSAGE_WELCOME] = {"WELCOME", welcome, false},
    [MESSAGE_ERROR] = {"ERROR", error, false},
    [MESSAGE_HEARTBEAT] = {"HEARTBEAT", nothing, false},
    [MESSAGE_BYE] = {"BYE", nothing, false},
    [MESSAGE_SUBMIT] = {"SUBMIT", submit, true},
    [MESSAGE_ACCEPTED] = {"ACCEPTED", accepted, false},
    [MESSAGE_SUBSCRIBE] = {"SUBSCRIBE", subscribe, false},
    [MESSAGE_RESULTS] = {"RESULTS", results, true},
    [MESSAGE_CREDIT] = {"CREDIT", credit, false},
    [MESSAGE_STATUS_REQUEST] = {"STATUS_REQUEST", status_request, false},
    [MESSAGE_STATUS] = {"STATUS", status, false},
    [MESSAGE_GOLDEN_WANTED] = {"GOLDEN_WANTED", golden_name, false},
    [MESSAGE_GOLDEN] = {"GOLDEN", golden, true},
    [MESSAGE_READY] = {"READY", ready, false},
    [MESSAGE_WORK] = {"WORK", work, true},
    [MESSAGE_DONE] = {"DONE", job_list, true},
    [MESSAGE_STORED] = {"STORED", job_list, false},
    [MESSAGE_RETURN] = {"RETURN", return_, false},
    [MESSAGE_GOLDEN_REQUEST] = {"GOLDEN_REQUEST", golden_name, false},
    [MESSAGE_GOLDEN_MISSING] = {"GOLDEN_MISSING", golden_missing, false},
};

static bool known(int kind) { return kind >= 0 && (size_t)kind < COUNT(kinds) && kinds[kind].fields; }

const struct field *schema_of(int kind) { return known(kind) ? kinds[kind].fields : NULL; }
const char *schema_name(int kind) { return known(kind) ? kinds[kind].name : "unknown"; }
bool schema_has_frames(int kind) { return known(kind) && kinds[kind].frames; }

static bool is_hex(const json_t *value, long long chars) {
  return json_is_string(value) && json_string_length(value) == (size_t)chars &&
         digest_is_hex(json_string_value(value), (size_t)chars);
}

static enum status check_text(const json_t *value, const struct field *field, struct fault *fault) {
  size_t size = json_is_string(value) ? json_string_length(value) : 0;
  if (!json_is_string(value) || size < (size_t)field->low || size > (size_t)field->high ||
      !utf8_printable(json_string_value(value), size))
    return fault_set(fault, STATUS_INVALID, "%s: expected a text of %lld to %lld bytes without control characters",
                     field->name, field->low, field->high);
  return STATUS_OK;
}

static enum status check_word(const json_t *value, const struct field *field, struct fault *fault) {
  const char *text = json_string_value(value);
  for (const char *const *word = field->words; text && *word; word++)
    if (!strcmp(text, *word)) return STATUS_OK;
  return fault_set(fault, STATUS_INVALID, "%s: expected one of its words, such as \"%s\"", field->name,
                   field->words[0]);
}

static enum status check_list(const json_t *value, const struct field *field, struct fault *fault) {
  size_t count = json_array_size(value);
  if (!json_is_array(value) || count < (size_t)field->low || count > (size_t)field->high)
    return fault_set(fault, STATUS_INVALID, "%s: expected a list of %lld to %lld", field->name, field->low,
                     field->high);
  for (size_t i = 0; i < count; i++) {
    const json_t *item = json_array_get(value, i);
    if (field->type == FIELD_HEX_LIST && !is_hex(item, PROTOCOL_ID_CHARS))
      return fault_set(fault, STATUS_INVALID, "%s[%zu]: expected %d lower-case hexadecimal digits", field->name, i,
                       PROTOCOL_ID_CHARS);
    if (field->type == FIELD_INTEGER_LIST && (!json_is_integer(item) || json_integer_value(item) < 0 ||
                                              json_integer_value(item) > PROTOCOL_MAX_INTEGER))
      return fault_set(fault, STATUS_INVALID, "%s[%zu]: expected an integer from 0", field->name, i);
    if (field->type == FIELD_LIST && schema_check(item, field->fields, fault))
      return fault_prefix(fault, "%s[%zu]", field->name, i);
  }
  return STATUS_OK;
}

static enum status check_field(const json_t *value, const struct field *field, struct fault *fault) {
  switch (field->type) {
  case FIELD_INTEGER:
    if (json_is_integer(value) && json_integer_value(value) >= field->low && json_integer_value(value) <= field->high)
      return STATUS_OK;
    return fault_set(fault, STATUS_INVALID, "%s: expected an integer from %lld to %lld", field->name, field->low,
                     field->high);
  case FIELD_BOOLEAN:
    if (json_is_boolean(value)) return STATUS_OK;
    return fault_set(fault, STATUS_INVALID, "%s: expected true or false", field->name);
  case FIELD_TEXT: return check_text(value, field, fault);
  case FIELD_HEX:
    if (is_hex(value, field->high)) return STATUS_OK;
    return fault_set(fault, STATUS_INVALID, "%s: expected %lld lower-case hexadecimal digits", field->name,
                     field->high);
  case FIELD_WORD: return check_word(value, field, fault);
  case FIELD_OBJECT:
    if (!json_is_object(value)) return fault_set(fault, STATUS_INVALID, "%s: expected an object", field->name);
    if (field->fields && schema_check(value, field->fields, fault)) return fault_prefix(fault, "%s", field->name);
    return STATUS_OK;
  case FIELD_LIST:
  case FIELD_HEX_LIST:
  case FIELD_INTEGER_LIST: return check_list(value, field, fault);
  }
  return fault_set(fault, STATUS_INTERNAL, "%s: no such type", field->name);
}

enum status schema_check(const json_t *object, const struct field *fields, struct fault *fault) {
  if (!json_is_object(object)) return fault_set(fault, STATUS_INVALID, "expected an object");
  for (const struct field *field = fields; field->name; field++) {
    const json_t *value = json_object_get(object, field->name);
    if (!value || json_is_null(value)) {
      if (field->optional) continue;
      return fault_set(fault, STATUS_INVALID, "%s: missing", field->name);
    }
    enum status status_ = check_field(value, field, fault);
    if (status_) return status_;
  }
  return STATUS_OK;
}
