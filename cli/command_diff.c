#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/pair_judge.h"
#include "cli/pairs.h"
#include "cli/parallel.h"
#include "cli/picture.h"
#include "cli/report.h"
#include "engine/crew.h"

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

struct diff_options {
  struct common_options common;
  const char *map, *pairs;
};

static const struct option options[] = {
    {.name = "map",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct diff_options, map),
     .argument = "OUT.png",
     .help = "write a picture: golden, photo and difference side by side, findings enlarged; for one pair"},
    {.name = "pairs",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct diff_options, pairs),
     .argument = "FILE.tsv",
     .help = "judge many pairs: lines GOLDEN<TAB>PHOTO, no header, results in the order of the lines"},
    {.name = NULL}};

/* What became of one pair. */
struct outcome {
  struct result result;
  struct fault fault; /* the golden image could not be used, or assay failed */
};

struct diff {
  const struct diff_options *given;
  struct pairs pairs;
  struct outcome *outcomes;
  struct report report;
  struct tally tally;
  size_t without; /* pairs without a result, because of their golden image */
};

/* What is left of a pair when its picture is drawn: that is written while golden and photo give their memory back. */
struct ending {
  struct pair_judge *judge;
  struct png *picture;
  const char *map;
};

enum { ENDING_SAVE, ENDING_CLOSE, ENDING_PIECES };

static enum status end_piece(void *context, size_t piece, struct fault *fault) {
  const struct ending *ending = context;
  if (piece == ENDING_SAVE) return png_put(ending->picture, ending->map, fault);
  pair_judge_close(ending->judge);
  return STATUS_OK;
}

static enum status judge_pair(const struct diff *diff, const struct pair *pair, struct outcome *outcome) {
  const struct common_options *common = &diff->given->common;
  /* Of many pairs each has a thread of its own. */
  const int threads = diff->pairs.count == 1 ? (int)parallel_threads(common->threads) : 1;
  const struct inspect_options inspect = {
      .backend = common->backend, .cpu = common->cpu, .once = true, .aside = threads > 1};
  struct pair_judge judge = {0};
  enum status status = pair_judge_open(&judge, pair->golden, &inspect, &outcome->fault);
  if (!status) status = pair_judge_file(&judge, pair->photo, false, &outcome->result, &outcome->fault);
  struct inspect_evidence evidence;
  struct ending ending = {&judge, NULL, diff->given->map};
  if (!status && ending.map) {
    const struct picture picture = {&outcome->result, &evidence, pair->golden, threads};
    /* The picture goes where the photo was. */
    inspect_release_photo(judge.inspection);
    if (inspect_evidence(judge.inspection, &evidence))
      status = picture_draw(&picture, &ending.picture, &outcome->fault);
    else
      message_warning("%s: no picture is written, as the photo could not be aligned", ending.map);
    if (status) fault_prefix(&outcome->fault, "%s", ending.map);
  }
  const struct crew crew = {threads, end_piece, &ending};
  if (ending.picture) status = crew_run(&crew, ENDING_PIECES, &outcome->fault);
  /* Unless it was closed beside. */
  pair_judge_close(&judge);
  return status;
}

static void work(void *context, size_t index) {
  const struct diff *diff = context;
  struct outcome *outcome = &diff->outcomes[index];
  if (interrupt_signal())
    fault_set(&outcome->fault, STATUS_STOPPED, "stopped; %zu of %zu pairs were judged", index, diff->pairs.count);
  else
    outcome->fault.status = judge_pair(diff, &diff->pairs.items[index], outcome);
}

/* The pair's golden image is the user's to mend and the rest goes on; anything else ends the run. */
static enum status report_failure(struct diff *diff, const struct pair *pair, const struct fault *failed,
                                  struct fault *fault) {
  enum status status = failed->status;
  if (status != STATUS_INVALID && status != STATUS_MISSING && status != STATUS_LIMIT)
    return fault_set(fault, status, "%s", failed->text);
  diff->without++;
  if (pair->line)
    message_error("%s:%d: %s", diff->given->pairs, pair->line, failed->text);
  else
    message_error("%s", failed->text);
  return STATUS_OK;
}

static enum status finish(void *context, size_t index, struct fault *fault) {
  struct diff *diff = context;
  struct outcome *outcome = &diff->outcomes[index];
  enum status status = STATUS_OK;
  if (outcome->fault.status) {
    status = report_failure(diff, &diff->pairs.items[index], &outcome->fault, fault);
  } else {
    tally_add(&diff->tally, outcome->result.verdict);
    if (diff->given->common.json) {
      status = output_result(&outcome->result, fault);
    } else {
      progress_hide();
      if (diff->given->pairs)
        report_row(&diff->report, &outcome->result);
      else
        report_detail(stdout, &outcome->result);
      status = output_flush(fault);
    }
  }
  result_free(&outcome->result);
  progress_set(index + 1, diff->pairs.count);
  return status;
}

static enum status read_pairs(struct diff *diff, struct fault *fault) {
  const struct words *operands = &diff->given->common.operands;
  if (diff->given->pairs) {
    if (operands->count || diff->given->map)
      return fault_set(fault, STATUS_USAGE, "--pairs stands alone; expected no %s beside it",
                       operands->count ? "pictures" : "--map");
    return pairs_read(diff->given->pairs, &diff->pairs, fault);
  }
  if (operands->count != 2) return fault_set(fault, STATUS_USAGE, "expected GOLDEN_IMAGE PHOTO, or --pairs FILE.tsv");
  return pairs_add(&diff->pairs, operands->items[0], operands->items[1], 0, fault);
}

/* Large pages pay where memory is kept from photo to photo. Here each pair takes its own, once: that small pages come
 * one by one costs a tenth more, but a virtual machine whose host takes back free large ones, which many do, gets each
 * of these anew, and that costs more than the comparison. What fails changes nothing but that. */
static void take_small_pages(void) {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

/* Each page that is given back and taken again costs as much as working on it. So what is freed stays here, for what
 * comes next. */
static void keep_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  struct diff diff = {.given = values};
  take_small_pages();
  keep_memory();
  enum status status = read_pairs(&diff, fault);
  if (!status) {
    diff.outcomes = calloc(diff.pairs.count, sizeof *diff.outcomes);
    if (!diff.outcomes) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  if (!status) {
    interrupt_watch();
    if (diff.given->pairs && !diff.given->common.json) {
      size_t widest = 0;
      for (size_t i = 0; i < diff.pairs.count; i++) {
        size_t width = text_width(diff.pairs.items[i].photo);
        if (width > widest) widest = width;
      }
      report_begin(&diff.report, stdout, widest);
    }
    if (diff.given->pairs) progress_begin("judging", diff.pairs.count);
    const struct parallel parallel = {.count = diff.pairs.count,
                                      .threads = parallel_threads(diff.given->common.threads),
                                      .work = work,
                                      .finish = finish,
                                      .context = &diff};
    status = parallel_run(&parallel, fault);
    progress_end();
  }
  if (!status) *exit_code = diff.without ? status_exit_code(STATUS_INVALID) : tally_exit_code(&diff.tally);
  for (size_t i = 0; diff.outcomes && i < diff.pairs.count; i++) result_free(&diff.outcomes[i].result);
  free(diff.outcomes);
  pairs_free(&diff.pairs);
  return status;
}

const struct command command_diff = {
    .name = "diff",
    .summary = "judge one photo against one picture, without a spec",
    .text = "Compares with tolerances that assay derives from the golden image itself. Exit code 0 pass, 1 fail,\n"
            "2 cannot judge; 65 where a golden image cannot be used (other pairs are judged all the same).",
    .example = "  assay diff golden.jpg photo.jpg --map difference.png\n"
               "  assay diff --pairs pairs.tsv --json > results.jsonl",
    .operands = {.usage = "GOLDEN_IMAGE PHOTO | --pairs FILE.tsv", .least = 0, .most = 2},
    .options = options,
    .values_size = sizeof(struct diff_options),
    .run = run,
};
