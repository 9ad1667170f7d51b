#include "engine/backend.h"

#include "kernels/cuda/cuda.h"

#include <stdio.h>
#include <string.h>

static const struct inspect_options defaults = {0};

static const char *name_of(const struct inspect_options *options) {
  return options->backend ? options->backend : "auto";
}

/* A level of the processor that is asked for is an answer to where. */
static bool wants_gpu(const struct inspect_options *options) {
  const char *name = name_of(options);
  return strcmp(name, "cuda") == 0 || (strcmp(name, "auto") == 0 && !options->cpu);
}

static enum status open_cpu(const struct inspect_options *options, struct device *device, struct fault *fault) {
  const struct kernel_backend *backend = kernel_cpu_level(options->cpu);
  if (backend) return device_open(backend, device, fault);
  return fault_set(fault, STATUS_UNAVAILABLE,
                   "CPU level %s: this processor or this build of assay does not have it; the best it has is %s",
                   options->cpu, kernel_cpu_level(NULL)->level);
}

enum status backend_open(const struct inspect_options *options, struct device *device, char *why, size_t size,
                         struct fault *fault) {
  if (!options) options = &defaults;
  const char *name = name_of(options);
  bool must = strcmp(name, "cuda") == 0;
  struct fault trouble = {0};
  memset(device, 0, sizeof *device);
  if (!must && strcmp(name, "auto") != 0 && strcmp(name, "cpu") != 0)
    return fault_set(fault, STATUS_UNAVAILABLE, "backend %s is not in this build of assay; expected auto, cpu or cuda",
                     name);
  snprintf(why, size, "the CPU is asked for");
  if (wants_gpu(options)) {
    const struct kernel_backend *gpu = kernel_cuda_here(options->gpu, why, size);
    if (!gpu && must)
      return fault_set(fault, STATUS_UNAVAILABLE, "backend cuda: %s; expected an NVIDIA GPU and its driver, or auto",
                       why);
    enum status status = gpu ? device_open(gpu, device, &trouble) : STATUS_UNAVAILABLE;
    if (!status) return STATUS_OK;
    memset(device, 0, sizeof *device);
    if (must) {
      if (fault) *fault = trouble;
      return status;
    }
    size_t used = strlen(why);
    if (gpu) snprintf(why + used, size - used, ": %s", trouble.text);
  }
  return open_cpu(options, device, fault);
}

int inspect_gpus(const struct inspect_options *options) {
  return wants_gpu(options ? options : &defaults) ? kernel_cuda_count() : 0;
}

enum status inspect_try(const struct inspect_options *options, char *why, size_t size, struct fault *fault) {
  struct device device;
  char reason[200];
  enum status status = backend_open(options, &device, reason, sizeof reason, fault);
  if (status) return status;
  const struct kernel_backend *backend = device.backend;
  snprintf(why, size, "%s%s%s: %s", backend->name, backend->level ? ", level " : "",
           backend->level ? backend->level : "", reason);
  device_close(&device);
  return STATUS_OK;
}
