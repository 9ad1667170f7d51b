#include "tests/fault/inject.h"

#include <new>

/* operator new(size_t) and new[](size_t, nothrow) by the names that the linker knows. */
extern "C" {
void *__real__Znwm(std::size_t size);
void *__wrap__Znwm(std::size_t size);
void *__real__ZnwmRKSt9nothrow_t(std::size_t size, const std::nothrow_t &how) noexcept;
void *__wrap__ZnwmRKSt9nothrow_t(std::size_t size, const std::nothrow_t &how) noexcept;
void *__real__ZnamRKSt9nothrow_t(std::size_t size, const std::nothrow_t &how) noexcept;
void *__wrap__ZnamRKSt9nothrow_t(std::size_t size, const std::nothrow_t &how) noexcept;
}

void *__wrap__Znwm(std::size_t size) {
  if (inject("new", __builtin_return_address(0))) throw std::bad_alloc();
  return __real__Znwm(size);
}

void *__wrap__ZnwmRKSt9nothrow_t(std::size_t size, const std::nothrow_t &how) noexcept {
  return inject("new", __builtin_return_address(0)) ? nullptr : __real__ZnwmRKSt9nothrow_t(size, how);
}

void *__wrap__ZnamRKSt9nothrow_t(std::size_t size, const std::nothrow_t &how) noexcept {
  return inject("new", __builtin_return_address(0)) ? nullptr : __real__ZnamRKSt9nothrow_t(size, how);
}
