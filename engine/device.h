/* The engine's hold on a backend: memory that is kept from photo to photo, and kernel statuses as statuses. */
#ifndef ASSAY_ENGINE_DEVICE_H
#define ASSAY_ENGINE_DEVICE_H

#include "engine/image.h"
#include "kernels/kernels.h"
#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

/* A backend and one thread's context of it. */
struct device {
  const struct kernel_backend *backend;
  struct kernel_context *context;
};

/* Device memory that only grows. All zero is empty. */
struct device_memory {
  struct kernel_buffer *buffer;
  size_t size;
};

enum status device_open(const struct kernel_backend *backend, struct device *device, struct fault *fault);
void device_close(struct device *device);

/* STATUS_OK for KERNEL_OK, else a fault that names the operation: STATUS_DEVICE where the CPU could do the same. */
enum status device_check(enum kernel_status status, const char *operation, struct fault *fault);

/* Until all work of the context is done: before another context reads what it wrote. */
enum status device_wait(struct device *device, struct fault *fault);

/* At least `bytes` of memory; contents are lost when it has to grow. */
enum status device_reserve(struct device *device, struct device_memory *memory, size_t bytes, struct fault *fault);
void device_release(struct device *device, struct device_memory *memory);

/* Reserves and uploads / downloads `bytes` from the start. */
enum status device_upload(struct device *device, struct device_memory *memory, const void *host, size_t bytes,
                          struct fault *fault);
enum status device_download(struct device *device, const struct device_memory *memory, void *host, size_t bytes,
                            struct fault *fault);

/* The same without a copy where the backend works on host memory, which then must stay as it is as long as the memory
 * is used; `memory` is for this alone. */
enum status device_lend(struct device *device, struct device_memory *memory, const void *host, size_t bytes,
                        struct fault *fault);
/* Memory for what an operation answers: `host` itself where the backend works on host memory, and device_answer brings
 * it there where not. `memory` is for this alone. */
enum status device_lend_answer(struct device *device, struct device_memory *memory, void *host, size_t bytes,
                               struct fault *fault);
enum status device_answer(struct device *device, const struct device_memory *memory, void *host, size_t bytes,
                          struct fault *fault);

/* A view over the whole of a memory, rows without padding. */
struct kernel_image device_view(const struct device_memory *memory, int32_t width, int32_t height);
/* Some rows of a view. */
struct kernel_image device_rows(const struct kernel_image *view, int32_t first, int32_t rows);

/* Uploads a host plane into `memory` (rows without padding) and gives its view. */
enum status device_upload_plane(struct device *device, struct device_memory *memory, const struct plane *plane,
                                struct kernel_image *view, struct fault *fault);
/* A view of a host plane for reading, without a copy where the backend works on host memory. The plane must stay as it
 * is while the view is used; `memory` is for this alone. */
enum status device_borrow_plane(struct device *device, struct device_memory *memory, const struct plane *plane,
                                struct kernel_image *view, struct fault *fault);
/* Downloads a u8 view without padding into a host plane of the same size. */
enum status device_download_plane(struct device *device, const struct kernel_image *view, struct plane *plane,
                                  struct fault *fault);
/* The pixels of a u8 view themselves, valid as long as its memory, where the backend works on host memory; false: they
 * are to be downloaded. Nothing that writes them may be under way. */
bool device_host_plane(const struct device *device, const struct kernel_image *view, struct plane *plane);
/* Downloads a part of a view, whose elements have `element` bytes, into rows without padding. */
enum status device_download_part(struct device *device, const struct kernel_image *view, size_t element, int32_t left,
                                 int32_t top, int32_t width, int32_t height, void *host, struct fault *fault);
/* The other way. */
enum status device_upload_part(struct device *device, const struct kernel_image *view, size_t element, int32_t left,
                               int32_t top, int32_t width, int32_t height, const void *host, struct fault *fault);

#endif
