/* Inside of the CPU backend. */
#ifndef ASSAY_KERNELS_CPU_CPU_H
#define ASSAY_KERNELS_CPU_CPU_H

#include "kernels/arguments.h"

#include <stdbool.h>

/* Row y of a view, as elements of one size. */
static inline uint8_t *cpu_row8(const struct kernel_image *image, int32_t y) {
  return (uint8_t *)image->buffer->bytes + image->offset + (size_t)y * (size_t)image->stride;
}
static inline uint16_t *cpu_row16(const struct kernel_image *image, int32_t y) {
  return (uint16_t *)image->buffer->bytes + image->offset + (size_t)y * (size_t)image->stride;
}
static inline uint32_t *cpu_row32(const struct kernel_image *image, int32_t y) {
  return (uint32_t *)image->buffer->bytes + image->offset + (size_t)y * (size_t)image->stride;
}

static inline int16_t *cpu_row_signed(const struct kernel_image *image, int32_t y) {
  return (int16_t *)image->buffer->bytes + image->offset + (size_t)y * (size_t)image->stride;
}

/* The nearest index that exists: pictures end by repeating their edge. */
static inline int32_t cpu_edge(int32_t at, int32_t size) {
  return at < 0 ? 0 : at >= size ? size - 1 : at;
}

/* Context and memory, the same for every level. */
enum kernel_status cpu_open(struct kernel_context **context);
void cpu_close(struct kernel_context *context);
enum kernel_status cpu_wait(struct kernel_context *context);
enum kernel_status cpu_allocate(struct kernel_context *context, size_t bytes, struct kernel_buffer **buffer);
enum kernel_status cpu_borrow(struct kernel_context *context, const void *host, size_t bytes,
                              struct kernel_buffer **buffer);
void *cpu_view(struct kernel_buffer *buffer);
void cpu_release(struct kernel_context *context, struct kernel_buffer *buffer);
enum kernel_status cpu_upload(struct kernel_context *context, struct kernel_buffer *buffer, size_t at, const void *host,
                              size_t bytes);
enum kernel_status cpu_download(struct kernel_context *context, const struct kernel_buffer *buffer, size_t at,
                                void *host, size_t bytes);

/* The operations of the reference. */
enum kernel_status cpu_halve(struct kernel_context *context, const struct kernel_halve *call);
enum kernel_status cpu_halve_mask(struct kernel_context *context, const struct kernel_halve_mask *call);
enum kernel_status cpu_tile_sums(struct kernel_context *context, const struct kernel_tile_sums *call);
enum kernel_status cpu_warp(struct kernel_context *context, const struct kernel_warp *call);
enum kernel_status cpu_warp_chroma(struct kernel_context *context, const struct kernel_warp_chroma *call);
enum kernel_status cpu_bend(struct kernel_context *context, const struct kernel_bend *call);
enum kernel_status cpu_focus_sums(struct kernel_context *context, const struct kernel_focus_sums *call);
enum kernel_status cpu_accumulate(struct kernel_context *context, const struct kernel_accumulate *call);
enum kernel_status cpu_statistics(struct kernel_context *context, const struct kernel_statistics *call);
enum kernel_status cpu_limits(struct kernel_context *context, const struct kernel_limits *call);
enum kernel_status cpu_limits_of_one(struct kernel_context *context, const struct kernel_limits_of_one *call);
enum kernel_status cpu_compare(struct kernel_context *context, const struct kernel_compare *call);
enum kernel_status cpu_compare_of_one(struct kernel_context *context, const struct kernel_compare_of_one *call);
enum kernel_status cpu_components(struct kernel_context *context, const struct kernel_components *call);
enum kernel_status cpu_profiles(struct kernel_context *context, const struct kernel_profiles *call);
enum kernel_status cpu_cell_sums(struct kernel_context *context, const struct kernel_cell_sums *call);

#endif
