#include "cli/actions.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/text.h"
#include "engine/lots/rows.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct action_options {
  struct common_options common;
  const char *register_, *today;
};

#define REGISTER                                                                                                       \
  {                                                                                                                    \
    .name = "register", .kind = OPTION_TEXT, .offset = offsetof(struct action_options, register_), .argument = "FILE", \
    .required = true, .help = "where actions are kept, JSON lines"                                                     \
  }

/* ---- action import ---- */

static const struct option import_options[] = {REGISTER, {.name = NULL}};

static enum status import(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct action_options *given = values;
  struct actions actions, known;
  enum status status = actions_read_form(given->common.operands.items[0], &actions, fault);
  if (status) return status;
  /* A register that is damaged is not added to. */
  status = actions_read_register(given->register_, &known, fault);
  if (!status) {
    actions_free(&known);
    if (actions.count) status = actions_append(given->register_, &actions, fault);
  }
  if (!status && given->common.json)
    status = output_json(json_pack("{s:I}", "imported", (json_int_t)actions.count), fault);
  else if (!status)
    printf("%zu action%s taken over\n", actions.count, actions.count == 1 ? "" : "s");
  if (!status && !actions.count)
    message_warning("%s: no line has a cause and an action filled in", given->common.operands.items[0]);
  actions_free(&actions);
  return status ? status : output_flush(fault);
}

const struct command command_action_import = {
    .name = "action import",
    .summary = "take over the corrective actions of a form that a factory filled in",
    .text =
        "The form comes with assay lot report --for factory: on the page, which saves it, and as a CSV file beside\n"
        "it. Lines with neither cause nor action are passed over; a line that is half filled in is refused, with its\n"
        "place. An action that comes again takes the place of the earlier one.",
    .example = "  assay action import north-actions.csv --register actions.jsonl",
    .operands = {.usage = "FORM.csv", .least = 1, .most = 1},
    .options = import_options,
    .values_size = sizeof(struct action_options),
    .run = import,
};

/* ---- action list ---- */

static const struct option list_options[] = {REGISTER,
                                             {.name = "today",
                                              .kind = OPTION_TEXT,
                                              .offset = offsetof(struct action_options, today),
                                              .argument = "YYYY-MM-DD",
                                              .help = "the day that due dates are held against (default: today)"},
                                             {.name = NULL}};

static enum status take_row(void *recurrents, const struct row *row, struct fault *fault) {
  return recurrents_add(recurrents, row, fault);
}

static enum status print_json(const struct action *action, const struct action_standing *standing,
                              struct fault *fault) {
  json_t *json = json_object();
  for (int k = 0; k < ACTION_TEXTS; k++)
    json_object_set_new(json, action_text_name((enum action_text)k), json_string(action->texts[k]));
  json_object_set_new(json, "state", json_string(action_state_name(standing->state)));
  json_object_set_new(json, "judged_since", json_integer(standing->judged));
  json_object_set_new(json, "with_since", json_integer(standing->with));
  json_object_set_new(json, "last_lot", standing->lot ? json_string(standing->lot) : json_null());
  return output_json(json, fault);
}

static void print_clean(const char *before, const char *text) {
  char *clean = text_clean(text, 0, false);
  printf("%s%s", before, clean ? clean : "?");
  free(clean);
}

static void print(const struct action *action, const struct action_standing *standing) {
  print_clean("", action_state_name(standing->state));
  print_clean(": ", action->texts[ACTION_FINDING]);
  print_clean(", factory ", action->texts[ACTION_FACTORY]);
  print_clean(", golden ", action->texts[ACTION_GOLDEN]);
  print_clean(" (", action->texts[ACTION_PHOTOS]);
  print_clean(" of ", action->texts[ACTION_JUDGED]);
  print_clean(" photos)\n  cause: ", action->texts[ACTION_CAUSE]);
  print_clean("\n  action: ", action->texts[ACTION_ACTION]);
  print_clean("\n  due ", action->texts[ACTION_DUE]);
  if (*action->texts[ACTION_DONE]) print_clean(", done ", action->texts[ACTION_DONE]);
  if (standing->lot) {
    printf("; since then %lld of %lld photos", (long long)standing->with, (long long)standing->judged);
    print_clean(", the last of lot ", standing->lot);
  } else {
    fputs("; no lot since", stdout);
  }
  putchar('\n');
}

static enum status show(const struct action_options *given, const struct actions *actions, const struct recurrents *all,
                        int64_t now_ms, int *exit_code, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int state = ACTION_OVERDUE, turn = 0; turn < 3; turn++) {
    static const int order[] = {ACTION_OVERDUE, ACTION_OPEN, ACTION_WORKED};
    state = order[turn];
    for (size_t i = 0; i < actions->count && !status; i++) {
      struct action_standing standing = action_stands(&actions->items[i], all, now_ms);
      if ((int)standing.state != state) continue;
      if (state == ACTION_OVERDUE) *exit_code = 1;
      if (given->common.json)
        status = print_json(&actions->items[i], &standing, fault);
      else
        print(&actions->items[i], &standing);
    }
  }
  return status ? status : output_flush(fault);
}

static enum status list(const void *values, int *exit_code, struct fault *fault) {
  const struct action_options *given = values;
  struct actions actions;
  struct recurrents all = {0};
  struct rows_tally tally;
  int64_t now_ms = (int64_t)time(NULL) * 1000;
  if (given->today && !action_day_end(given->today, &now_ms))
    return fault_set(fault, STATUS_USAGE, "--today %s: expected a date, YYYY-MM-DD", given->today);
  if (given->today) now_ms -= 1;
  enum status status = actions_read_register(given->register_, &actions, fault);
  if (status) return status;
  if (given->common.operands.count)
    status = rows_read(given->common.operands.items, given->common.operands.count, take_row, &all, &tally, fault);
  if (!status && !actions.count) message_note("%s: no actions", given->register_);
  if (!status) status = show(given, &actions, &all, now_ms, exit_code, fault);
  recurrents_free(&all);
  actions_free(&actions);
  return status;
}

const struct command command_action_list = {
    .name = "action list",
    .summary = "which corrective actions are overdue, open, or have worked",
    .text =
        "An action has worked when lots that began after the day on which it was done (else due) show its finding in\n"
        "fewer photos than the share before gives, but for a chance of 5 % (binomial); until then it is open, and\n"
        "overdue once its due day is over.\n\n"
        "With --json a line each: the form's fields, \"state\": \"open|overdue|worked\", \"judged_since\", "
        "\"with_since\"\n"
        "(photos of lots since), \"last_lot\". Exit code 1 where one is overdue.",
    .example = "  assay action list --register actions.jsonl inspection",
    .operands = {.usage = "STORE|FILE.jsonl...", .least = 0, .most = SIZE_MAX},
    .options = list_options,
    .values_size = sizeof(struct action_options),
    .run = list,
};
