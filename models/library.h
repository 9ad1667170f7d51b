/* Libraries that are loaded when they are asked for: most work needs nothing of them, and they bring many others, which
 * take longer to load than a small photo to judge. */
#ifndef ASSAY_MODELS_LIBRARY_H
#define ASSAY_MODELS_LIBRARY_H

#include "models/status.h"

#include <stddef.h>

/* A function of a library, and where its address goes: the address of a pointer to a function. */
struct library_function {
  const char *name;
  void *pointer;
};

/* Loads the library by its file name and finds all functions, whose list ends with a name of NULL. It stays loaded
 * until the process ends. STATUS_UNAVAILABLE says what is not there. Not for two threads at the same time. */
enum status library_load(const char *file, const struct library_function *functions, void **handle,
                         struct fault *fault);

#endif
