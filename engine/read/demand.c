#include "engine/read/demand.h"

#include "engine/read/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool wants_code(const struct spec_zone *zone) {
  return zone->code.kind != CODE_NONE;
}

static bool wants_text(const struct spec_zone *zone) {
  return zone->text.language[0];
}

static size_t count_of(const struct spec *spec) {
  size_t count = 0;
  for (size_t i = 0; i < spec->zone_count; i++) count += wants_code(&spec->zones[i]) + wants_text(&spec->zones[i]);
  return count;
}

bool demands_any(const struct spec *spec) {
  return count_of(spec) > 0;
}

static enum status add(struct demands *demands, const struct spec_zone *zone, bool text, struct fault *fault) {
  struct demand *d = &demands->items[demands->count++];
  const char *value = text ? zone->text.value : zone->code.value;
  const char *pattern = text ? zone->text.pattern : zone->code.pattern;
  *d = (struct demand){.zone = zone, .text = text};
  if (*pattern) return pattern_compile(pattern, &d->pattern, fault);
  if (!*value) return STATUS_OK;
  d->value = text ? words_tidy(value) : strdup(value);
  return d->value ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "zone %s: out of memory", zone->name);
}

enum status demands_make(const struct spec *spec, struct demands *demands, struct fault *fault) {
  size_t count = count_of(spec);
  *demands = (struct demands){0};
  if (!count) return STATUS_OK;
  demands->items = calloc(count, sizeof *demands->items);
  if (!demands->items) return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
  enum status status = STATUS_OK;
  for (size_t i = 0; i < spec->zone_count && !status; i++) {
    if (wants_code(&spec->zones[i])) status = add(demands, &spec->zones[i], false, fault);
    if (wants_text(&spec->zones[i]) && !status) status = add(demands, &spec->zones[i], true, fault);
  }
  if (status) demands_free(demands);
  return status;
}

void demands_free(struct demands *demands) {
  for (size_t i = 0; i < demands->count; i++) {
    pattern_free(demands->items[i].pattern);
    free(demands->items[i].value);
  }
  free(demands->items);
  *demands = (struct demands){0};
}

const char *demand_name(const struct demand *demand) {
  return demand->text ? "text" : code_kind_name(demand->zone->code.kind);
}

void demand_expected(const struct demand *demand, char *text, size_t room) {
  const struct spec_zone *zone = demand->zone;
  const char *pattern = demand->text ? zone->text.pattern : zone->code.pattern;
  const char *value = demand->text ? zone->text.value : zone->code.value;
  if (*pattern)
    snprintf(text, room, "what fits %s", pattern);
  else if (*value)
    snprintf(text, room, "\"%s\"", value);
  else
    snprintf(text, room, "any");
}

bool demand_fits(const struct demand *demand, const char *text, size_t size) {
  if (demand->pattern) return pattern_fits(demand->pattern, text, size, !demand->text);
  if (!demand->value) return true;
  if (demand->text) return words_stand_in(demand->value, text);
  return size == strlen(demand->value) && !memcmp(text, demand->value, size);
}
