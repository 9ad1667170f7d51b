/* Corrective actions: a form that goes out with a report, comes back filled in, and is kept in a register until a later
 * lot shows that the action worked.
 *
 * The form is CSV with a header: action_id, factory, golden, finding, severity, photos, judged, lots, examples, cause,
 * action, due, done. The factory fills in cause and action, the date by which it will be done (due) and, then, on which
 * it was (done); dates are YYYY-MM-DD. The register is JSON lines of the same members; a later line of an action takes
 * the place of an earlier one. */
#ifndef ASSAY_CLI_ACTIONS_H
#define ASSAY_CLI_ACTIONS_H

#include "engine/lots/recurrent.h"
#include "models/text.h"

#include <jansson.h>

enum action_text {
  ACTION_ID,
  ACTION_FACTORY,
  ACTION_GOLDEN,
  ACTION_FINDING,
  ACTION_SEVERITY,
  ACTION_PHOTOS,
  ACTION_JUDGED,
  ACTION_LOTS,
  ACTION_EXAMPLES,
  ACTION_CAUSE,
  ACTION_ACTION,
  ACTION_DUE,
  ACTION_DONE,
  ACTION_TEXTS
};

const char *action_text_name(enum action_text text);

/* "scratch in zone print", "dimension hole". */
void action_finding(const struct recurrent *item, char *text, size_t size);

/* The form's head and its lines, one for each finding of at least RECURRENT_LEAST photos; fields to be filled in are
 * empty. */
void actions_form(const struct recurrents *all, struct text *out);
/* The same as a JSON array of objects, without the fields to be filled in, and with "dimension", or "class" and
 * "zone" (others null). NULL: out of memory. */
json_t *actions_json(const struct recurrents *all);

/* A register, or a form that came back. All zero is empty; ends with actions_free. */
struct action {
  char *texts[ACTION_TEXTS]; /* never NULL */
  int64_t photos, judged;
};
struct actions {
  struct action *items;
  size_t count;
};

/* Reads a filled form. Lines with neither cause nor action are passed over. STATUS_INVALID names file, line and field:
 * a cause without an action, one without a due date, what is no date or no action's id. */
enum status actions_read_form(const char *path, struct actions *actions, struct fault *fault);
/* Reads a register; one that is not there is empty. */
enum status actions_read_register(const char *path, struct actions *actions, struct fault *fault);
/* Appends to the register. */
enum status actions_append(const char *path, const struct actions *actions, struct fault *fault);
void actions_free(struct actions *actions);

/* Midnight (UTC) at the end of the day YYYY-MM-DD in ms since 1970; false where it is no date. */
bool action_day_end(const char *date, int64_t *ms);

enum action_state { ACTION_OPEN, ACTION_OVERDUE, ACTION_WORKED };
const char *action_state_name(enum action_state state);

/* Of an action at a time, from results: worked where lots that began after the day on which it was done (else due) have
 * the finding in fewer photos than its share before gives but for a chance of 5 %; else overdue where the due day is
 * over; else open. Fills what was seen since. */
struct action_standing {
  enum action_state state;
  int64_t judged, with; /* photos of lots since */
  const char *lot;      /* the last of them; NULL: none */
};
struct action_standing action_stands(const struct action *action, const struct recurrents *all, int64_t now_ms);

#endif
