#include "ipc/schema.h"

#include "models/digest.h"
#include "models/utf8.h"

#include <stddef.h>
#include <string.h>

#define END                                                                                                            \
  { .name = NULL }
#define INTEGER(key, least, most) .name = key, .type = FIELD_INTEGER, .low = least, .high = most
#define TEXT(key, least, most) .name = key, .type = FIELD_TEXT, .low = least, .high = most
#define HEX(key, chars) .name = key, .type = FIELD_HEX, .high = chars
#define ID(key) HEX(key, PROTOCOL_ID_CHARS)
#define WORD(key, set) .name = key, .type = FIELD_WORD, .words = set
#define FLAG(key) .name = key, .type = FIELD_BOOLEAN
#define OBJECT(key) .name = key, .type = FIELD_OBJECT
#define LIST(key, least, most, of) .name = key, .type = FIELD_LIST, .low = least, .high = most, .fields = of
#define IDS(key, least, most) .name = key, .type = FIELD_HEX_LIST, .low = least, .high = most
#define POSITIONS(key, least, most) .name = key, .type = FIELD_INTEGER_LIST, .low = least, .high = most
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const roles[] = {ROLE_CLIENT, ROLE_WORKER, NULL};
static const char *const photos[] = {PHOTO_BY_PATH, PHOTO_AS_BYTES, PHOTO_IN_PARTS, NULL};
static const char *const orders[] = {ORDER_COMPLETION, ORDER_POSITION, NULL};
static const char *const states[] = {"done", "set_aside", "cancelled", NULL};

static const struct field nothing[] = {END};

static const struct field hello[] = {{WORD("role", roles)},
                                     {ID("id")},
                                     {TEXT("name", 1, PROTOCOL_MAX_NAME)},
                                     {TEXT("software", 0, PROTOCOL_MAX_NAME), .optional = true},
                                     {IDS("holding", 0, PROTOCOL_MAX_HOLDING), .optional = true},
                                     {FLAG("parts"), .optional = true},
                                     END};
static const struct field bye[] = {{IDS("holding", 0, PROTOCOL_MAX_HOLDING), .optional = true}, END};
static const struct field welcome[] = {{TEXT("broker", 1, PROTOCOL_MAX_NAME)},
                                       {INTEGER("heartbeat_ms", 1, 3600000)},
                                       {INTEGER("silence_ms", 1, 3600000)},
                                       {INTEGER("window_jobs", 1, PROTOCOL_MAX_CREDIT)},
                                       {INTEGER("window_bytes", 1, PROTOCOL_MAX_INTEGER)},
                                       {INTEGER("part_bytes", 1, PROTOCOL_MAX_FRAME), .optional = true},
                                       END};
static const struct field error[] = {
    {TEXT("code", 1, 64)}, {TEXT("text", 0, PROTOCOL_MAX_TEXT)}, {INTEGER("about", 0, 255), .optional = true}, END};

static const struct field submitted[] = {
    {INTEGER("position", 0, PROTOCOL_MAX_INTEGER)},
    {INTEGER("priority", -PROTOCOL_MAX_PRIORITY, PROTOCOL_MAX_PRIORITY), .optional = true},
    {WORD("photo", photos)},
    {TEXT("path", 1, PROTOCOL_MAX_PATH), .optional = true},
    {OBJECT("job")},
    END};
static const struct field submit[] = {{ID("submission")}, {LIST("jobs", 1, PROTOCOL_MAX_BATCH, submitted)}, END};
static const struct field refused[] = {
    {INTEGER("position", 0, PROTOCOL_MAX_INTEGER)}, {TEXT("code", 1, 64)}, {TEXT("text", 0, PROTOCOL_MAX_TEXT)}, END};
static const struct field accepted[] = {{ID("submission")},
                                        {POSITIONS("positions", 0, PROTOCOL_MAX_BATCH)},
                                        {LIST("refused", 0, PROTOCOL_MAX_BATCH, refused)},
                                        END};
static const struct field subscribe[] = {{ID("submission"), .optional = true},
                                         {WORD("order", orders), .optional = true},
                                         {INTEGER("after", -1, PROTOCOL_MAX_INTEGER)},
                                         {INTEGER("credit", 0, PROTOCOL_MAX_CREDIT)},
                                         {FLAG("follow")},
                                         END};
static const struct field outcome[] = {{INTEGER("sequence", 1, PROTOCOL_MAX_INTEGER)},
                                       {INTEGER("position", -1, PROTOCOL_MAX_INTEGER)},
                                       {ID("job")},
                                       {WORD("state", states)},
                                       END};
static const struct field results[] = {
    {ID("submission"), .optional = true}, {LIST("results", 0, PROTOCOL_MAX_BATCH, outcome)}, {FLAG("end")}, END};
static const struct field credit[] = {
    {ID("submission"), .optional = true}, {INTEGER("credit", 1, PROTOCOL_MAX_CREDIT)}, END};
static const struct field status_request[] = {
    {ID("submission"), .optional = true}, {INTEGER("submissions", 0, PROTOCOL_MAX_SUBMISSIONS), .optional = true}, END};
static const struct field counts[] = {{INTEGER("waiting", 0, PROTOCOL_MAX_INTEGER)},
                                      {INTEGER("leased", 0, PROTOCOL_MAX_INTEGER)},
                                      {INTEGER("done", 0, PROTOCOL_MAX_INTEGER)},
                                      {INTEGER("set_aside", 0, PROTOCOL_MAX_INTEGER)},
                                      END};
static const struct field a_worker[] = {{ID("id")},
                                        {TEXT("name", 1, PROTOCOL_MAX_NAME)},
                                        {INTEGER("holds", 0, PROTOCOL_MAX_INTEGER)},
                                        {INTEGER("done", 0, PROTOCOL_MAX_INTEGER)},
                                        {INTEGER("lost", 0, PROTOCOL_MAX_INTEGER), .optional = true},
                                        {INTEGER("seen_ms", 0, PROTOCOL_MAX_INTEGER)},
                                        END};
static const struct field since_start[] = {{INTEGER("ms", 0, PROTOCOL_MAX_INTEGER)},
                                           {INTEGER("accepted", 0, PROTOCOL_MAX_INTEGER)},
                                           {INTEGER("refused", 0, PROTOCOL_MAX_INTEGER)},
                                           {INTEGER("done", 0, PROTOCOL_MAX_INTEGER)},
                                           {INTEGER("lost", 0, PROTOCOL_MAX_INTEGER)},
                                           {INTEGER("store_failures", 0, PROTOCOL_MAX_INTEGER)},
                                           END};
static const struct field a_submission[] = {{TEXT("submission", 1, PROTOCOL_MAX_NAME)},
                                            {TEXT("client", 0, PROTOCOL_MAX_NAME)},
                                            {INTEGER("at", 0, PROTOCOL_MAX_INTEGER)},
                                            {OBJECT("jobs"), .fields = counts},
                                            END};
static const struct field status[] = {
    {TEXT("broker", 1, PROTOCOL_MAX_NAME)},
    {OBJECT("jobs"), .fields = counts},
    {INTEGER("clients", 0, PROTOCOL_MAX_INTEGER)},
    {LIST("workers", 0, PROTOCOL_MAX_HOLDING, a_worker)},
    {OBJECT("since_start"), .fields = since_start, .optional = true},
    {LIST("submissions", 0, PROTOCOL_MAX_SUBMISSIONS, a_submission), .optional = true},
    END};
static const struct field golden_name[] = {{HEX("sha256", DIGEST_CHARS)}, END};
static const struct field golden_missing[] = {{HEX("sha256", DIGEST_CHARS)}, {TEXT("text", 0, PROTOCOL_MAX_TEXT)}, END};
static const struct field golden_file[] = {{TEXT("name", 1, PROTOCOL_MAX_NAME)}, END};
static const struct field golden[] = {
    {HEX("sha256", DIGEST_CHARS)}, {LIST("files", 1, PROTOCOL_MAX_GOLDEN_FILES, golden_file)}, END};

static const struct field cancel[] = {{ID("submission")}, {INTEGER("after", -1, PROTOCOL_MAX_INTEGER)}, END};
static const struct field retry[] = {
    {ID("submission"), .optional = true}, {INTEGER("after", -1, PROTOCOL_MAX_INTEGER)}, END};
static const struct field changed[] = {{ID("submission"), .optional = true},
                                       {INTEGER("jobs", 0, PROTOCOL_MAX_INTEGER)},
                                       {INTEGER("after", -1, PROTOCOL_MAX_INTEGER)},
                                       {FLAG("more")},
                                       END};

static const struct field part[] = {{HEX("photo_id", DIGEST_CHARS)},
                                    {INTEGER("size", 1, PROTOCOL_MAX_FRAME)},
                                    {INTEGER("offset", 0, PROTOCOL_MAX_FRAME)},
                                    END};
static const struct field part_taken[] = {{HEX("photo_id", DIGEST_CHARS)},
                                          {INTEGER("offset", 0, PROTOCOL_MAX_FRAME)},
                                          {FLAG("kept")},
                                          {TEXT("error", 0, PROTOCOL_MAX_TEXT), .optional = true},
                                          END};
static const struct field part_request[] = {
    {ID("job")}, {HEX("photo_id", DIGEST_CHARS)}, {INTEGER("offset", 0, PROTOCOL_MAX_FRAME)}, END};
static const struct field part_sent[] = {{ID("job")},
                                         {INTEGER("offset", 0, PROTOCOL_MAX_FRAME)},
                                         {TEXT("error", 0, PROTOCOL_MAX_TEXT), .optional = true},
                                         END};

static const struct field ready[] = {{INTEGER("credit", 1, PROTOCOL_MAX_WORKER_CREDIT)}, END};
static const struct field leased[] = {{OBJECT("job")},
                                      {WORD("photo", photos)},
                                      {TEXT("path", 1, PROTOCOL_MAX_PATH), .optional = true},
                                      {INTEGER("losses", 0, 1000)},
                                      {INTEGER("size", 1, PROTOCOL_MAX_FRAME), .optional = true},
                                      END};
static const struct field work[] = {{LIST("jobs", 1, PROTOCOL_MAX_BATCH, leased)}, END};
static const struct field job_list[] = {{IDS("jobs", 1, PROTOCOL_MAX_BATCH)}, END};
static const struct field returned[] = {{ID("job")}, {FLAG("lost")}, {TEXT("error", 0, PROTOCOL_MAX_TEXT)}, END};
static const struct field return_[] = {{LIST("jobs", 1, PROTOCOL_MAX_BATCH, returned)}, END};

static const struct {
  const char *name;
  const struct field *fields;
  bool frames;
} kinds[] = {
    [MESSAGE_HELLO] = {"HELLO", hello, false},
    [MESSAGE_WELCOME] = {"WELCOME", welcome, false},
    [MESSAGE_ERROR] = {"ERROR", error, false},
    [MESSAGE_HEARTBEAT] = {"HEARTBEAT", nothing, false},
    [MESSAGE_BYE] = {"BYE", bye, false},
    [MESSAGE_SUBMIT] = {"SUBMIT", submit, true},
    [MESSAGE_ACCEPTED] = {"ACCEPTED", accepted, false},
    [MESSAGE_SUBSCRIBE] = {"SUBSCRIBE", subscribe, false},
    [MESSAGE_RESULTS] = {"RESULTS", results, true},
    [MESSAGE_CREDIT] = {"CREDIT", credit, false},
    [MESSAGE_STATUS_REQUEST] = {"STATUS_REQUEST", status_request, false},
    [MESSAGE_STATUS] = {"STATUS", status, false},
    [MESSAGE_GOLDEN_WANTED] = {"GOLDEN_WANTED", golden_name, false},
    [MESSAGE_GOLDEN] = {"GOLDEN", golden, true},
    [MESSAGE_CANCEL] = {"CANCEL", cancel, false},
    [MESSAGE_CANCELLED] = {"CANCELLED", changed, false},
    [MESSAGE_RETRY] = {"RETRY", retry, false},
    [MESSAGE_RETRIED] = {"RETRIED", changed, false},
    [MESSAGE_PART] = {"PART", part, true},
    [MESSAGE_PART_TAKEN] = {"PART_TAKEN", part_taken, false},
    [MESSAGE_READY] = {"READY", ready, false},
    [MESSAGE_WORK] = {"WORK", work, true},
    [MESSAGE_DONE] = {"DONE", job_list, true},
    [MESSAGE_STORED] = {"STORED", job_list, false},
    [MESSAGE_RETURN] = {"RETURN", return_, false},
    [MESSAGE_GOLDEN_REQUEST] = {"GOLDEN_REQUEST", golden_name, false},
    [MESSAGE_PART_REQUEST] = {"PART_REQUEST", part_request, false},
    [MESSAGE_PART_SENT] = {"PART_SENT", part_sent, true},
    [MESSAGE_GOLDEN_MISSING] = {"GOLDEN_MISSING", golden_missing, false},
};

static bool known(int kind) {
  return kind >= 0 && (size_t)kind < COUNT(kinds) && kinds[kind].fields;
}

const struct field *schema_of(int kind) {
  return known(kind) ? kinds[kind].fields : NULL;
}
const char *schema_name(int kind) {
  return known(kind) ? kinds[kind].name : "unknown";
}
bool schema_has_frames(int kind) {
  return known(kind) && kinds[kind].frames;
}

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
    if (field->type == FIELD_INTEGER_LIST &&
        (!json_is_integer(item) || json_integer_value(item) < 0 || json_integer_value(item) > PROTOCOL_MAX_INTEGER))
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
  case FIELD_TEXT:
    return check_text(value, field, fault);
  case FIELD_HEX:
    if (is_hex(value, field->high)) return STATUS_OK;
    return fault_set(fault, STATUS_INVALID, "%s: expected %lld lower-case hexadecimal digits", field->name,
                     field->high);
  case FIELD_WORD:
    return check_word(value, field, fault);
  case FIELD_OBJECT:
    if (!json_is_object(value)) return fault_set(fault, STATUS_INVALID, "%s: expected an object", field->name);
    if (field->fields && schema_check(value, field->fields, fault)) return fault_prefix(fault, "%s", field->name);
    return STATUS_OK;
  case FIELD_LIST:
  case FIELD_HEX_LIST:
  case FIELD_INTEGER_LIST:
    return check_list(value, field, fault);
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
