/* A finding in one plain sentence. */
#include "engine/drift/findings.h"
#include "models/number.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void finding_time(int64_t ms, char text[20]) {
  time_t seconds = (time_t)(ms / 1000);
  struct tm parts;
  if (!gmtime_r(&seconds, &parts) || !strftime(text, 20, "%Y-%m-%d %H:%M", &parts)) snprintf(text, 20, "?");
}

/* Adds to a text that is cut where it is full. */
__attribute__((format(printf, 3, 4))) static void add(char *text, size_t room, const char *format, ...) {
  size_t used = strlen(text);
  va_list args;
  va_start(args, format);
  vsnprintf(text + used, room - used, format, args);
  va_end(args);
}

static const char *name(const struct season *season, uint32_t number) {
  const char *text = names_text(&season->names, number);
  return text ? text : "";
}

void finding_name_group(const struct season *season, const struct finding *f, char *text, size_t room) {
  const char *factory = name(season, f->cell.factory);
  const char *of = *factory ? " of factory " : "";
  text[0] = 0;
  switch (f->key) {
  case KEY_ALL:
    add(text, room, "all photos");
    break;
  case KEY_FACTORY:
    add(text, room, "factory %s", factory);
    break;
  case KEY_LINE:
    add(text, room, "line %s%s%s", name(season, f->cell.line), of, factory);
    break;
  case KEY_SHIFT:
    add(text, room, "shift %s%s%s", name(season, f->cell.shift), of, factory);
    break;
  case KEY_SHIFT_EVERYWHERE:
    add(text, room, "shift %s of all factories", name(season, f->cell.shift));
    break;
  default:
    add(text, room, "lot %s%s%s", name(season, f->cell.lot), of, factory);
    break;
  }
}

static const char *unit_of(const struct season_quantity *q, bool rate) {
  return rate ? "%" : q->unit;
}

static void add_number(char *text, size_t room, double value, bool rate, double sigma) {
  char number[NUMBER_CHARS];
  /* Two digits below the spread of single values say all. */
  int decimals = rate ? 2 : sigma > 0 ? (int)ceil(1 - log10(sigma)) : 3;
  number_fixed(number, rate ? 100 * value : value, decimals < 1 ? 1 : decimals > 9 ? 9 : decimals);
  add(text, room, "%s", *number ? number : "?");
}

static void add_quantity(const struct season_quantity *q, char *text, size_t room) {
  switch (q->kind) {
  case QUANTITY_DIMENSION:
    add(text, room, "dimension %s", q->name);
    break;
  case QUANTITY_ZONE:
    add(text, room, "the colour of zone %s", q->name);
    break;
  case QUANTITY_DEFECT:
    add(text, room, "the share of photos with %s", q->name);
    break;
  case QUANTITY_UNJUDGED:
    add(text, room, "the share of photos that cannot be judged");
    break;
  case QUANTITY_SCORE:
    add(text, room, "the score");
    break;
  case QUANTITY_FAILED:
    add(text, room, "the share of failed photos");
    break;
  }
}

/* What most of a change of colour is. */
static const char *way_of(const double lab[COLOUR_AXES]) {
  static const char *const ways[COLOUR_AXES][2] = {{"darker", "lighter"}, {"greener", "redder"}, {"bluer", "yellower"}};
  int most = 0;
  for (int a = 1; a < COLOUR_AXES; a++)
    if (fabs(lab[a]) > fabs(lab[most])) most = a;
  return ways[most][lab[most] > 0];
}

static void add_colour(const struct finding *f, char *text, size_t room) {
  add(text, room, " %s by ",
      f->whole_lot              ? "differs from other lots"
      : f->model == CHANGE_RAMP ? "has moved steadily"
                                : "has changed");
  add(text, room, "%.2f dE, mostly %s (L* %+.2f, a* %+.2f, b* %+.2f; %.1f sigma, %zu photos)", f->size, way_of(f->lab),
      f->lab[0], f->lab[1], f->lab[2], f->sigma > 0 ? f->size / f->sigma : 0.0, f->units);
  add(text, room, ", from %.2f to %.2f dE off the golden,", f->before, f->after);
}

static void add_size(const struct finding *f, const struct season_quantity *q, char *text, size_t room) {
  bool rate = quantity_counted(q->kind);
  const char *unit = unit_of(q, rate), *space = *unit ? " " : "";
  add(text, room, " %s from ",
      f->whole_lot              ? "differs from other lots,"
      : f->model == CHANGE_RAMP ? "has moved steadily"
      : f->size > 0             ? "rose"
                                : "fell");
  add_number(text, room, f->before, rate, f->sigma);
  add(text, room, " to ");
  add_number(text, room, f->after, rate, f->sigma);
  add(text, room, "%s%s (", space, unit);
  if (rate) {
    add(text, room, "%lld of %zu photos", (long long)f->events, f->units);
  } else {
    add(text, room, "%+.1f sigma, %zu photos", f->sigma > 0 ? f->size / f->sigma : 0.0, f->units);
  }
  add(text, room, ")");
}

static void add_limit(const struct finding *f, const struct season_quantity *q, char *text, size_t room) {
  char when[20];
  if (isnan(f->limit)) return;
  if (f->over_limit) {
    add(text, room, "; that is beyond the limit of ");
    add_number(text, room, f->limit, false, f->sigma);
  } else if (!isnan(f->units_to_limit)) {
    finding_time(f->limit_time, when);
    add(text, room, "; if it goes on, it reaches the limit of ");
    add_number(text, room, f->limit, false, f->sigma);
    add(text, room, " %s in %.0f photos, about %s", q->unit, f->units_to_limit, when);
  }
}

void finding_describe(const struct season *season, struct finding *f) {
  const struct season_quantity *q = &season->quantities[f->quantity];
  const size_t room = sizeof f->text;
  char since[20], lower[20], upper[20], group[192];
  finding_time(f->since, since);
  finding_time(f->since_lower, lower);
  finding_time(f->since_upper, upper);
  finding_name_group(season, f, group, sizeof group);
  group[0] = (char)(group[0] >= 'a' && group[0] <= 'z' ? group[0] - 'a' + 'A' : group[0]);
  f->text[0] = 0;
  add(f->text, room, "%s: ", group);
  add_quantity(q, f->text, room);
  if (*name(season, q->golden)) add(f->text, room, " (golden %s)", name(season, q->golden));
  if (f->coloured)
    add_colour(f, f->text, room);
  else
    add_size(f, q, f->text, room);
  add(f->text, room, " since %s (95 %%: %s to %s)", since, lower, upper);
  add_limit(f, q, f->text, room);
  add(f->text, room, ".");
}
