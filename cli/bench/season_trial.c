#include "cli/bench/season_trial.h"

#include <stdlib.h>
#include <string.h>

struct intake {
  struct season season;
  struct row_parser *parser;
  char *line; /* with room behind, for the parser */
  size_t room;
};

/* By way of the line of JSON, as results come from everywhere else. */
static enum status take(void *context, const struct result *result, struct fault *fault) {
  struct intake *in = context;
  char *text = result_write(result);
  size_t size = text ? strlen(text) : 0;
  if (text && size + ROW_PADDING > in->room) {
    free(in->line);
    in->room = 2 * (size + ROW_PADDING);
    in->line = calloc(1, in->room);
    if (!in->line) in->room = 0;
  }
  if (!text || !in->line) {
    free(text);
    return fault_set(fault, STATUS_MEMORY, "out of memory for a season");
  }
  memcpy(in->line, text, size);
  free(text);
  struct row *row;
  enum status status = row_parse(in->parser, in->line, size, &row, fault);
  return status ? status : season_add(&in->season, row, fault);
}

static bool says(const char *planted, const struct season *season, uint32_t number) {
  const char *name = names_text(&season->names, number);
  return !*planted || (name && !strcmp(planted, name));
}

static bool is_plant(const struct season *season, const struct finding *f, const struct production_plant *plant) {
  const struct season_quantity *q = &season->quantities[f->quantity];
  return !strcmp(plant->kind, quantity_kind_name(q->kind)) && !strcmp(plant->quantity, q->name) &&
         !strcmp(plant->key, drift_key_name(f->key)) && f->key != KEY_SHIFT_EVERYWHERE &&
         says(plant->factory, season, f->cell.factory) && says(plant->line, season, f->cell.line) &&
         says(plant->shift, season, f->cell.shift) && says(plant->lot, season, f->cell.lot);
}

static void hold(const struct season *season, const struct production_options *options, struct season_trial *trial) {
  for (size_t i = 0; i < trial->findings.count; i++) {
    const struct finding *f = &trial->findings.items[i];
    trial->plant[i] = -1;
    for (int k = 0; k < PLANTS && !options->in_control; k++) {
      const struct production_plant *plant = &trial->plants[k];
      if (trial->found[k] || !is_plant(season, f, plant)) continue;
      trial->found[k] = true;
      trial->held[k] = f->since_lower <= plant->time_ms && plant->time_ms <= f->since_upper;
      trial->plant[i] = k;
    }
    trial->unplanted += trial->plant[i] < 0;
  }
}

enum status season_trial_run(const struct production_options *options, double budget, struct season_trial *trial,
                             struct fault *fault) {
  *trial = (struct season_trial){0};
  struct intake in = {.parser = row_parser_new()};
  enum status status = in.parser ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for a season");
  if (!status) status = production_make(options, trial->plants, take, &in, fault);
  if (!status) status = season_sort(&in.season, fault);
  if (!status) status = findings_look(&in.season, budget, &trial->findings, fault);
  if (!status && !(trial->plant = calloc(trial->findings.count + 1, sizeof *trial->plant)))
    status = fault_set(fault, STATUS_MEMORY, "out of memory for a season");
  if (!status) hold(&in.season, options, trial);
  season_free(&in.season);
  if (in.parser) row_parser_free(in.parser);
  free(in.line);
  if (status) season_trial_free(trial);
  return status;
}

void season_trial_free(struct season_trial *trial) {
  findings_free(&trial->findings);
  free(trial->plant);
  *trial = (struct season_trial){0};
}
