#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

static bool same(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

static struct summary_group *find_group(struct summary *summary, const char *factory, const char *shift) {
  for (size_t i = 0; i < summary->count; i++)
    if (same(summary->groups[i].factory, factory) && same(summary->groups[i].shift, shift)) return &summary->groups[i];
  return NULL;
}

static int by_text(const char *a, const char *b) {
  return a && b ? strverscmp(a, b) : !a - !b;
}

static bool is_before(const struct summary_group *a, const struct summary_group *b) {
  int order = by_text(a->factory, b->factory);
  return order ? order < 0 : by_text(a->shift, b->shift) < 0;
}

/* In the order of their names; those without last. */
static struct summary_group *add_group(struct summary *summary, const char *factory, const char *shift) {
  struct summary_group *groups = realloc(summary->groups, (summary->count + 1) * sizeof *groups);
  if (!groups) return NULL;
  summary->groups = groups;
  struct summary_group group = {.factory = factory ? strdup(factory) : NULL, .shift = shift ? strdup(shift) : NULL};
  if ((factory && !group.factory) || (shift && !group.shift)) {
    free(group.factory);
    free(group.shift);
    return NULL;
  }
  size_t at = summary->count++;
  for (; at && is_before(&group, &groups[at - 1]); at--) groups[at] = groups[at - 1];
  groups[at] = group;
  return &groups[at];
}

bool summary_add(struct summary *summary, const struct job *job, enum verdict verdict) {
  const char *factory = job ? job->factory : NULL, *shift = job ? job->shift : NULL;
  struct summary_group *group = find_group(summary, factory, shift);
  if (!group) group = add_group(summary, factory, shift);
  if (!group) return false;
  tally_add(&group->tally, verdict);
  tally_add(&summary->total, verdict);
  return true;
}

void summary_free(struct summary *summary) {
  for (size_t i = 0; i < summary->count; i++) {
    free(summary->groups[i].factory);
    free(summary->groups[i].shift);
  }
  free(summary->groups);
  *summary = (struct summary){0};
}

static size_t tally_sum(const struct tally *tally) {
  return tally->pass + tally->fail + tally->cannot_judge;
}

static size_t widest(size_t width, const char *text) {
  size_t other = text ? text_width(text) : 0;
  return other > width ? other : width;
}

static void print_counts(const struct table *table, const char *factory, const char *shift, const struct tally *tally) {
  char numbers[4][24], share[24] = "-";
  const size_t counts[] = {tally_sum(tally), tally->pass, tally->fail, tally->cannot_judge};
  for (int i = 0; i < 4; i++) snprintf(numbers[i], sizeof numbers[i], "%zu", counts[i]);
  if (tally->pass + tally->fail)
    snprintf(share, sizeof share, "%.1f %%", 100.0 * (double)tally->fail / (double)(tally->pass + tally->fail));
  table_row(table, (const struct cell[]){{.text = factory},
                                         {.text = shift},
                                         {.text = numbers[0]},
                                         {.text = numbers[1]},
                                         {numbers[2], tally->fail ? STYLE_RED : STYLE_PLAIN},
                                         {numbers[3], tally->cannot_judge ? STYLE_YELLOW : STYLE_PLAIN},
                                         {.text = share}});
}

void summary_print(const struct summary *summary, FILE *out) {
  size_t factory = strlen("factory"), shift = strlen("shift");
  for (size_t i = 0; i < summary->count; i++) {
    factory = widest(factory, summary->groups[i].factory);
    shift = widest(shift, summary->groups[i].shift);
  }
  const struct column columns[] = {{.title = "factory", .width = factory},
                                   {.title = "shift", .width = shift},
                                   {.title = "photos", .width = 6, .right = true},
                                   {.title = "pass", .width = 6, .right = true},
                                   {.title = "fail", .width = 6, .right = true},
                                   {.title = "cannot judge", .width = 12, .right = true},
                                   {.title = "fail share", .width = 10, .right = true}};
  const struct table table = {out, columns, sizeof columns / sizeof *columns, text_coloured(out)};
  table_head(&table);
  for (size_t i = 0; i < summary->count; i++) {
    const struct summary_group *group = &summary->groups[i];
    print_counts(&table, group->factory ? group->factory : "-", group->shift ? group->shift : "-", &group->tally);
  }
  if (summary->count != 1) print_counts(&table, "all", "", &summary->total);
}

static json_t *counts_to_json(const struct tally *tally) {
  json_t *json =
      json_pack("{s:I, s:I, s:I, s:I}", "photos", (json_int_t)tally_sum(tally), "pass", (json_int_t)tally->pass, "fail",
                (json_int_t)tally->fail, "cannot_judge", (json_int_t)tally->cannot_judge);
  size_t judged = tally->pass + tally->fail;
  /* Rounded to 1e-6 through a whole number, so that the digits are the same everywhere. */
  size_t millionths = judged ? (1000000 * tally->fail + judged / 2) / judged : 0;
  json_t *value = judged ? json_real((double)millionths / 1000000) : json_null();
  if (json && json_object_set_new(json, "fail_share", value)) {
    json_decref(json);
    json = NULL;
  }
  return json;
}

json_t *summary_to_json(const struct summary *summary) {
  json_t *json = counts_to_json(&summary->total), *groups = json ? json_array() : NULL;
  if (!json || json_object_set_new(json, "groups", groups)) goto failed;
  for (size_t i = 0; i < summary->count; i++) {
    const struct summary_group *group = &summary->groups[i];
    json_t *counts = counts_to_json(&group->tally);
    json_t *line = json_pack("{s:s?, s:s?}", "factory", group->factory, "shift", group->shift);
    bool bad = !counts || !line || json_object_update(line, counts);
    json_decref(counts);
    if (bad || json_array_append(groups, line)) {
      json_decref(line);
      goto failed;
    }
    json_decref(line);
  }
  return json;
failed:
  json_decref(json);
  return NULL;
}
