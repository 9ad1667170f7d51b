#include "models/library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

enum status library_load(const char *file, const struct library_function *functions, struct fault *fault) {
  void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return fault_set(fault, STATUS_UNAVAILABLE, "%s cannot be loaded: %s", file, dlerror());
  for (; functions->name; functions++) {
    void *found = dlsym(handle, functions->name);
    if (!found) return fault_set(fault, STATUS_UNAVAILABLE, "%s has no %s", file, functions->name);
    /* C gives a pointer to an object no way to a function but its bytes. */
    memcpy(functions->pointer, &found, sizeof found);
  }
  return STATUS_OK;
}

enum status library_need(struct library *library, struct fault *fault) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  if (!library->asked) library->status = library_load(library->file, library->functions, &library->fault);
  library->asked = true;
  pthread_mutex_unlock(&lock);
  if (!library->status) return STATUS_OK;
  return fault_set(fault, library->status, "%s: %s (Debian: %s)", library->lost, library->fault.text, library->package);
}
