/* From signals of single charts to findings: what changed in a season, named, dated and sized, within an error budget
 * for the season as a whole.
 *
 * The budget is the expected number of findings in a season in which nothing changes. Each quantity gets a share of it
 * (a class of defect eight times that of another one), within a quantity each key, within a key each group
 * (Bonferroni). What is found is taken out, and what is left is looked through again. Score and share of failed photos
 * sum up what the other quantities say: what those explain is left out of them, and a rise of what failed is put down
 * to the class of defect behind it. A class is looked at without the photos that show another one which rose more
 * clearly. Of the groups that a change can be put down to, the one that explains most is
 * named. */
#ifndef ASSAY_ENGINE_DRIFT_FINDINGS_H
#define ASSAY_ENGINE_DRIFT_FINDINGS_H

#include "engine/drift/change.h"
#include "engine/drift/groups.h"

struct finding {
  size_t quantity; /* index in the season */
  enum drift_key key;
  struct season_cell cell; /* of one of its photos: those of its names that belong to the key hold */
  enum change_model model;
  bool whole_lot;
  int64_t since, since_lower, since_upper; /* ms since 1970; the interval is a 95 % one */
  size_t units;                            /* photos that changed */
  int64_t events;                          /* of them, with the defect; counted quantities only */
  double before, after;                    /* levels or rates; of a colour in CIELAB: from the golden's, CIEDE2000 */
  double size, size_lower, size_upper;     /* after - before, 95 %; of a colour in CIELAB: between the two, CIEDE2000 */
  bool coloured;                           /* the change of a colour in CIELAB: */
  double lab[COLOUR_AXES];
  double sigma;                /* of single values; NAN for rates */
  double probability, allowed; /* of chance, and how much of the budget its chart had */
  double limit;                /* the one that it moves towards; NAN where there is none */
  bool over_limit;             /* the level is beyond it already */
  double units_to_limit; /* photos of the group until the level reaches it, if it goes on; NAN where it does not */
  int64_t limit_time;    /* when, at the pace so far */
  char text[640];        /* one sentence */
};

struct findings {
  struct finding *items; /* in the order of since */
  size_t count;
  size_t charts; /* groups times quantities looked at */
  double budget;
};

/* Looks through a sorted season. `budget` > 0. The caller ends with findings_free. STATUS_MEMORY. */
enum status findings_look(const struct season *season, double budget, struct findings *findings, struct fault *fault);
void findings_free(struct findings *findings);

/* Writes the sentence of a finding into its text. */
void finding_describe(const struct season *season, struct finding *finding);
/* "line 2 of factory F1"; "" for unknown names. */
void finding_name_group(const struct season *season, const struct finding *finding, char *text, size_t room);
/* What a finding is about, as 16 hexadecimal digits: golden, quantity and group, not when and how much.
 * False: out of memory. */
enum { FINDING_ID_CHARS = 16 };
bool finding_identify(const struct season *season, const struct finding *finding, char id[FINDING_ID_CHARS + 1]);

/* One line of JSON without the newline, which the caller frees; NULL: out of memory. "finding" is the id; times are ISO
 * 8601; shares are 0..1; what is not known is null. */
char *finding_write(const struct season *season, const struct finding *finding);

/* "2026-03-01 22:14" */
void finding_time(int64_t ms, char text[20]);

#endif
