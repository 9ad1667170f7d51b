#include "datasets/options.h"

#include "datasets/drawn_season.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *const defect_class_names[] = {"missing", "extra", "scratch", "stain", "colour", "print", "moved", NULL};
static const char *const product_names[] = {"label", "board", "plate", NULL};
static const char *const drift_names[] = {"shift", "dimension", "colour", NULL};

const char *const spoil_names[] = {"blurred",     "overexposed", "wrong_product", "cropped",
                                   "turned_over", "too_small",   "lamp_failed",   NULL};

enum kind { KIND_INT, KIND_REAL, KIND_RANGE, KIND_CHOICE, KIND_SET, KIND_TEXT, KIND_FLAG };

struct option {
  const char *name, *argument;
  enum kind kind;
  size_t offset;
  double low, high;
  const char *start; /* the default, as it would be typed; NULL: none */
  const char *const *words;
  const char *help;
};

#define AT(field) offsetof(struct options, field)
static const struct option table[] = {
    {"--product", "NAME", KIND_CHOICE, AT(product), 0, 0, "label", product_names, "label, board or plate"},
    {"--seed", "N", KIND_INT, AT(seed), 0, 2147483647, "1", NULL, "everything follows from it"},
    {"--count", "N", KIND_INT, AT(count), 1, 100000, "20", NULL, "production photos"},
    {"--defects", "N", KIND_INT, AT(defects), -1, 100000, "-1", NULL,
     "how many of them are defective; -1: one in five, none with --spoil"},
    {"--goldens", "N", KIND_INT, AT(goldens), 1, 1000, "5", NULL, "approved photos"},
    {"--megapixels", "M", KIND_REAL, AT(megapixels), 0.1, 50, "3", NULL, "size of a photo, 4:3"},
    {"--out", "DIR", KIND_TEXT, AT(out), 0, 0, NULL, NULL, "where to write; a new or empty folder"},
    {"--rotate", "DEG", KIND_REAL, AT(rotate), 0, 180, "15", NULL, "largest turn in the photo, either way"},
    {"--tilt", "DEG", KIND_REAL, AT(tilt), 0, 20, "2", NULL, "largest tilt of the camera about either axis"},
    {"--scale", "PERCENT", KIND_REAL, AT(scale), 0, 50, "5", NULL, "largest change of scale, either way"},
    {"--shift", "PERCENT", KIND_REAL, AT(shift), 0, 50, "10", NULL,
     "largest shift, share of the photo's width and height"},
    {"--distortion", "PERCENT", KIND_REAL, AT(distortion), 0, 10, "0.5", NULL,
     "largest lens distortion in the corners, one value a line"},
    {"--bend", "PX", KIND_REAL, AT(bend), 0, 50, "0", NULL,
     "how far a bent product (paper) lies off its plane's picture, a smooth wave across it"},
    {"--loose", "MM", KIND_REAL, AT(loose), 0, 5, "0", NULL,
     "on every second unit the largest loose part lies off by so much; golden.yaml says that it is rigid"},
    {"--gradient", "PERCENT", KIND_REAL, AT(gradient), 0, 100, "30", NULL, "largest light gradient across the photo"},
    {"--cast", "PERCENT", KIND_REAL, AT(cast), 0, 50, "4", NULL, "largest colour cast of red and blue against green"},
    {"--kelvin", "K", KIND_REAL, AT(kelvin), 0, 2000, "0", NULL,
     "largest change of the lamp's colour temperature in production, either way from 5500 K"},
    {"--gamma", "G", KIND_RANGE, AT(gamma), 0.4, 2.5, "1", NULL, "exponent of the values of production photos"},
    {"--card", NULL, KIND_FLAG, AT(card), 0, 0, NULL, NULL,
     "a grey strip along the lower edge is the colour reference, and the rest of the product is cut into eight zones"},
    {"--material", "DE", KIND_REAL, AT(material), 0, 20, "0", NULL,
     "one zone of each production photo is of a material off by so much (CIEDE2000); needs --card"},
    {"--blur", "PX", KIND_RANGE, AT(blur), 0.3, 1.2, "0.5-0.9", NULL, "standard deviation of the lens's blur"},
    {"--noise", "GREY", KIND_REAL, AT(noise), 0, 20, "1.5", NULL, "noise of one sensor pixel at mid grey, grey levels"},
    {"--quality", "Q", KIND_RANGE, AT(quality), 1, 100, "88-95", NULL, "JPEG quality"},
    {"--classes", "LIST", KIND_SET, AT(classes), 0, 0, "all", defect_class_names, "which defects, with commas, or all"},
    {"--min-size", "PX", KIND_REAL, AT(min_size), 2, 500, "6", NULL, "smallest defect, across"},
    {"--max-size", "PX", KIND_REAL, AT(max_size), 2, 2000, "60", NULL, "largest speck, stain or tint, across"},
    {"--min-contrast", "GREY", KIND_REAL, AT(min_contrast), 2, 150, "25", NULL,
     "least contrast of a defect, grey levels"},
    {"--per-photo", "N", KIND_INT, AT(per_photo), 1, 4, "1", NULL, "most defects on a defective unit"},
    {"--drift", "LIST", KIND_SET, AT(drift), 0, 0, "none", drift_names,
     "groups that drift: shift (the night shift fails four times as often), dimension (one line's dimensions creep), "
     "colour (the last lot has another ink)"},
    {"--season", NULL, KIND_FLAG, AT(season), 0, 0, NULL, NULL,
     "the season of assay-season as photos of a plate, evenly chosen from its 12,000 units; season.json says what "
     "drifts; implies --card and a camera that stands fixed"},
    {"--spoil", "LIST", KIND_SET, AT(spoil), 0, 0, "none", spoil_names,
     "photos that cannot be judged: which kinds, with commas, or all"},
    {"--spoiled", "N", KIND_INT, AT(spoiled), 1, 100000, "20", NULL,
     "with --spoil, photos of each kind, the first ones"},
    {"--lot-size", "N", KIND_INT, AT(lot_size), 1, 100000, "50", NULL, "units in a lot"},
    {"--factories", "N", KIND_INT, AT(factories), 1, 8, "2", NULL, "factories"},
    {"--lines", "N", KIND_INT, AT(lines), 1, 8, "2", NULL, "lines in a factory"},
    {"--threads", "N", KIND_INT, AT(threads), 1, 256, "1", NULL, "photos made at once; their bytes stay the same"},
    {"--help", NULL, KIND_FLAG, AT(help), 0, 0, NULL, NULL, "show this and stop"},
};
enum { OPTIONS = sizeof table / sizeof *table };

void options_help(FILE *out) {
  fprintf(
      out,
      "usage: assay-synth [OPTION...] --out DIR\n\n"
      "Makes a set of photos with known truth: golden/, photos/, masks/, golden.yaml, manifest.csv and truth.jsonl.\n"
      "The same options give the same bytes.\n\n");
  for (int i = 0; i < OPTIONS; i++) {
    const struct option *option = &table[i];
    char left[64];
    snprintf(left, sizeof left, "%s%s%s", option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
    fprintf(out, "  %-22s %s", left, option->help);
    if (option->start && strcmp(option->start, "-1")) fprintf(out, " (%s)", option->start);
    fputc('\n', out);
  }
  fprintf(out, "\nexample: assay-synth --product label --seed 7 --count 200 --defects 40 --megapixels 3 --out set\n");
}

static bool read_number(const char *text, size_t length, double low, double high, double *value) {
  char copy[32], *end;
  if (!length || length >= sizeof copy) return false;
  memcpy(copy, text, length);
  copy[length] = 0;
  if (copy[strspn(copy, "+-.0123456789")]) return false;
  errno = 0;
  *value = strtod(copy, &end);
  return !*end && !errno && isfinite(*value) && *value >= low && *value <= high;
}

static int word_index(const char *const *words, const char *text, size_t length) {
  for (int i = 0; words[i]; i++)
    if (strlen(words[i]) == length && !strncmp(words[i], text, length)) return i;
  return -1;
}

static bool read_set(const struct option *option, const char *text, unsigned *bits) {
  *bits = 0;
  if (!strcmp(text, "none") && !strcmp(option->start, "none")) return true;
  for (;;) {
    size_t length = strcspn(text, ",");
    int word = word_index(option->words, text, length);
    if (word >= 0)
      *bits |= 1u << word;
    else if (length == 3 && !strncmp(text, "all", 3))
      for (int i = 0; option->words[i]; i++) *bits |= 1u << i;
    else
      return false;
    if (!text[length]) return true;
    text += length + 1;
  }
}

static enum status expected(const struct option *option, const char *text, struct fault *fault) {
  char words[200] = "";
  if (option->words) {
    size_t used = 0;
    for (int i = 0; option->words[i] && used < sizeof words; i++)
      used += (size_t)snprintf(words + used, sizeof words - used, "%s%s", i ? ", " : "", option->words[i]);
  }
  switch (option->kind) {
  case KIND_INT:
    return fault_set(fault, STATUS_USAGE, "%s: '%s' given, a whole number from %.0f to %.0f expected", option->name,
                     text, option->low, option->high);
  case KIND_REAL:
    return fault_set(fault, STATUS_USAGE, "%s: '%s' given, a number from %g to %g expected", option->name, text,
                     option->low, option->high);
  case KIND_RANGE:
    return fault_set(fault, STATUS_USAGE, "%s: '%s' given, a number or a range LOW-HIGH from %g to %g expected",
                     option->name, text, option->low, option->high);
  case KIND_SET:
    return fault_set(fault, STATUS_USAGE, "%s: '%s' given, a list with commas of %s, or %s expected", option->name,
                     text, words, !strcmp(option->start, "none") ? "all or none" : "all");
  default:
    return fault_set(fault, STATUS_USAGE, "%s: '%s' given, one of %s expected", option->name, text, words);
  }
}

static enum status set_option(struct options *options, const struct option *option, const char *text,
                              struct fault *fault) {
  void *field = (char *)options + option->offset;
  double value = 0;
  bool good = true;
  switch (option->kind) {
  case KIND_FLAG:
    *(bool *)field = true;
    break;
  case KIND_TEXT:
    *(const char **)field = text;
    break;
  case KIND_INT:
    good = read_number(text, strlen(text), option->low, option->high, &value) && floor(value) == value;
    if (good) *(int *)field = (int)value;
    break;
  case KIND_REAL:
    good = read_number(text, strlen(text), option->low, option->high, &value);
    if (good) *(double *)field = value;
    break;
  case KIND_RANGE: {
    size_t first = strcspn(text, "-");
    double *range = field, high;
    good = read_number(text, first, option->low, option->high, &value);
    high = value;
    if (good && text[first]) good = read_number(text + first + 1, strlen(text + first + 1), value, option->high, &high);
    if (good) range[0] = value, range[1] = high;
    break;
  }
  case KIND_CHOICE: {
    int word = word_index(option->words, text, strlen(text));
    good = word >= 0;
    if (good) *(int *)field = word;
    break;
  }
  case KIND_SET:
    good = read_set(option, text, field);
    break;
  }
  return good ? STATUS_OK : expected(option, text, fault);
}

static const struct option *find_option(const char *name) {
  for (int i = 0; i < OPTIONS; i++)
    if (!strcmp(table[i].name, name)) return &table[i];
  return NULL;
}

static enum status settle_season(struct options *options, struct fault *fault) {
  if (options->product != PRODUCT_PLATE)
    return fault_set(fault, STATUS_USAGE, "--season: has the dimensions of a plate; --product plate expected");
  if (options->count < 120 || DRAWN_SEASON_UNITS % options->count)
    return fault_set(fault, STATUS_USAGE, "--season: %d photos given, a share of %d with at least 120 expected",
                     options->count, DRAWN_SEASON_UNITS);
  if (options->defects >= 0 || options->drift || options->spoil || options->material > 0 || options->loose > 0)
    return fault_set(fault, STATUS_USAGE,
                     "--season: says itself what goes wrong; none of --defects, --drift, --spoil, --material and "
                     "--loose expected");
  options->card = true;
  options->scale = options->tilt = options->distortion = 0;
  return STATUS_OK;
}

enum status options_parse(struct options *options, int argc, char **argv, struct fault *fault) {
  *options = (struct options){0};
  for (int i = 0; i < OPTIONS; i++)
    if (table[i].start) {
      enum status status = set_option(options, &table[i], table[i].start, fault);
      if (status != STATUS_OK) return status;
    }
  for (int i = 1; i < argc; i++) {
    const struct option *option = find_option(argv[i]);
    if (!option)
      return fault_set(fault, STATUS_USAGE, "'%s' is no option of assay-synth; see assay-synth --help", argv[i]);
    if (option->kind != KIND_FLAG && ++i == argc)
      return fault_set(fault, STATUS_USAGE, "%s: %s is missing", option->name, option->argument);
    enum status status = set_option(options, option, argv[i], fault);
    if (status != STATUS_OK) return status;
  }
  if (options->help) return STATUS_OK;
  if (options->season) {
    enum status status = settle_season(options, fault);
    if (status != STATUS_OK) return status;
  }
  if (!options->out || !*options->out)
    return fault_set(fault, STATUS_USAGE, "--out DIR is missing: where to write the set");
  if (options->defects < 0) options->defects = options->spoil ? 0 : options->count / 5;
  if (options->defects > options->count)
    return fault_set(fault, STATUS_USAGE, "--defects: %d given, at most --count (%d) expected", options->defects,
                     options->count);
  long room = options->count - (long)options->spoiled * __builtin_popcount(options->spoil);
  if (room < 0)
    return fault_set(fault, STATUS_USAGE, "--spoiled: %d of each kind given, at most --count (%d) in all expected",
                     options->spoiled, options->count);
  if (options->defects > room)
    return fault_set(fault, STATUS_USAGE, "--defects: %d given, at most the %ld that are not spoiled expected",
                     options->defects, room);
  if (options->drift & DRIFT_DIMENSION && options->product == PRODUCT_LABEL)
    return fault_set(fault, STATUS_USAGE,
                     "--drift: a label has no dimensions that could drift; --product board or plate expected");
  if (options->material > 0 && !options->card)
    return fault_set(fault, STATUS_USAGE, "--material: there are no zones without --card");
  if (options->max_size < options->min_size)
    return fault_set(fault, STATUS_USAGE, "--max-size: %g given, at least --min-size (%g) expected", options->max_size,
                     options->min_size);
  return STATUS_OK;
}
