#include "models/manifest.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *const seeds[] = {"photo,golden,lot,factory,line,shift,stage,unit,view,captured\na.jpg,g,L,F,1,night,"
                                    "print,7,front,2026-03-01T22:14\n",
                                    "\xEF\xBB\xBF\"photo\",lot\r\n\"a,\"\"b\"\"\n.jpg\",\r\n\r\n/c,\"\"",
                                    "photo\n\n\na\nb\nc", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct manifest manifest;
  struct fault fault = {0};
  enum status status = manifest_parse((const char *)bytes, size, "lists/fuzz", &manifest, &fault);
  if (!status != !fault.text[0]) abort();
  for (size_t i = 0; i < manifest.count; i++) {
    struct job *job = &manifest.rows[i].job;
    job_identify(job);
    if (!job->photo) abort();
    for (size_t text = 0; text < JOB_TEXTS; text++)
      if (job_text_get(job, text) && !job_text_valid(text, job_text_get(job, text), NULL)) abort();
  }
  manifest_free(&manifest);
  return 0;
}

uint8_t *fuzz_seed(int i, size_t *size) {
  char *seed = seeds[i] ? strdup(seeds[i]) : NULL;
  *size = seed ? strlen(seed) : 0;
  return (uint8_t *)seed;
}
