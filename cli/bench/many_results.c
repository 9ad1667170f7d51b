#include "cli/bench/many_results.h"

#include "cli/message.h"
#include "datasets/production.h"
#include "models/store.h"

#include <stdlib.h>
#include <string.h>

enum { LOTS = 20, BATCH = 5000, SEED = 1 };
static const char submission[] = "00000000000000000000000000000001";

struct filling {
  struct store *store;
  long done, count;
  uint64_t state; /* of the fingerprints */
};

static uint64_t next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/* Photos that have nothing in common. */
static void make_fingerprint(struct filling *in, char text[RESULT_FINGERPRINT_BITS / 4 + 1]) {
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < RESULT_FINGERPRINT_BITS / 4; i += 16) {
    uint64_t bits = next(&in->state);
    for (int k = 0; k < 16; k++) text[i + k] = digits[bits >> (4 * k) & 15];
  }
  text[RESULT_FINGERPRINT_BITS / 4] = 0;
}

static enum status keep(struct filling *in, const struct result *result, struct fault *fault) {
  struct store_entry entry = {.job = result->job, .position = in->done, .path = result->photo};
  enum store_finished finished;
  enum status status = store_accept(in->store, submission, "bench", &entry, 1, 1, fault);
  if (status) return status;
  char *line = result_write(result);
  if (!line) return fault_set(fault, STATUS_MEMORY, "out of memory for a result");
  status = store_finish(in->store, result->job->id, line, strlen(line), 1, &finished, fault);
  free(line);
  return status;
}

static enum status take(void *context, const struct result *result, struct fault *fault) {
  struct filling *in = context;
  struct result own = *result;
  make_fingerprint(in, own.fingerprint);
  enum status status = in->done % BATCH ? STATUS_OK : store_begin(in->store, fault);
  if (!status) status = keep(in, &own, fault);
  if (!status && ++in->done % BATCH == 0) {
    status = store_commit(in->store, fault);
    progress_set((size_t)in->done, (size_t)in->count);
  }
  return status;
}

enum status many_results_make(const char *folder, long count, struct fault *fault) {
  struct filling in = {.count = count, .state = SEED};
  const struct production_options how = {.seed = SEED, .photos = (int)((count + LOTS - 1) / LOTS)};
  enum status status = store_open(folder, &in.store, fault);
  progress_begin("results", (size_t)count);
  if (!status) status = production_make(&how, NULL, take, &in, fault);
  if (!status && in.done % BATCH) status = store_commit(in.store, fault);
  progress_end();
  store_close(in.store);
  return status;
}
