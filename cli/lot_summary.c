#include "cli/lot_summary.h"

#include "cli/table.h"
#include "cli/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *lot_outcome_words(enum lot_outcome outcome) {
  static const char *const words[] = {"accepted", "REJECTED", "held", "DISCONTINUED"};
  return words[outcome];
}

enum text_style lot_outcome_style(enum lot_outcome outcome) {
  return outcome == LOT_ACCEPTED ? STYLE_GREEN : outcome == LOT_HELD ? STYLE_YELLOW : STYLE_RED;
}

/* The class that decided: the first of the lot's outcome. */
static const struct judge_class *decisive(const struct judge_lot *verdict, int *class_) {
  for (*class_ = 0; *class_ < LOT_CLASSES; ++*class_)
    if (verdict->classes[*class_].outcome == verdict->outcome) return &verdict->classes[*class_];
  return NULL;
}

/* Units that are needed beyond those photographed, and photos to be taken again: the most of any class. */
static void say_held(const struct judge_lot *verdict, char *text, size_t room) {
  int64_t missing = 0, unjudged = 0, sample = 0;
  for (int i = 0; i < LOT_CLASSES; i++) {
    const struct judge_class *judged = &verdict->classes[i];
    if (judged->outcome != LOT_HELD) continue;
    if (judged->missing > missing) missing = judged->missing, sample = judged->plan.sample_size;
    if (judged->unjudged > unjudged) unjudged = judged->unjudged;
  }
  if (missing)
    snprintf(text, room, "photograph %lld more units: the sample is %lld%s", (long long)missing, (long long)sample,
             unjudged ? "; take unjudged photos again" : "");
  else
    snprintf(text, room,
             "take photos of %lld unit%s again, or wait for results: what is not judged could turn the verdict",
             (long long)unjudged, unjudged == 1 ? "" : "s");
}

void lot_reason(const struct judge_lot *verdict, char *text, size_t room) {
  int class_;
  const struct judge_class *judged = decisive(verdict, &class_);
  *text = 0;
  if (!judged || verdict->outcome == LOT_ACCEPTED) return;
  if (verdict->outcome == LOT_HELD) {
    say_held(verdict, text, room);
  } else if (verdict->outcome == LOT_REJECTED) {
    snprintf(text, room, "%s defects on %lld of the %lld units sampled; %lld allowed",
             severity_name((enum severity)class_), (long long)judged->nonconforming,
             (long long)(judged->plan.sample_size - judged->missing), (long long)judged->plan.accept);
  } else {
    snprintf(text, room, "too many lots in a row were rejected: the factory has to act first (--resume)");
  }
}

static int by_name(const void *a, const void *b, void *lots) {
  const struct judge_lot *x = a, *y = b;
  const struct lot *items = ((const struct lots *)lots)->items;
  const char *p = items[x->lot].name, *q = items[y->lot].name;
  int order = p && q ? strverscmp(p, q) : !p - !q;
  return order ? order : (x->lot > y->lot) - (x->lot < y->lot);
}

static void print_head(FILE *out, const struct lots *lots, const struct judge_lot *verdicts, size_t count) {
  size_t of[LOT_DISCONTINUED + 1] = {0};
  for (size_t i = 0; i < count; i++) of[verdicts[i].outcome]++;
  fprintf(out, "%zu %s%s: %zu accepted, %zu rejected, %zu held", count, row_key_name(lots->by), count == 1 ? "" : "s",
          of[LOT_ACCEPTED], of[LOT_REJECTED], of[LOT_HELD]);
  if (of[LOT_DISCONTINUED]) fprintf(out, ", %zu discontinued", of[LOT_DISCONTINUED]);
  fputs("\n\n", out);
}

static size_t widest(size_t width, const char *text) {
  size_t own = text_width(text);
  return own > width ? own : width;
}

static void print_rows(FILE *out, const struct lots *lots, const struct judge_lot *verdicts, size_t count) {
  size_t name = 3, factory = 7;
  for (size_t i = 0; i < count; i++) {
    const struct lot *lot = &lots->items[verdicts[i].lot];
    name = widest(name, lot->name ? lot->name : "-"), factory = widest(factory, lot->supplier ? lot->supplier : "-");
  }
  const struct column columns[] = {
      {.title = row_key_name(lots->by), .width = name < 32 ? name : 32},
      {.title = lots->by == ROW_FACTORY ? "" : "factory", .width = factory < 24 ? factory : 24},
      {.title = "verdict", .width = 12},
      {.title = "units", .width = 7, .right = true},
      {.title = "critical", .width = 8, .right = true},
      {.title = "major", .width = 6, .right = true},
      {.title = "minor", .width = 6, .right = true},
      {.title = "why", .width = 0}};
  const struct table table = {out, columns, sizeof columns / sizeof *columns, text_coloured(out)};
  table_head(&table);
  for (size_t i = 0; i < count; i++) {
    const struct judge_lot *verdict = &verdicts[i];
    const struct lot *lot = &lots->items[verdict->lot];
    char units[24], found[LOT_CLASSES][24], why[160];
    snprintf(units, sizeof units, "%lld", (long long)verdict->units);
    for (int k = 0; k < LOT_CLASSES; k++)
      snprintf(found[k], sizeof *found, "%lld", (long long)verdict->classes[k].all_nonconforming);
    lot_reason(verdict, why, sizeof why);
    const struct cell cells[] = {
        {.text = lot->name ? lot->name : "-"},
        {.text = lot->supplier ? lot->supplier : "-"},
        {.text = lot_outcome_words(verdict->outcome), .style = lot_outcome_style(verdict->outcome)},
        {.text = units},
        {.text = found[SEVERITY_CRITICAL]},
        {.text = found[SEVERITY_MAJOR]},
        {.text = found[SEVERITY_MINOR]},
        {.text = why}};
    table_row(&table, cells);
  }
}

/* One photo tells whether taking it again would help. */
static void print_unjudged(FILE *out, int64_t units, const struct lot_photo *example) {
  char *photo = example ? text_clean(example->photo, 0, false) : NULL,
       *why = example ? text_clean(example->text, 0, false) : NULL;
  fprintf(out, "  %lld units could not be judged", (long long)units);
  if (photo && why) fprintf(out, "; of %s: %s", photo, why);
  fputc('\n', out);
  free(photo);
  free(why);
}

/* Of all lots together: whoever wants to know which asks for the details. */
static void print_photos(FILE *out, const struct lots *lots, const struct judge_lot *verdicts, size_t count) {
  size_t reused = 0, disordered = 0, gaps = 0, cameras = 0;
  int64_t unjudged = 0, incomplete = 0, overruled = 0;
  const struct lot_photo *example = NULL;
  for (size_t i = 0; i < count; i++) {
    const struct lot *lot = &lots->items[verdicts[i].lot];
    reused += lot->reused.count, disordered += lot->disordered, gaps += lot->gap_count > 0;
    cameras += lot->cameras.count > 1, unjudged += verdicts[i].unjudged, incomplete += verdicts[i].incomplete;
    overruled += (int64_t)lot->overruled;
    for (size_t k = 0; k < lot->unjudged.count && !example; k++)
      if (lots_unit(lots, lot->unjudged.items[k].unit).unjudged) example = &lot->unjudged.items[k];
  }
  if (!unjudged && !reused && !disordered && !gaps && !cameras && !incomplete && !overruled) return;
  fputs("\nin the photos (--details names each):\n", out);
  if (unjudged) print_unjudged(out, unjudged, example);
  if (incomplete) fprintf(out, "  %lld units lack a view that most units have\n", (long long)incomplete);
  if (reused) fprintf(out, "  %zu photos show what a photo of another unit shows: used twice?\n", reused);
  if (disordered) fprintf(out, "  %zu photos have a time that does not follow their number\n", disordered);
  if (gaps) fprintf(out, "  %zu lots have numbers without a photo\n", gaps);
  if (cameras) fprintf(out, "  %zu lots were taken with several cameras\n", cameras);
  if (overruled) fprintf(out, "  %lld findings were overruled in review and do not count\n", (long long)overruled);
}

void lot_summary_sort(const struct lots *lots, struct judge_lot *verdicts, size_t count) {
  if (count) qsort_r(verdicts, count, sizeof *verdicts, by_name, (void *)(uintptr_t)lots);
}

void lot_summary_print(FILE *out, const struct lots *lots, const struct judge_lot *verdicts, size_t count) {
  print_head(out, lots, verdicts, count);
  print_rows(out, lots, verdicts, count);
  print_photos(out, lots, verdicts, count);
}
