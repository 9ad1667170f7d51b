/* What the tests of goldens start from: a folder with two photos, a mask, a spec that names it, and room for a golden.
 */
#ifndef ASSAY_TESTS_MODELS_GOLDEN_PLACE_H
#define ASSAY_TESTS_MODELS_GOLDEN_PLACE_H

#include "models/golden.h"

struct place {
  char *folder, *first, *second, *spec, *golden;
};

struct place place_make(void);
void place_end(struct place *place);

/* golden_create of the two photos by Ann; place_created fails the test where it fails. */
enum status place_create(const struct place *place, const char *name, const char *spec, const char *key,
                         struct fault *fault);
void place_created(const struct place *place);

/* Writes and reads a file of the golden; the caller frees the text. */
void place_put(const struct place *place, const char *name, const char *text);
char *place_read(const struct place *place, const char *name);

/* How many files and folders lie in a folder. */
int place_entries(const char *folder);

#endif
