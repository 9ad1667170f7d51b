/* assay-season: a season of results with planted drifts, and the truth about them. */
#include "datasets/production.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "assay-season --out FILE.jsonl [--truth FILE.json] [--seed N] [--photos N] [--in-control]\n\n"
    "Writes the results of a season of production, as assay run --out does, without drawing a photo: three factories\n"
    "of two lines and two shifts make 20 lots of --photos photos (default 600) each. Planted are a dimension that\n"
    "creeps, a night shift with more scratches, and a lot of another material; --in-control plants nothing. --truth\n"
    "says what was planted. The same seed gives the same bytes.\n\n"
    "  assay-season --seed 1 --out results.jsonl --truth truth.json && assay lot drift results.jsonl\n";

static enum status write_result(void *context, const struct result *result, struct fault *fault) {
  FILE *file = context;
  char *line = result_write(result);
  if (!line) return fault_set(fault, STATUS_MEMORY, "out of memory");
  int code = fprintf(file, "%s\n", line);
  free(line);
  return code < 0 ? fault_set(fault, STATUS_IO, "cannot write: %s", strerror(errno)) : STATUS_OK;
}

static enum status make(const struct production_options *options, const char *out, const char *truth,
                        struct fault *fault) {
  struct production_plant plants[PLANTS];
  FILE *file = fopen(out, "w");
  if (!file) return fault_set(fault, STATUS_IO, "%s: %s", out, strerror(errno));
  enum status status = production_make(options, plants, write_result, file, fault);
  if (fclose(file) && !status) status = fault_set(fault, STATUS_IO, "%s: %s", out, strerror(errno));
  if (!status && truth && !options->in_control) status = production_write_plants(truth, plants, fault);
  return status;
}

static bool whole(const char *text, long least, long most, long *number) {
  char *end;
  errno = 0;
  *number = strtol(text, &end, 10);
  return end != text && !*end && !errno && *number >= least && *number <= most;
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"out", required_argument, NULL, 'o'},
                                          {"truth", required_argument, NULL, 't'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"photos", required_argument, NULL, 'p'},
                                          {"in-control", no_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  const char *out = NULL, *truth = NULL;
  struct production_options how = {.seed = 1, .photos = 600};
  struct fault fault = {0};
  enum status status = STATUS_OK;
  long number;
  for (int code; !status && (code = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (code == 'o') out = optarg;
    if (code == 't') truth = optarg;
    if (code == 'c') how.in_control = true;
    if (code == 's' && whole(optarg, 0, 1000000000, &number))
      how.seed = (uint64_t)number;
    else if (code == 'p' && whole(optarg, 50, 1000000, &number))
      how.photos = (int)number;
    else if (code == 's' || code == 'p' || code == '?')
      status =
          fault_set(&fault, STATUS_USAGE, "wrong option; expected --seed 0.. and --photos 50..1000000; see --help");
    if (code == 'h') return fputs(help, stdout) < 0;
  }
  if (!status && (!out || optind < argc)) status = fault_set(&fault, STATUS_USAGE, "expected --out FILE; see --help");
  if (!status) status = make(&how, out, truth, &fault);
  if (status) fprintf(stderr, "assay-season: %s\n", fault.text);
  return status_exit_code(status);
}
