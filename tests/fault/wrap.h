/* How a wrapper is written: WRAP(what it returns, NAME, (parameters), (arguments), what a failure does). */
#ifndef ASSAY_TESTS_FAULT_WRAP_H
#define ASSAY_TESTS_FAULT_WRAP_H

#include "tests/fault/inject.h"

#include <errno.h>

#define WRAP(type, name, parameters, arguments, failure)                                                               \
  type __real_##name parameters;                                                                                       \
  type __wrap_##name parameters;                                                                                       \
  type __wrap_##name parameters {                                                                                      \
    if (inject(#name, __builtin_return_address(0))) failure;                                                           \
    return __real_##name arguments;                                                                                    \
  }

#define FAIL(number, value)                                                                                            \
  {                                                                                                                    \
    errno = number;                                                                                                    \
    return value;                                                                                                      \
  }

#endif
