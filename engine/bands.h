/* Operations on whole planes by several threads, a band of rows each: on backends whose memory is the host's. */
#ifndef ASSAY_ENGINE_BANDS_H
#define ASSAY_ENGINE_BANDS_H

#include "engine/device.h"

/* As the backend's operations of these names; with one thread they are just these. */
enum status bands_warp(struct device *device, int threads, const struct kernel_warp *call, struct fault *fault);
enum status bands_warp_chroma(struct device *device, int threads, const struct kernel_warp_chroma *call,
                              struct fault *fault);

#endif
