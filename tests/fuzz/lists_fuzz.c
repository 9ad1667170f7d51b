/* Lists that a command is given: pairs of photos (TSV), and the measurements of a gauge study (CSV). */
#include "cli/pairs.h"
#include "models/study.h"
#include "tests/fuzz/file.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const seeds[] = {"golden.png\tphoto.jpg\r\n\ngoldens/b c.png\t/photos/\xC3\xA4.jpg\n",
                                    "part,operator,value,dimension\n1,A,2.5,d\n1,B,2.51,d\n2,A,2.49,d\n2,B,2.5,d\n",
                                    "\xEF\xBB\xBF\"value\",part,operator\r\n1e-3,\"p,1\",x\r\n2E2,\"p,1\",x\r\n", NULL};

static void try_pairs(const char *path) {
  struct pairs pairs = {0};
  struct fault fault = {0};
  enum status status = pairs_read(path, &pairs, &fault);
  if (!status != !fault.text[0] || (!status && !pairs.count)) abort();
  for (size_t i = 0; i < pairs.count; i++)
    if (!pairs.items[i].golden[0] || !pairs.items[i].photo[0] || pairs.items[i].line < 1) abort();
  pairs_free(&pairs);
}

static void try_study(const char *path, const struct study_columns *columns) {
  struct studies studies;
  struct fault fault = {0};
  enum status status = studies_read(path, columns, &studies, &fault);
  if (!status != !fault.text[0] || !status != !!studies.count) abort();
  for (size_t i = 0; i < studies.count; i++) {
    const struct study *study = &studies.items[i];
    size_t count = study->parts.count * study->operators.count * study->trials;
    if (!count) abort();
    for (size_t v = 0; v < count; v++)
      if (!isfinite(study->values[v])) abort();
  }
  studies_free(&studies);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  const char *path = fuzz_file(bytes, size);
  try_pairs(path);
  try_study(path, &(struct study_columns){.part = "part", .operator_ = "operator", .value = "value"});
  try_study(path, &(struct study_columns){.part = "part", .value = "value", .dimension = "dimension"});
  return 0;
}

uint8_t *fuzz_seed(int i, size_t *size) {
  char *seed = seeds[i] ? strdup(seeds[i]) : NULL;
  *size = seed ? strlen(seed) : 0;
  return (uint8_t *)seed;
}
