/* Libraries that are loaded when they are asked for: most work needs nothing of them, and they bring many others, which
 * take longer to load than a small photo to judge. */
#ifndef ASSAY_MODELS_LIBRARY_H
#define ASSAY_MODELS_LIBRARY_H

#include "models/status.h"

#include <stdbool.h>

/* A function of a library, and where its address goes: the address of a pointer to a function. */
struct library_function {
  const char *name;
  void *pointer;
};

/* Loads the library by its file name and finds all functions, whose list ends with a name of NULL. It stays loaded
 * until the process ends. STATUS_UNAVAILABLE says what is not there. Not for two threads at the same time. */
enum status library_load(const char *file, const struct library_function *functions, struct fault *fault);

/* A library that something needs. `lost` says what cannot be done without it, `package` is Debian's name of it. */
struct library {
  const char *file, *package, *lost;
  const struct library_function *functions;
  /* From here on library_need's: zero beforehand, then how the first asking went. */
  bool asked;
  enum status status;
  struct fault fault;
};

/* library_load, once a process however often it is asked; for any number of threads at the same time. */
enum status library_need(struct library *library, struct fault *fault);

#endif
