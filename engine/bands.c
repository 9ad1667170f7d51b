#include "engine/bands.h"

#include "engine/crew.h"

/* Bands begin where cells of the grids do, and where a pixel of a plane of half the size does. */
enum { STEP = 2 * KERNEL_CELL, BANDS_A_THREAD = 4 };

struct bands {
  struct device *device;
  const struct kernel_warp *warp; /* or */
  const struct kernel_warp_chroma *chroma;
  int32_t width, height, rows; /* rows: of a band */
};

/* What one band needs. */
struct band {
  struct device device;
  struct device_memory place, light;
  int32_t top, rows;
};

/* The grid from a row of corners on, with `values` int32 a corner. */
static enum status grid_from(struct band *band, struct kernel_buffer *grid, int32_t width, int32_t height,
                             size_t values, struct device_memory *part, struct fault *fault) {
  const struct kernel_memory *m = &band->device.backend->memory;
  size_t pitch = (size_t)KERNEL_NODES(width) * values, before = (size_t)(band->top / KERNEL_CELL);
  size_t rows = (size_t)KERNEL_NODES(height) - before;
  const int32_t *first = (const int32_t *)m->view(grid) + before * pitch;
  return device_check(m->borrow(band->device.context, first, rows * pitch * sizeof *first, &part->buffer), "borrow",
                      fault);
}

static enum status warp(const struct bands *bands, struct band *band, struct fault *fault) {
  const struct kernel_warp *whole = bands->warp;
  struct kernel_warp call = *whole;
  enum status status = grid_from(band, whole->place, bands->width, bands->height, 2, &band->place, fault);
  if (!status) status = grid_from(band, whole->light, bands->width, bands->height, 2, &band->light, fault);
  if (status) return status;
  call.place = band->place.buffer, call.light = band->light.buffer;
  call.out = device_rows(&whole->out, band->top, band->rows);
  if (whole->tint.buffer) call.tint = device_rows(&whole->tint, band->top / 2, (band->rows + 1) / 2);
  return device_check(band->device.backend->operations.warp(band->device.context, &call), "warp", fault);
}

static enum status warp_chroma(const struct bands *bands, struct band *band, struct fault *fault) {
  const struct kernel_warp_chroma *whole = bands->chroma;
  struct kernel_warp_chroma call = *whole;
  enum status status = grid_from(band, whole->place, bands->width, bands->height, 2, &band->place, fault);
  if (!status) status = grid_from(band, whole->light, bands->width, bands->height, 8, &band->light, fault);
  if (status) return status;
  call.place = band->place.buffer, call.light = band->light.buffer;
  call.out_cb = device_rows(&whole->out_cb, band->top, band->rows);
  call.out_cr = device_rows(&whole->out_cr, band->top, band->rows);
  call.tint = device_rows(&whole->tint, band->top, band->rows);
  call.seen = device_rows(&whole->seen, band->top, band->rows);
  return device_check(band->device.backend->operations.warp_chroma(band->device.context, &call), "warp_chroma", fault);
}

static enum status do_band(void *context, size_t index, struct fault *fault) {
  const struct bands *bands = context;
  struct band band = {.top = (int32_t)index * bands->rows};
  band.rows = bands->height - band.top < bands->rows ? bands->height - band.top : bands->rows;
  enum status status = device_open(bands->device->backend, &band.device, fault);
  if (status) return status;
  status = bands->warp ? warp(bands, &band, fault) : warp_chroma(bands, &band, fault);
  device_release(&band.device, &band.place);
  device_release(&band.device, &band.light);
  device_close(&band.device);
  return status;
}

static enum status run(struct bands *bands, int threads, struct fault *fault) {
  int32_t steps = (bands->height + STEP - 1) / STEP, most = BANDS_A_THREAD * threads;
  bands->rows = STEP * ((steps + most - 1) / most);
  const struct crew crew = {threads, do_band, bands};
  return crew_run(&crew, (size_t)((bands->height + bands->rows - 1) / bands->rows), fault);
}

enum status bands_warp(struct device *device, int threads, const struct kernel_warp *call, struct fault *fault) {
  struct bands bands = {.device = device, .warp = call, .width = call->out.width, .height = call->out.height};
  if (threads > 1) return run(&bands, threads, fault);
  return device_check(device->backend->operations.warp(device->context, call), "warp", fault);
}

enum status bands_warp_chroma(struct device *device, int threads, const struct kernel_warp_chroma *call,
                              struct fault *fault) {
  struct bands bands = {.device = device, .chroma = call, .width = call->out_cb.width, .height = call->out_cb.height};
  if (threads > 1) return run(&bands, threads, fault);
  return device_check(device->backend->operations.warp_chroma(device->context, call), "warp_chroma", fault);
}
