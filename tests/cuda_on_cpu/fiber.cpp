#include "tests/cuda_on_cpu/fiber.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <sys/mman.h>
#ifndef __x86_64__
#include <ucontext.h>
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace cuda_on_cpu {

namespace {

constexpr size_t page = 4096;
#ifdef __SANITIZE_ADDRESS__
constexpr size_t stack_size = 256 * 1024;
#else
constexpr size_t stack_size = 64 * 1024;
#endif

} // namespace

#ifdef __x86_64__

/* Keeps what a called function must keep, and changes the stack. */
extern "C" void cuda_on_cpu_switch(void **from, void *to);
asm(".text\n"
    ".globl cuda_on_cpu_switch\n"
    ".type cuda_on_cpu_switch, @function\n"
    "cuda_on_cpu_switch:\n"
    "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
    "  ret\n"
    ".size cuda_on_cpu_switch, . - cuda_on_cpu_switch\n");

struct machine {
  void *stack_pointer;
};

static void switch_machine(machine *from, machine *to) {
  cuda_on_cpu_switch(&from->stack_pointer, to->stack_pointer);
}

static void prepare(machine *m, char *base, size_t size, void (*start)()) {
  auto *top = reinterpret_cast<void **>(base + size);
  *--top = nullptr; /* where `start` would return to; keeps the alignment of a call */
  *--top = reinterpret_cast<void *>(start);
  for (int i = 0; i < 6; i++) *--top = nullptr;
  m->stack_pointer = top;
}

#else

struct machine {
  ucontext_t context;
};

static void switch_machine(machine *from, machine *to) {
  swapcontext(&from->context, &to->context);
}

static void prepare(machine *m, char *base, size_t size, void (*start)()) {
  getcontext(&m->context);
  m->context.uc_stack.ss_sp = base;
  m->context.uc_stack.ss_size = size;
  m->context.uc_link = nullptr;
  makecontext(&m->context, start, 0);
}

#endif

struct fiber {
  machine state;
  char *memory, *base; /* with a guard page below; where the stack starts */
  size_t size;
  void (*main_loop)();
  void *fake_stack; /* ASan's */
};

/* Where the host stands while a fiber runs, and which one. */
static struct {
  machine state;
  fiber *running;
  const void *stack;
  size_t size;
  void *fake_stack;
} host;

static void about_to_switch(void **keep, const void *stack, size_t size) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(keep, stack, size);
#else
  (void)keep, (void)stack, (void)size;
#endif
}

static void have_switched(void *kept, const void **stack, size_t *size) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(kept, stack, size);
#else
  (void)kept, (void)stack, (void)size;
#endif
}

static void begin() {
  have_switched(nullptr, &host.stack, &host.size);
  host.running->main_loop();
  abort();
}

fiber *fiber_make(void (*main_loop)()) {
  static unsigned made;
  auto *f = static_cast<fiber *>(calloc(1, sizeof(fiber)));
  void *memory = mmap(nullptr, stack_size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!f || memory == MAP_FAILED || mprotect(memory, page, PROT_NONE)) {
    fprintf(stderr, "cuda on cpu: no memory for a fiber\n");
    abort();
  }
  f->memory = static_cast<char *>(memory);
  f->base = f->memory + page;
  /* Tops that are a multiple of the page apart would all fall into the same lines of the cache. */
  f->size = stack_size - static_cast<size_t>(made++ % 32) * 128;
  f->main_loop = main_loop;
  prepare(&f->state, f->base, f->size, begin);
  return f;
}

void fiber_free(fiber *f) {
  munmap(f->memory, stack_size + page);
  free(f);
}

void fiber_enter(fiber *f) {
  host.running = f;
  about_to_switch(&host.fake_stack, f->base, f->size);
  switch_machine(&host.state, &f->state);
  have_switched(host.fake_stack, nullptr, nullptr);
}

void fiber_leave() {
  fiber *f = host.running;
  about_to_switch(&f->fake_stack, host.stack, host.size);
  switch_machine(&f->state, &host.state);
  have_switched(f->fake_stack, &host.stack, &host.size);
}

} // namespace cuda_on_cpu
