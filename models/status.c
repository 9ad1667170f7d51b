#include "models/status.h"
#include "models/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status(fault_set)(struct fault *fault, enum status status, const char *format, ...) {
  if (!fault) return status;
  fault->status = status;
  va_list args;
  va_start(args, format);
  vsnprintf(fault->text, sizeof fault->text, format, args);
  va_end(args);
  utf8_make_printable(fault->text);
  return status;
}

enum status fault_prefix(struct fault *fault, const char *format, ...) {
  if (!fault) return STATUS_INTERNAL;
  char prefix[sizeof fault->text], text[sizeof fault->text];
  va_list args;
  va_start(args, format);
  vsnprintf(prefix, sizeof prefix, format, args);
  va_end(args);
  memcpy(text, fault->text, sizeof text);
  size_t n = strlen(prefix);
  memcpy(fault->text, prefix, n);
  snprintf(fault->text + n, sizeof fault->text - n, ": %s", text);
  utf8_make_printable(fault->text);
  return fault->status;
}

int status_exit_code(enum status status) {
  switch (status) {
  case STATUS_OK:
    return 0;
  case STATUS_USAGE:
    return 64;
  case STATUS_INVALID:
  case STATUS_MISSING:
  case STATUS_LIMIT:
    return 65;
  case STATUS_UNAVAILABLE:
    return 69;
  case STATUS_IO:
    return 74;
  case STATUS_STOPPED:
    return 130;
  case STATUS_MEMORY:
  case STATUS_DEVICE:
  case STATUS_INTERNAL:
    return 70;
  }
  return 70;
}
