#include "engine/lots/plan.h"

#include "engine/statistics/distributions.h"

#include <math.h>
#include <string.h>

/* Letters are counted from A = 0; I and O are not used. */
static const char letters[] = "ABCDEFGHJKLMNPQR";
enum { LETTERS = sizeof letters - 1, SIZES = 15 };
static const int64_t sample_sizes[LETTERS] = {2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000};
static const int64_t size_bounds[SIZES - 1] = {8,   15,   25,   50,    90,    150,    280,
                                               500, 1200, 3200, 10000, 35000, 150000, 500000};

/* Table 1: the code letter by lot size. */
static const char *const level_letters[] = {
    [PLAN_S1] = "AAAABBBBCCCCDDD",  [PLAN_S2] = "AAABBBCCCDDDEEE", [PLAN_S3] = "AABBCCDDEEFFGGH",
    [PLAN_S4] = "AABCCDEEFGGHJJK",  [PLAN_I] = "AABCCDEFGHJKLMN",  [PLAN_II] = "ABCDEFGHJKLMNPQ",
    [PLAN_III] = "BCDEFGHJKLMNPQR",
};
static const char *const level_names[] = {"S1", "S2", "S3", "S4", "I", "II", "III"};

const double plan_aqls[PLAN_AQLS] = {0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10, 15};

/* Both master tables have the same numbers along each diagonal, sample size times AQL being about constant there. A
 * column therefore is: arrows down to the letter of acceptance number 0, then an arrow up (normal) or down (tightened)
 * and one down, then these numbers letter by letter, then arrows up. */
enum { FIRST_NUMBER = 3 };
struct column {
  int zero; /* the letter of acceptance number 0, may lie before A */
  int64_t numbers[8];
  int count;
};
static const struct column normal_column = {.numbers = {1, 2, 3, 5, 7, 10, 14, 21}, .count = 8};
static const struct column tightened_column = {.numbers = {1, 2, 3, 5, 8, 12, 18}, .count = 7};

static struct column column_of(enum plan_inspection inspection, int aql) {
  struct column column = inspection == PLAN_TIGHTENED ? tightened_column : normal_column;
  /* AQL 0.10 has its zero at K in table 2-A, and one letter further in 2-B; each further AQL one letter earlier. */
  column.zero = (inspection == PLAN_TIGHTENED ? 10 : 9) - aql;
  return column;
}

/* Where the arrows lead, from a letter of the lot. */
static int follow_arrows(const struct column *column, enum plan_inspection inspection, int letter) {
  int last = column->zero + FIRST_NUMBER + column->count - 1, first = column->zero + FIRST_NUMBER;
  if (letter > last) return last;
  if (letter >= first) return letter;
  /* Acceptance number 0 begins with A in table 2-A, with B in 2-B: before it there is no plan of 0 to go to. */
  bool has_zero = column->zero >= (inspection == PLAN_TIGHTENED ? 1 : 0);
  int most = column->zero + (inspection == PLAN_NORMAL ? 1 : 0);
  return has_zero && letter <= most ? column->zero : first;
}

bool plan_level_parse(const char *word, enum plan_level *level) {
  char plain[8] = {0};
  size_t used = 0;
  for (; *word && used + 1 < sizeof plain; word++)
    if (*word != '-') plain[used++] = *word;
  for (int i = PLAN_S1; i <= PLAN_III; i++)
    if (!strcmp(plain, level_names[i])) {
      *level = (enum plan_level)i;
      return true;
    }
  return false;
}

const char *plan_level_name(enum plan_level level) {
  return level_names[level];
}

const char *plan_inspection_name(enum plan_inspection inspection) {
  return inspection == PLAN_TIGHTENED ? "tightened" : "normal";
}

static int letter_index(char letter) {
  int index = 0;
  while (index < LETTERS - 1 && letters[index] != letter) index++;
  return index;
}

static int aql_index(double aql) {
  for (int i = 0; i < PLAN_AQLS; i++)
    if (fabs(aql - plan_aqls[i]) < 1e-9 * plan_aqls[i]) return i;
  return -1;
}

enum status plan_find(int64_t size, enum plan_level level, double aql, enum plan_inspection inspection,
                      struct plan *plan, struct fault *fault) {
  int index = aql_index(aql), bound = 0;
  if (size < 1) return fault_set(fault, STATUS_USAGE, "a lot of %lld units; expected 1 or more", (long long)size);
  if (index < 0)
    return fault_set(fault, STATUS_USAGE,
                     "AQL %g: " PLAN_STANDARD " has no such plan; expected one of 0.10 0.15 0.25 0.40 0.65 1.0 1.5 2.5 "
                     "4.0 6.5 10 15 (percent nonconforming)",
                     aql);
  while (bound < SIZES - 1 && size > size_bounds[bound]) bound++;
  struct column column = column_of(inspection, index);
  plan->letter = level_letters[level][bound];
  int used = follow_arrows(&column, inspection, letter_index(plan->letter));
  if (used < 0 || used >= LETTERS) return fault_set(fault, STATUS_INTERNAL, "the table's arrows lead out of it");
  int number = used - column.zero - FIRST_NUMBER;
  plan->plan_letter = letters[used];
  plan->accept = number >= 0 && number < column.count ? column.numbers[number] : 0;
  plan->reject = plan->accept + 1;
  plan->whole = sample_sizes[used] >= size;
  plan->sample_size = plan->whole ? size : sample_sizes[used];
  return STATUS_OK;
}

double plan_accepts_process(const struct plan *plan, double share) {
  return binomial_cdf(plan->accept, plan->sample_size, share);
}

double plan_accepts_lot(const struct plan *plan, int64_t size, int64_t nonconforming) {
  return hypergeometric_cdf(plan->accept, plan->sample_size, nonconforming, size);
}

double plan_quality_at(const struct plan *plan, double probability) {
  if (!(probability >= 0 && probability <= 1)) return NAN;
  if (plan->accept >= plan->sample_size) return 1;
  /* The binomial's lower tail is an upper tail of the beta distribution in the share. */
  return beta_upper_quantile(probability, (double)plan->accept + 1, (double)(plan->sample_size - plan->accept));
}
