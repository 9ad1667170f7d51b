#include "models/library.h"

#include <dlfcn.h>
#include <string.h>

enum status library_load(const char *file, const struct library_function *functions, void **handle,
                         struct fault *fault) {
  *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!*handle) return fault_set(fault, STATUS_UNAVAILABLE, "%s cannot be loaded: %s", file, dlerror());
  for (; functions->name; functions++) {
    void *found = dlsym(*handle, functions->name);
    if (!found) return fault_set(fault, STATUS_UNAVAILABLE, "%s has no %s", file, functions->name);
    /* C gives a pointer to an object no way to a function but its bytes. */
    memcpy(functions->pointer, &found, sizeof found);
  }
  return STATUS_OK;
}
