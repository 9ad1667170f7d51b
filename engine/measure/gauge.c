#include "engine/measure/gauge_work.h"

#include <stdlib.h>
#include <string.h>

void *gauge_room(void *array, size_t *count, size_t *capacity, size_t size) {
  void **memory = array;
  if (*count == *capacity) {
    size_t more = *capacity ? 2 * *capacity : 64;
    void *larger = realloc(*memory, more * size);
    if (!larger) return NULL;
    *memory = larger, *capacity = more;
  }
  return (char *)*memory + (*count)++ * size;
}

/* The list of gauges, and empty work for them. */
static enum status begin(struct measuring *m, const struct spec_dimension *dimensions, size_t count,
                         struct fault *fault) {
  if (!m->work) m->work = calloc(1, sizeof *m->work);
  if (!m->work) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
  struct gauge_work *w = m->work;
  m->gauge_count = m->edge_count = 0;
  for (size_t i = 0; i < count; i++) {
    if (dimensions[i].gauge == GAUGE_NONE) continue;
    struct gauge *gauge = gauge_room(&m->gauges, &m->gauge_count, &m->gauge_capacity, sizeof *gauge);
    if (!gauge) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
    memset(gauge, 0, sizeof *gauge);
    gauge->spec = &dimensions[i];
  }
  if (m->gauge_count > w->sought_capacity) {
    struct sought *larger = realloc(w->sought, m->gauge_count * sizeof *larger);
    if (!larger) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
    w->sought = larger;
    double *squares = realloc(w->squares, 2 * m->gauge_count * sizeof *squares);
    if (!squares) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
    w->squares = squares, w->sought_capacity = m->gauge_count;
  }
  return STATUS_OK;
}

static bool is_traced(const struct gauge *gauge) {
  return !gauge->why[0] && gauge->spec->gauge != GAUGE_COUNT;
}

/* Traces those that are to be; whether there were any goes to `any`. */
static enum status trace_some(struct measuring *m, const struct gauge_photo *photo, size_t first, size_t end, bool *any,
                              struct fault *fault) {
  struct gauge_work *w = m->work;
  enum status status = STATUS_OK;
  *any = false;
  w->trace_count = 0;
  strips_clear(&m->strips);
  for (size_t i = first; i < end && !status; i++) {
    if (!w->sought[i].due) continue;
    status = gauge_trace(m, photo, &m->gauges[i], fault);
    *any = true;
  }
  if (status || !*any) return status;
  status = strips_measure(&m->strips, photo->device, photo->luma, fault);
  if (!status && photo->curved) strips_to_light(&m->strips);
  size_t trace = 0;
  for (size_t i = first; i < end && !status; i++) {
    if (!w->sought[i].due) continue;
    w->sought[i].due = false;
    status = gauge_fit(m, photo, &m->gauges[i], &trace, fault);
  }
  return status;
}

/* Measures gauges first..end - 1. */
static enum status measure_some(struct measuring *m, const struct gauge_photo *photo, size_t first, size_t end,
                                struct fault *fault) {
  struct gauge_work *w = m->work;
  enum status status = STATUS_OK;
  w->seek_count = 0;
  strips_clear(&m->strips);
  for (size_t i = first; i < end && !status; i++) status = gauge_seek(m, photo, &m->gauges[i], fault);
  if (!status) status = strips_measure(&m->strips, photo->device, photo->luma, fault);
  if (status) return status;
  for (size_t i = first; i < end; i++) {
    gauge_choose(m, &m->gauges[i]);
    w->sought[i].due = is_traced(&m->gauges[i]);
  }
  for (bool any = true; any && !status;) status = trace_some(m, photo, first, end, &any, fault);
  return status;
}

enum status gauges_measure(struct measuring *m, const struct gauge_photo *photo,
                           const struct spec_dimension *dimensions, size_t count, struct fault *fault) {
  /* So few that their pixels and bins stay near the processor; a device is asked once. */
  enum { FEW = 32 };
  enum status status = begin(m, dimensions, count, fault);
  const size_t all = m->gauge_count, some = photo->device->backend->memory.borrow ? FEW : all;
  for (size_t first = 0; first < all && !status; first += some)
    status = measure_some(m, photo, first, first + some < all ? first + some : all, fault);
  if (!status && all) gauges_doubt(m);
  return status;
}

void measuring_free(struct measuring *m, struct device *device) {
  strips_free(&m->strips, device);
  if (m->work) {
    free(m->work->seeks);
    free(m->work->sought);
    free(m->work->traces);
    free(m->work->squares);
    free(m->work);
  }
  free(m->gauges);
  free(m->edges);
  memset(m, 0, sizeof *m);
}
