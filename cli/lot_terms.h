/* What lots are judged by, as the command line gives it: the options that commands which judge lots share. */
#ifndef ASSAY_CLI_LOT_TERMS_H
#define ASSAY_CLI_LOT_TERMS_H

#include "cli/options.h"
#include "engine/lots/judge.h"

struct lot_terms {
  long size;
  const char *by, *golden, *level, *critical, *major, *minor;
};

/* Their rows in the table of a command whose struct has a `struct lot_terms terms`. */
#define LOT_TERMS_OPTIONS(type)                                                                                        \
  {.name = "size",                                                                                                     \
   .kind = OPTION_NUMBER,                                                                                              \
   .offset = offsetof(type, terms.size),                                                                               \
   .argument = "N",                                                                                                    \
   .least = 1,                                                                                                         \
   .most = 1000000000,                                                                                                 \
   .help = "units in each lot; not given: the units photographed are the sample"},                                     \
      {.name = "golden",                                                                                               \
       .kind = OPTION_TEXT,                                                                                            \
       .offset = offsetof(type, terms.golden),                                                                         \
       .argument = "DIR",                                                                                              \
       .help = "take level and AQLs from this golden's spec"},                                                         \
      {.name = "level",                                                                                                \
       .kind = OPTION_WORD,                                                                                            \
       .offset = offsetof(type, terms.level),                                                                          \
       .argument = "I|II|III|S1|S2|S3|S4|S-1|S-2|S-3|S-4",                                                             \
       .help = "inspection level (else the golden's, else II)"},                                                       \
      {.name = "critical",                                                                                             \
       .kind = OPTION_TEXT,                                                                                            \
       .offset = offsetof(type, terms.critical),                                                                       \
       .argument = "A",                                                                                                \
       .help = "AQL of critical defects, percent; 0: none is accepted (else the golden's, else 0)"},                   \
      {.name = "major",                                                                                                \
       .kind = OPTION_TEXT,                                                                                            \
       .offset = offsetof(type, terms.major),                                                                          \
       .argument = "A",                                                                                                \
       .help = "AQL of major defects (else the golden's, else 2.5)"},                                                  \
      {.name = "minor",                                                                                                \
       .kind = OPTION_TEXT,                                                                                            \
       .offset = offsetof(type, terms.minor),                                                                          \
       .argument = "A",                                                                                                \
       .help = "AQL of minor defects (else the golden's, else 4.0)"},                                                  \
  {                                                                                                                    \
    .name = "by", .kind = OPTION_WORD, .offset = offsetof(type, terms.by), .argument = "lot|line|shift|stage|golden",  \
    .fallback = "lot", .help = "what a lot is, within a factory"                                                       \
  }

/* The options, else the golden's spec, else level II and AQLs 0, 2.5 and 4.0. STATUS_USAGE for what is no AQL. */
enum status lot_terms_read(const struct lot_terms *given, struct judge_terms *terms, struct fault *fault);

/* Warns of lots of which more units were photographed than --size says that they have. */
void lot_terms_check_size(const struct lot_terms *given, const struct lots *lots);

/* Warns of photos that were handed in and have no result yet (rows_read_waiting). */
void lot_terms_tell_waiting(int64_t count);

/* Whether a lot of that name is there; else STATUS_USAGE, which tells `option`, the one that named it. */
enum status lot_terms_find(const struct lots *lots, const char *option, const char *name, struct fault *fault);

/* What the switching rules remember: in the file `file`, else in the store that the only place is, else nowhere, and
 * *history is empty. `keep`: it will be written. The caller ends with history_free. */
enum status lot_terms_history(const struct words *places, const char *file, bool keep, struct history *history,
                              struct fault *fault);

/* The exit code of an outcome, and of two: one rejected lot decides, before any that is held. */
int lot_outcome_exit_code(enum lot_outcome outcome);
int lot_worse_exit_code(int a, int b);

#endif
