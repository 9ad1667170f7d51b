#include "engine/device.h"

#include <stdlib.h>
#include <string.h>

enum status device_open(const struct kernel_backend *backend, struct device *device, struct fault *fault) {
  device->backend = backend;
  device->context = NULL;
  return device_check(backend->open(&device->context), "opening it", fault);
}

void device_close(struct device *device) {
  if (device->backend) device->backend->close(device->context);
  memset(device, 0, sizeof *device);
}

enum status device_check(enum kernel_status status, const char *operation, struct fault *fault) {
  switch (status) {
  case KERNEL_OK:
    return STATUS_OK;
  case KERNEL_NO_MEMORY:
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", operation);
  case KERNEL_DEVICE:
    return fault_set(fault, STATUS_DEVICE, "the GPU failed, is lost or taken: %s", operation);
  case KERNEL_ARGUMENT:
    break;
  }
  return fault_set(fault, STATUS_INTERNAL, "%s: the kernel was called with arguments that do not fit", operation);
}

enum status device_wait(struct device *device, struct fault *fault) {
  return device_check(device->backend->wait(device->context), "waiting for the device", fault);
}

enum status device_reserve(struct device *device, struct device_memory *memory, size_t bytes, struct fault *fault) {
  if (memory->buffer && memory->size >= bytes) return STATUS_OK;
  device_release(device, memory);
  enum kernel_status got = device->backend->memory.allocate(device->context, bytes, &memory->buffer);
  /* Only the CPU's memory is the machine's own. */
  if (got == KERNEL_NO_MEMORY && !device->backend->level)
    return fault_set(fault, STATUS_DEVICE, "the GPU has no memory left for %zu bytes", bytes);
  enum status status = device_check(got, "taking memory", fault);
  if (!status) memory->size = bytes;
  return status;
}

void device_release(struct device *device, struct device_memory *memory) {
  if (memory->buffer) device->backend->memory.release(device->context, memory->buffer);
  memset(memory, 0, sizeof *memory);
}

enum status device_upload(struct device *device, struct device_memory *memory, const void *host, size_t bytes,
                          struct fault *fault) {
  enum status status = device_reserve(device, memory, bytes, fault);
  if (status) return status;
  return device_check(device->backend->memory.upload(device->context, memory->buffer, 0, host, bytes), "upload", fault);
}

enum status device_download(struct device *device, const struct device_memory *memory, void *host, size_t bytes,
                            struct fault *fault) {
  return device_check(device->backend->memory.download(device->context, memory->buffer, 0, host, bytes), "download",
                      fault);
}

static enum status borrow(struct device *device, struct device_memory *memory, const void *host, size_t bytes,
                          struct fault *fault) {
  return device_check(device->backend->memory.borrow(device->context, host, bytes, &memory->buffer), "borrow", fault);
}

enum status device_lend(struct device *device, struct device_memory *memory, const void *host, size_t bytes,
                        struct fault *fault) {
  return device->backend->memory.borrow ? borrow(device, memory, host, bytes, fault)
                                        : device_upload(device, memory, host, bytes, fault);
}

enum status device_lend_answer(struct device *device, struct device_memory *memory, void *host, size_t bytes,
                               struct fault *fault) {
  return device->backend->memory.borrow ? borrow(device, memory, host, bytes, fault)
                                        : device_reserve(device, memory, bytes, fault);
}

enum status device_answer(struct device *device, const struct device_memory *memory, void *host, size_t bytes,
                          struct fault *fault) {
  return device->backend->memory.borrow ? STATUS_OK : device_download(device, memory, host, bytes, fault);
}

struct kernel_image device_view(const struct device_memory *memory, int32_t width, int32_t height) {
  return (struct kernel_image){.buffer = memory->buffer, .width = width, .height = height, .stride = width};
}

struct kernel_image device_rows(const struct kernel_image *view, int32_t first, int32_t rows) {
  struct kernel_image part = *view;
  part.offset += (size_t)first * (size_t)view->stride;
  part.height = rows;
  return part;
}

enum status device_upload_plane(struct device *device, struct device_memory *memory, const struct plane *plane,
                                struct kernel_image *view, struct fault *fault) {
  size_t width = (size_t)plane->width, height = (size_t)plane->height;
  enum status status = device_reserve(device, memory, width * height, fault);
  if (status) return status;
  *view = device_view(memory, plane->width, plane->height);
  const struct kernel_memory *m = &device->backend->memory;
  if (plane->stride == width)
    return device_check(m->upload(device->context, memory->buffer, 0, plane->pixels, width * height), "upload", fault);
  for (size_t y = 0; y < height && !status; y++)
    status =
        device_check(m->upload(device->context, memory->buffer, y * width, plane->pixels + y * plane->stride, width),
                     "upload", fault);
  return status;
}

enum status device_borrow_plane(struct device *device, struct device_memory *memory, const struct plane *plane,
                                struct kernel_image *view, struct fault *fault) {
  if (!device->backend->memory.borrow) return device_upload_plane(device, memory, plane, view, fault);
  size_t bytes = plane->stride * (size_t)(plane->height - 1) + (size_t)plane->width;
  enum status status = borrow(device, memory, plane->pixels, bytes, fault);
  if (status) return status;
  *view = device_view(memory, plane->width, plane->height);
  view->stride = (int32_t)plane->stride;
  return STATUS_OK;
}

enum status device_download_plane(struct device *device, const struct kernel_image *view, struct plane *plane,
                                  struct fault *fault) {
  const struct kernel_memory *m = &device->backend->memory;
  size_t width = (size_t)view->width, height = (size_t)view->height;
  if (plane->stride == width && (size_t)view->stride == width)
    return device_check(m->download(device->context, view->buffer, view->offset, plane->pixels, width * height),
                        "download", fault);
  enum status status = STATUS_OK;
  for (size_t y = 0; y < height && !status; y++)
    status = device_check(m->download(device->context, view->buffer, view->offset + y * (size_t)view->stride,
                                      plane->pixels + y * plane->stride, width),
                          "download", fault);
  return status;
}

bool device_host_plane(const struct device *device, const struct kernel_image *view, struct plane *plane) {
  const struct kernel_memory *m = &device->backend->memory;
  if (!m->view) return false;
  *plane =
      (struct plane){(uint8_t *)m->view(view->buffer) + view->offset, view->width, view->height, (size_t)view->stride};
  return true;
}

enum status device_download_part(struct device *device, const struct kernel_image *view, size_t element, int32_t left,
                                 int32_t top, int32_t width, int32_t height, void *host, struct fault *fault) {
  const struct kernel_memory *m = &device->backend->memory;
  size_t row = (size_t)width * element;
  enum status status = STATUS_OK;
  for (int32_t y = 0; y < height && !status; y++) {
    size_t at = view->offset + ((size_t)top + (size_t)y) * (size_t)view->stride + (size_t)left;
    status = device_check(m->download(device->context, view->buffer, at * element, (char *)host + (size_t)y * row, row),
                          "download", fault);
  }
  return status;
}

enum status device_upload_part(struct device *device, const struct kernel_image *view, size_t element, int32_t left,
                               int32_t top, int32_t width, int32_t height, const void *host, struct fault *fault) {
  const struct kernel_memory *m = &device->backend->memory;
  size_t row = (size_t)width * element;
  enum status status = STATUS_OK;
  for (int32_t y = 0; y < height && !status; y++) {
    size_t at = view->offset + ((size_t)top + (size_t)y) * (size_t)view->stride + (size_t)left;
    const char *from = (const char *)host + (size_t)y * row;
    status = device_check(m->upload(device->context, view->buffer, at * element, from, row), "upload", fault);
  }
  return status;
}
