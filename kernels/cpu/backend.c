#include "kernels/cpu/cpu.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The CPU has one memory and no stream: the context only has to be something. */
struct kernel_context {
  int unused;
};

enum kernel_status cpu_open(struct kernel_context **context) {
  *context = calloc(1, sizeof **context);
  return *context ? KERNEL_OK : KERNEL_NO_MEMORY;
}

void cpu_close(struct kernel_context *context) {
  free(context);
}

enum kernel_status cpu_wait(struct kernel_context *context) {
  (void)context;
  return KERNEL_OK;
}

/* Planes of large photos are read at an angle, a page a row: large pages save most of the look-ups. */
enum { HUGE_PAGE = 2 << 20 };

/* Zeroed memory of whole large pages, where the system has them. */
static void *map_pages(size_t bytes) {
  size_t size = bytes + HUGE_PAGE;
  char *raw = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return NULL;
  size_t before = (size_t)(-(uintptr_t)raw & (HUGE_PAGE - 1)), after = size - before - bytes;
  if (before) munmap(raw, before);
  if (after) munmap(raw + before + bytes, after);
  madvise(raw + before, bytes, MADV_HUGEPAGE);
  return raw + before;
}

static bool is_mapped(size_t bytes) {
  return bytes > HUGE_PAGE && bytes <= SIZE_MAX / 2;
}

static size_t whole_pages(size_t bytes) {
  return (bytes + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
}

enum kernel_status cpu_allocate(struct kernel_context *context, size_t bytes, struct kernel_buffer **buffer) {
  (void)context;
  *buffer = NULL;
  struct kernel_buffer *made = malloc(sizeof *made);
  if (!made) return KERNEL_NO_MEMORY;
  made->size = bytes, made->borrowed = false;
  made->bytes = is_mapped(bytes) ? map_pages(whole_pages(bytes)) : calloc(1, bytes ? bytes : 1);
  if (!made->bytes) {
    free(made);
    return KERNEL_NO_MEMORY;
  }
  *buffer = made;
  return KERNEL_OK;
}

enum kernel_status cpu_borrow(struct kernel_context *context, const void *host, size_t bytes,
                              struct kernel_buffer **buffer) {
  (void)context;
  if (!*buffer && !(*buffer = malloc(sizeof **buffer))) return KERNEL_NO_MEMORY;
  **buffer = (struct kernel_buffer){.size = bytes, .bytes = (void *)(uintptr_t)host, .borrowed = true};
  return KERNEL_OK;
}

void *cpu_view(struct kernel_buffer *buffer) {
  return buffer->bytes;
}

void cpu_release(struct kernel_context *context, struct kernel_buffer *buffer) {
  (void)context;
  if (!buffer) return;
  if (buffer->borrowed) {
    free(buffer);
    return;
  }
  if (is_mapped(buffer->size)) {
    /* Threads give pages back side by side, but unmap what held them one after the other. */
    madvise(buffer->bytes, whole_pages(buffer->size), MADV_DONTNEED);
    munmap(buffer->bytes, whole_pages(buffer->size));
  } else {
    free(buffer->bytes);
  }
  free(buffer);
}

enum kernel_status cpu_upload(struct kernel_context *context, struct kernel_buffer *buffer, size_t at, const void *host,
                              size_t bytes) {
  (void)context;
  if (!range_fits(buffer, at, bytes)) return KERNEL_ARGUMENT;
  if (bytes) memcpy((char *)buffer->bytes + at, host, bytes);
  return KERNEL_OK;
}

enum kernel_status cpu_download(struct kernel_context *context, const struct kernel_buffer *buffer, size_t at,
                                void *host, size_t bytes) {
  (void)context;
  if (!range_fits(buffer, at, bytes)) return KERNEL_ARGUMENT;
  if (bytes) memcpy(host, (const char *)buffer->bytes + at, bytes);
  return KERNEL_OK;
}

const struct kernel_backend kernel_cpu = {
    .name = "cpu",
    .level = "reference",
    .open = cpu_open,
    .close = cpu_close,
    .wait = cpu_wait,
    .memory = {.allocate = cpu_allocate,
               .borrow = cpu_borrow,
               .view = cpu_view,
               .release = cpu_release,
               .upload = cpu_upload,
               .download = cpu_download},
    .operations = {.halve = cpu_halve,
                   .halve_mask = cpu_halve_mask,
                   .tile_sums = cpu_tile_sums,
                   .warp = cpu_warp,
                   .warp_chroma = cpu_warp_chroma,
                   .bend = cpu_bend,
                   .focus_sums = cpu_focus_sums,
                   .accumulate = cpu_accumulate,
                   .statistics = cpu_statistics,
                   .limits = cpu_limits,
                   .limits_of_one = cpu_limits_of_one,
                   .compare = cpu_compare,
                   .components = cpu_components,
                   .profiles = cpu_profiles,
                   .cell_sums = cpu_cell_sums,
                   .compare_of_one = cpu_compare_of_one},
};
