/* A device of the reference for tests of what needs one: set-up and tear-down of a group of tests. */
#ifndef ASSAY_TESTS_ENGINE_ON_CPU_H
#define ASSAY_TESTS_ENGINE_ON_CPU_H

#include "engine/device.h"

static struct device device;

static inline int open_device(void **state) {
  (void)state;
  return device_open(&kernel_cpu, &device, NULL) != STATUS_OK;
}

static inline int close_device(void **state) {
  (void)state;
  device_close(&device);
  return 0;
}

#endif
