/* A finding as one line of JSON. */
#include "engine/drift/findings.h"
#include "models/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void put_text(struct text *out, const char *key, const char *value) {
  text_put(out, key);
  text_json_string(out, value);
}

static void put_real(struct text *out, const char *key, double value) {
  text_put(out, key);
  text_json_significant(out, value, 6);
}

static void put_integer(struct text *out, const char *key, int64_t value, bool known) {
  text_put(out, key);
  if (known)
    text_json_integer(out, value);
  else
    text_put(out, "null");
}

/* ISO 8601, as `captured` is. */
static void put_time(struct text *out, const char *key, int64_t ms, bool known) {
  char text[32] = "";
  time_t seconds = (time_t)(ms / 1000);
  struct tm parts;
  if (known && gmtime_r(&seconds, &parts)) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  put_text(out, key, *text ? text : NULL);
}

/* The names that the key says; the others hold for some of the photos only. */
static void put_group(struct text *out, const struct season *season, const struct finding *f) {
  enum drift_key key = f->key;
  bool factory = key != KEY_ALL && key != KEY_SHIFT_EVERYWHERE;
  const struct season_cell *cell = &f->cell;
  put_text(out, ",\"key\":", drift_key_name(key));
  put_text(out, ",\"factory\":", factory ? names_text(&season->names, cell->factory) : NULL);
  put_text(out, ",\"line\":", key == KEY_LINE ? names_text(&season->names, cell->line) : NULL);
  put_text(out, ",\"shift\":",
           key == KEY_SHIFT || key == KEY_SHIFT_EVERYWHERE ? names_text(&season->names, cell->shift) : NULL);
  put_text(out, ",\"lot\":", key == KEY_LOT ? names_text(&season->names, cell->lot) : NULL);
}

bool finding_identify(const struct season *season, const struct finding *f, char id[FINDING_ID_CHARS + 1]) {
  const struct season_quantity *q = &season->quantities[f->quantity];
  const char *golden = names_text(&season->names, q->golden);
  struct text text = {0};
  put_text(&text, "", golden);
  put_text(&text, quantity_kind_name(q->kind), q->name);
  put_group(&text, season, f);
  snprintf(id, FINDING_ID_CHARS + 1, "%016llx", (unsigned long long)names_hash(text.bytes, text.size));
  bool good = !text.failed;
  text_free(&text);
  return good;
}

char *finding_write(const struct season *season, const struct finding *f) {
  const struct season_quantity *q = &season->quantities[f->quantity];
  char id[FINDING_ID_CHARS + 1];
  if (!finding_identify(season, f, id)) return NULL;
  struct text out = {0};
  put_text(&out, "{\"finding\":", id);
  put_text(&out, ",\"text\":", f->text);
  put_text(&out, ",\"golden\":", names_text(&season->names, q->golden));
  put_text(&out, ",\"quantity\":", quantity_kind_name(q->kind));
  put_text(&out, ",\"name\":", *q->name ? q->name : NULL);
  put_text(&out, ",\"unit\":", q->unit);
  put_group(&out, season, f);
  put_text(&out, ",\"change\":", f->whole_lot ? "lot" : f->model == CHANGE_RAMP ? "ramp" : "step");
  put_time(&out, ",\"since\":", f->since, true);
  put_time(&out, ",\"since_lower\":", f->since_lower, true);
  put_time(&out, ",\"since_upper\":", f->since_upper, true);
  put_integer(&out, ",\"photos\":", (int64_t)f->units, true);
  put_integer(&out, ",\"events\":", f->events, quantity_counted(q->kind));
  put_real(&out, ",\"before\":", f->before);
  put_real(&out, ",\"after\":", f->after);
  put_real(&out, ",\"size\":", f->size);
  put_real(&out, ",\"size_lower\":", f->size_lower);
  put_real(&out, ",\"size_upper\":", f->size_upper);
  for (int a = 0; a < COLOUR_AXES && f->coloured; a++) put_real(&out, a ? "," : ",\"lab\":[", f->lab[a]);
  if (f->coloured) text_put(&out, "]");
  put_real(&out, ",\"sigma\":", f->sigma);
  put_real(&out, ",\"probability\":", f->probability);
  put_real(&out, ",\"allowed\":", f->allowed);
  put_real(&out, ",\"limit\":", f->limit);
  text_put(&out, f->over_limit ? ",\"over_limit\":true" : ",\"over_limit\":false");
  put_integer(&out, ",\"photos_to_limit\":", (int64_t)fmin(f->units_to_limit, 1e15), !isnan(f->units_to_limit));
  put_time(&out, ",\"limit_time\":", f->limit_time, !isnan(f->units_to_limit));
  text_put(&out, "}");
  return text_take(&out);
}
