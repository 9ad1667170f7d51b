/* Which backend does the work of an inspector, and why. */
#ifndef ASSAY_ENGINE_BACKEND_H
#define ASSAY_ENGINE_BACKEND_H

#include "engine/device.h"
#include "engine/inspect.h"

/* Opens a device for these options: with "auto" a GPU where there is one that can be had, else the CPU. `why` gets what
 * it is or why it is not a GPU, in words. STATUS_UNAVAILABLE where this machine or build has not what they ask for,
 * STATUS_DEVICE where the GPU that they ask for by name cannot be had. */
enum status backend_open(const struct inspect_options *options, struct device *device, char *why, size_t size,
                         struct fault *fault);

#endif
