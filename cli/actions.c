#include "cli/actions.h"

#include "models/csv.h"
#include "models/digest.h"
#include "models/file.h"
#include "models/job.h"
#include "models/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[ACTION_TEXTS] = {"action_id", "factory", "golden", "finding",  "severity",
                                                "photos",    "judged",  "lots",   "examples", "cause",
                                                "action",    "due",     "done"};

const char *action_text_name(enum action_text text) {
  return names[text];
}

/* ---- the form ---- */

void action_finding(const struct recurrent *item, char *text, size_t size) {
  if (item->dimension)
    snprintf(text, size, "dimension %s", item->name);
  else
    snprintf(text, size, "%s %s%s", class_name(item->class_), *item->name ? "in zone " : "outside all zones",
             item->name);
}

static char *examples_of(const struct recurrent *item) {
  struct text out = {0};
  for (int i = 0; i < RECURRENT_EXAMPLES && item->examples[i]; i++) {
    if (i) text_put(&out, "; ");
    text_put(&out, item->examples[i]);
  }
  return text_take(&out);
}

static json_t *item_json(const struct recurrents *all, const struct recurrent *item) {
  char finding[400], *examples = examples_of(item);
  action_finding(item, finding, sizeof finding);
  json_t *json =
      examples
          ? json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s?, s:s?, s:s?}", names[ACTION_ID], item->id,
                      names[ACTION_FACTORY], item->factory, names[ACTION_GOLDEN], item->golden, names[ACTION_FINDING],
                      finding, names[ACTION_SEVERITY], severity_name(item->severity), names[ACTION_PHOTOS],
                      (json_int_t)item->photos, names[ACTION_JUDGED], (json_int_t)recurrent_judged(all, item),
                      names[ACTION_LOTS], (json_int_t)recurrent_lots(item), names[ACTION_EXAMPLES], examples,
                      "dimension", item->dimension ? item->name : NULL, "class",
                      item->dimension ? NULL : class_name(item->class_), "zone", item->dimension ? NULL : item->name)
          : NULL;
  free(examples);
  return json;
}

static int most_photos_first(const void *a, const void *b) {
  json_t *const *p = a, *const *q = b;
  json_int_t x = json_integer_value(json_object_get(*p, names[ACTION_PHOTOS])),
             y = json_integer_value(json_object_get(*q, names[ACTION_PHOTOS]));
  if (x != y) return x < y ? 1 : -1;
  return strcmp(json_string_value(json_object_get(*p, names[ACTION_ID])),
                json_string_value(json_object_get(*q, names[ACTION_ID])));
}

json_t *actions_json(const struct recurrents *all) {
  json_t *list = json_array(), **items = calloc(all->count + 1, sizeof *items);
  size_t count = 0;
  bool good = list && items;
  for (size_t i = 0; good && i < all->count; i++) {
    if (all->items[i].photos < RECURRENT_LEAST) continue;
    items[count] = item_json(all, &all->items[i]);
    good = items[count++] != NULL;
  }
  if (good) qsort(items, count, sizeof *items, most_photos_first);
  for (size_t i = 0; i < count; i++)
    if (good)
      json_array_append_new(list, items[i]);
    else
      json_decref(items[i]);
  free(items);
  if (!good) json_decref(list);
  return good ? list : NULL;
}

void actions_form(const struct recurrents *all, struct text *out) {
  json_t *list = actions_json(all);
  out->failed |= !list;
  for (int i = 0; i < ACTION_TEXTS; i++) {
    if (i) text_put(out, ",");
    text_put(out, names[i]);
  }
  text_put(out, "\r\n");
  for (size_t i = 0; i < json_array_size(list); i++) {
    const json_t *item = json_array_get(list, i);
    for (int k = 0; k < ACTION_TEXTS; k++) {
      const json_t *value = json_object_get(item, names[k]);
      if (k) text_put(out, ",");
      if (json_is_integer(value)) text_json_integer(out, json_integer_value(value));
      if (json_is_string(value)) csv_put(out, json_string_value(value));
    }
    text_put(out, "\r\n");
  }
  json_decref(list);
}

/* ---- what came back ---- */

void actions_free(struct actions *actions) {
  for (size_t i = 0; i < actions->count; i++)
    for (int k = 0; k < ACTION_TEXTS; k++) free(actions->items[i].texts[k]);
  free(actions->items);
  memset(actions, 0, sizeof *actions);
}

static enum status push(struct actions *actions, const char *const texts[ACTION_TEXTS], struct fault *fault) {
  struct action *larger = realloc(actions->items, (actions->count + 1) * sizeof *larger);
  if (!larger) return fault_set(fault, STATUS_MEMORY, "actions: out of memory");
  actions->items = larger;
  struct action *action = &larger[actions->count++];
  bool good = true;
  memset(action, 0, sizeof *action);
  for (int k = 0; k < ACTION_TEXTS; k++) {
    action->texts[k] = strdup(texts[k] ? texts[k] : "");
    if (!action->texts[k]) good = false;
  }
  if (!good) return fault_set(fault, STATUS_MEMORY, "actions: out of memory");
  action->photos = strtoll(action->texts[ACTION_PHOTOS], NULL, 10);
  action->judged = strtoll(action->texts[ACTION_JUDGED], NULL, 10);
  return STATUS_OK;
}

bool action_day_end(const char *date, int64_t *ms) {
  static const int64_t DAY = 86400000;
  char text[32];
  if (strlen(date) != 10) return false;
  snprintf(text, sizeof text, "%sT00:00", date);
  if (!job_time_parse(text, ms)) return false;
  *ms += DAY;
  return true;
}

static enum status refuse(const char *path, int line, enum action_text text, const char *expected,
                          struct fault *fault) {
  return fault_set(fault, STATUS_INVALID, "%s:%d: %s: expected %s", path, line, names[text], expected);
}

static enum status check(const char *path, int line, const char *const texts[ACTION_TEXTS], struct fault *fault) {
  int64_t ms;
  if (!digest_is_hex(texts[ACTION_ID], RECURRENT_ID_CHARS))
    return refuse(path, line, ACTION_ID, "the 16 digits that the form came with", fault);
  if (!*texts[ACTION_CAUSE]) return refuse(path, line, ACTION_CAUSE, "why it happened", fault);
  if (!*texts[ACTION_ACTION]) return refuse(path, line, ACTION_ACTION, "what is done about it", fault);
  if (!action_day_end(texts[ACTION_DUE], &ms)) return refuse(path, line, ACTION_DUE, "a date, YYYY-MM-DD", fault);
  if (*texts[ACTION_DONE] && !action_day_end(texts[ACTION_DONE], &ms))
    return refuse(path, line, ACTION_DONE, "a date, YYYY-MM-DD, or nothing", fault);
  return STATUS_OK;
}

enum { MOST_FIELDS = 64 };

static enum status read_head(struct csv *csv, const char *path, int place[ACTION_TEXTS], struct fault *fault) {
  char *fields[MOST_FIELDS];
  size_t count = 0;
  int line = 0;
  enum status status = csv_read(csv, fields, MOST_FIELDS, &count, &line, fault);
  for (int k = 0; k < ACTION_TEXTS && !status; k++) {
    place[k] = -1;
    for (size_t i = 0; i < count && i < MOST_FIELDS; i++)
      if (!strcmp(fields[i], names[k])) place[k] = (int)i;
    if (place[k] < 0 && k != ACTION_EXAMPLES && k != ACTION_DONE)
      status = fault_set(
          fault, STATUS_INVALID,
          "%s: no column %s; expected the form of assay lot report --for factory, with commas between its fields", path,
          names[k]);
  }
  return status;
}

enum status actions_read_form(const char *path, struct actions *actions, struct fault *fault) {
  enum { MOST_BYTES = 16 << 20 };
  uint8_t *bytes = NULL;
  size_t size = 0, count = 1;
  int place[ACTION_TEXTS], line = 0;
  *actions = (struct actions){0};
  enum status status = file_read(AT_FDCWD, path, path, true, MOST_BYTES, &bytes, &size, fault);
  /* Spreadsheets save in the local encoding unless they are told. */
  if (!status && (!utf8_valid((const char *)bytes, size) || memchr(bytes, 0, size)))
    status = fault_set(fault, STATUS_INVALID, "%s: not a text in UTF-8; expected the form saved as CSV in UTF-8", path);
  char *text = status ? NULL : malloc(size + 1);
  if (!status && !text) status = fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  struct csv csv;
  if (!status) {
    if (size) memcpy(text, bytes, size);
    csv_begin(&csv, text, size, path);
    status = read_head(&csv, path, place, fault);
  }
  while (!status && count) {
    char *fields[MOST_FIELDS];
    const char *texts[ACTION_TEXTS];
    status = csv_read(&csv, fields, MOST_FIELDS, &count, &line, fault);
    if (status || !count) break;
    for (int k = 0; k < ACTION_TEXTS; k++)
      texts[k] = place[k] >= 0 && (size_t)place[k] < count ? csv_plain(fields[place[k]]) : "";
    if (!*texts[ACTION_CAUSE] && !*texts[ACTION_ACTION]) continue;
    status = check(path, line, texts, fault);
    if (!status) status = push(actions, texts, fault);
  }
  if (status) actions_free(actions);
  free(text);
  free(bytes);
  return status;
}

/* ---- the register ---- */

static enum status take_line(struct actions *actions, const char *path, int line, const json_t *json,
                             struct fault *fault) {
  const char *texts[ACTION_TEXTS];
  for (int k = 0; k < ACTION_TEXTS; k++) {
    texts[k] = json_string_value(json_object_get(json, names[k]));
    if (!texts[k]) return refuse(path, line, (enum action_text)k, "a text", fault);
  }
  enum status status = check(path, line, texts, fault);
  for (size_t i = 0; i < actions->count && !status; i++) {
    if (strcmp(actions->items[i].texts[ACTION_ID], texts[ACTION_ID]) != 0) continue;
    for (int k = 0; k < ACTION_TEXTS; k++) free(actions->items[i].texts[k]);
    actions->items[i] = actions->items[--actions->count];
    break;
  }
  return status ? status : push(actions, texts, fault);
}

enum status actions_read_register(const char *path, struct actions *actions, struct fault *fault) {
  *actions = (struct actions){0};
  FILE *file = fopen(path, "re");
  if (!file && errno == ENOENT) return STATUS_OK;
  if (!file) return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  char *text = NULL;
  size_t room = 0;
  ssize_t length;
  enum status status = STATUS_OK;
  for (int line = 1; !status && (length = getline(&text, &room, file)) > 0; line++) {
    json_t *json = json_loadb(text, (size_t)length, 0, NULL);
    status = json_is_object(json) ? take_line(actions, path, line, json, fault)
                                  : fault_set(fault, STATUS_INVALID, "%s:%d: expected a JSON object", path, line);
    json_decref(json);
  }
  if (!status && ferror(file)) status = fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  fclose(file);
  free(text);
  if (status) actions_free(actions);
  return status;
}

enum status actions_append(const char *path, const struct actions *actions, struct fault *fault) {
  struct text out = {0};
  for (size_t i = 0; i < actions->count; i++) {
    for (int k = 0; k < ACTION_TEXTS; k++) {
      text_put(&out, k ? "," : "{");
      text_json_string(&out, names[k]);
      text_put(&out, ":");
      text_json_string(&out, actions->items[i].texts[k]);
    }
    text_put(&out, "}\n");
  }
  if (out.failed) {
    text_free(&out);
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  }
  FILE *file = fopen(path, "ae");
  bool written = file && fwrite(out.bytes, 1, out.size, file) == out.size;
  if (file && fclose(file)) written = false;
  text_free(&out);
  return written ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
}

/* ---- how it stands ---- */

const char *action_state_name(enum action_state state) {
  static const char *const states[] = {"open", "overdue", "worked"};
  return states[state];
}

struct action_standing action_stands(const struct action *action, const struct recurrents *all, int64_t now_ms) {
  struct action_standing standing = {.state = ACTION_OPEN};
  int64_t due = 0, since = 0;
  const char *done = action->texts[ACTION_DONE];
  action_day_end(action->texts[ACTION_DUE], &due);
  if (!*done || !action_day_end(done, &since)) since = due;
  recurrent_after(all, action->texts[ACTION_FACTORY], action->texts[ACTION_GOLDEN],
                  recurrents_find(all, action->texts[ACTION_ID]), since, &standing.judged, &standing.with,
                  &standing.lot);
  double share = action->judged > 0 ? (double)action->photos / (double)action->judged : 0;
  if (recurrent_has_gone(standing.judged, standing.with, share))
    standing.state = ACTION_WORKED;
  else if (now_ms >= due)
    standing.state = ACTION_OVERDUE;
  return standing;
}
