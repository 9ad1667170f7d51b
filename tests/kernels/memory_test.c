#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 1000, LARGE = 5000001 };

/* Asked by the address sanitizer: memory that is not there is NULL, as without it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
  return "allocator_may_return_null=1";
}

/* Calls `check` with each implementation's backend and an open context. */
static void on_each(void (*check)(const struct kernel_backend *backend, struct kernel_context *device)) {
  for (size_t i = 0; i < harness_implementation_count; i++) {
    const struct kernel_backend *backend = harness_implementations[i].get();
    struct kernel_context *device;
    if (!backend) continue;
    print_message("%s: %s\n", harness_implementations[i].name, backend->name);
    assert_int_equal(backend->open(&device), KERNEL_OK);
    check(backend, device);
    backend->close(device);
  }
}

static void check_zeroed(const struct kernel_backend *backend, struct kernel_context *device) {
  uint8_t host[SIZE];
  for (size_t size = 0; size <= SIZE; size += 250) {
    struct kernel_buffer *buffer;
    memset(host, 7, sizeof host);
    assert_int_equal(backend->memory.allocate(device, size, &buffer), KERNEL_OK);
    assert_int_equal(backend->memory.download(device, buffer, 0, host, size), KERNEL_OK);
    for (size_t i = 0; i < SIZE; i++) assert_int_equal(host[i], i < size ? 0 : 7);
    backend->memory.release(device, buffer);
  }
  backend->memory.release(device, NULL);
}

static void check_borrowed(const struct kernel_backend *backend, struct kernel_context *device) {
  const struct kernel_memory *m = &backend->memory;
  static const uint8_t host[2][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}};
  uint8_t pixel[2];
  struct kernel_buffer *buffer = NULL;
  if (!m->borrow) return;
  for (int i = 0; i < 2; i++) {
    assert_int_equal(m->borrow(device, host[i], 4, &buffer), KERNEL_OK);
    assert_int_equal(m->download(device, buffer, 1, pixel, 2), KERNEL_OK);
    assert_memory_equal(pixel, host[i] + 1, 2);
    assert_int_equal(m->download(device, buffer, 3, pixel, 2), KERNEL_ARGUMENT);
  }
  m->release(device, buffer);
}

static void check_viewed(const struct kernel_backend *backend, struct kernel_context *device) {
  const struct kernel_memory *m = &backend->memory;
  uint8_t host[2] = {0, 0};
  struct kernel_buffer *buffer;
  if (!m->view) return;
  assert_int_equal(m->allocate(device, 4, &buffer), KERNEL_OK);
  uint8_t *bytes = m->view(buffer);
  assert_int_equal(m->upload(device, buffer, 1, "ab", 2), KERNEL_OK);
  assert_memory_equal(bytes, "\0ab", 4);
  bytes[2] = 'c';
  assert_int_equal(m->download(device, buffer, 1, host, 2), KERNEL_OK);
  assert_memory_equal(host, "ac", 2);
  m->release(device, buffer);
}

static void viewed_memory_is_the_buffers_own(void **state) {
  (void)state;
  on_each(check_viewed);
}

static void borrowed_memory_is_the_hosts_own(void **state) {
  (void)state;
  on_each(check_borrowed);
}

/* Large buffers may come from elsewhere than small ones. */
static void check_large(const struct kernel_backend *backend, struct kernel_context *device) {
  static uint8_t host[LARGE];
  const struct kernel_memory *m = &backend->memory;
  struct kernel_buffer *buffer;
  memset(host, 7, sizeof host);
  assert_int_equal(m->allocate(device, LARGE, &buffer), KERNEL_OK);
  assert_int_equal(m->download(device, buffer, 0, host, LARGE), KERNEL_OK);
  for (size_t i = 0; i < LARGE; i++)
    if (host[i]) fail_msg("%s: byte %zu is %d, expected 0", backend->name, i, host[i]);
  assert_int_equal(m->upload(device, buffer, LARGE - 1, "x", 1), KERNEL_OK);
  assert_int_equal(m->upload(device, buffer, LARGE, "x", 1), KERNEL_ARGUMENT);
  assert_int_equal(m->download(device, buffer, LARGE - 1, host, 1), KERNEL_OK);
  assert_int_equal(host[0], 'x');
  m->release(device, buffer);
}

/* In several parts, one on its way while the next is made ready; the host's memory is the caller's again at once. */
static void check_large_copies(const struct kernel_backend *backend, struct kernel_context *device) {
  static uint8_t host[LARGE];
  const struct kernel_memory *m = &backend->memory;
  struct kernel_buffer *buffer;
  for (size_t i = 0; i < LARGE; i++) host[i] = (uint8_t)(i * 31 + i / 251);
  assert_int_equal(m->allocate(device, LARGE, &buffer), KERNEL_OK);
  assert_int_equal(m->upload(device, buffer, 0, host, LARGE), KERNEL_OK);
  memset(host, 7, sizeof host);
  assert_int_equal(m->download(device, buffer, 0, host, LARGE), KERNEL_OK);
  for (size_t i = 0; i < LARGE; i++)
    if (host[i] != (uint8_t)(i * 31 + i / 251)) fail_msg("%s: byte %zu is %d", backend->name, i, host[i]);
  m->release(device, buffer);
}

static void check_ranges(const struct kernel_backend *backend, struct kernel_context *device) {
  const struct kernel_memory *m = &backend->memory;
  struct kernel_buffer *buffer;
  uint8_t host[SIZE], back[SIZE];
  for (size_t i = 0; i < SIZE; i++) host[i] = (uint8_t)(i * 31 + 1);
  assert_int_equal(m->allocate(device, SIZE, &buffer), KERNEL_OK);
  assert_int_equal(m->upload(device, buffer, 0, host, SIZE), KERNEL_OK);
  assert_int_equal(m->upload(device, buffer, 500, host, 100), KERNEL_OK);
  memcpy(host + 500, host, 100);
  assert_int_equal(m->upload(device, buffer, SIZE, host, 0), KERNEL_OK);
  assert_int_equal(m->upload(device, buffer, SIZE, host, 1), KERNEL_ARGUMENT);
  assert_int_equal(m->upload(device, buffer, 1, host, SIZE), KERNEL_ARGUMENT);
  assert_int_equal(m->upload(device, buffer, SIZE_MAX, host, 2), KERNEL_ARGUMENT);
  assert_int_equal(m->upload(device, NULL, 0, host, 1), KERNEL_ARGUMENT);
  memset(back, 0, sizeof back);
  assert_int_equal(m->download(device, buffer, 1, back, SIZE), KERNEL_ARGUMENT);
  assert_int_equal(m->download(device, buffer, SIZE_MAX, back, 2), KERNEL_ARGUMENT);
  assert_int_equal(m->download(device, NULL, 0, back, 1), KERNEL_ARGUMENT);
  for (size_t i = 0; i < SIZE; i++) assert_int_equal(back[i], 0);
  assert_int_equal(m->download(device, buffer, 0, back, SIZE), KERNEL_OK);
  assert_memory_equal(back, host, SIZE);
  assert_int_equal(m->download(device, buffer, 490, back, 20), KERNEL_OK);
  assert_memory_equal(back, host + 490, 20);
  m->release(device, buffer);
}

/* Without a wait in between. */
static void check_shared(const struct kernel_backend *backend, struct kernel_context *device) {
  const struct kernel_memory *m = &backend->memory;
  struct kernel_context *other;
  struct kernel_buffer *buffer;
  uint8_t host[SIZE];
  memset(host, 7, sizeof host);
  assert_int_equal(backend->open(&other), KERNEL_OK);
  assert_int_equal(m->allocate(device, SIZE, &buffer), KERNEL_OK);
  assert_int_equal(m->download(other, buffer, 0, host, SIZE), KERNEL_OK);
  for (size_t i = 0; i < SIZE; i++) assert_int_equal(host[i], 0);
  assert_int_equal(m->upload(other, buffer, 0, "x", 1), KERNEL_OK);
  assert_int_equal(backend->wait(other), KERNEL_OK);
  assert_int_equal(m->download(device, buffer, 0, host, 2), KERNEL_OK);
  assert_memory_equal(host, "x", 2);
  m->release(device, buffer);
  backend->close(other);
}

static void memory_that_one_context_takes_another_may_use_at_once(void **state) {
  (void)state;
  on_each(check_shared);
}

static void memory_is_zeroed(void **state) {
  (void)state;
  on_each(check_zeroed);
}

static void copies_stay_within_their_buffer(void **state) {
  (void)state;
  on_each(check_ranges);
}

static void large_buffers_are_like_small_ones(void **state) {
  (void)state;
  on_each(check_large);
  on_each(check_large_copies);
}

/* More than there is: refused, and nothing is held. */
static void check_too_much(const struct kernel_backend *backend, struct kernel_context *device) {
  struct kernel_buffer *buffer = NULL;
  assert_int_equal(backend->memory.allocate(device, (size_t)1 << 60, &buffer), KERNEL_NO_MEMORY);
  assert_null(buffer);
}

static void memory_that_is_not_there_is_refused(void **state) {
  (void)state;
  on_each(check_too_much);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(borrowed_memory_is_the_hosts_own),
      cmocka_unit_test(viewed_memory_is_the_buffers_own),
      cmocka_unit_test(memory_is_zeroed),
      cmocka_unit_test(memory_that_one_context_takes_another_may_use_at_once),
      cmocka_unit_test(copies_stay_within_their_buffer),
      cmocka_unit_test(large_buffers_are_like_small_ones),
      cmocka_unit_test(memory_that_is_not_there_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
