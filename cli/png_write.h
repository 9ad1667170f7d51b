/* Writes pictures as PNG, quickly rather than small. */
#ifndef ASSAY_CLI_PNG_WRITE_H
#define ASSAY_CLI_PNG_WRITE_H

#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

/* Pixels as 0x??RRGGBB, rows `stride` pixels apart, 1 to 100,000 pixels a side. The same pixels give the same bytes
 * with one version of ISA-L on one processor, on however many threads. STATUS_MEMORY; STATUS_IO, and then there is no
 * file, or still the one before. */
enum status png_write(const char *path, const uint32_t *pixels, int width, int height, size_t stride, int threads,
                      struct fault *fault);

#endif
