/* Writes pictures as PNG, quickly rather than small. */
#ifndef ASSAY_CLI_PNG_WRITE_H
#define ASSAY_CLI_PNG_WRITE_H

#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

/* Makes one of pixels as 0x??RRGGBB, rows `stride` pixels apart, 1 to 100,000 pixels a side; they are not needed any
 * more then. The same pixels give the same bytes with one version of ISA-L on one processor, on however many threads.
 */
struct png;
enum status png_pack(const uint32_t *pixels, int width, int height, size_t stride, int threads, struct png **packed,
                     struct fault *fault);

/* Writes the file and frees what was packed, in any case. STATUS_MEMORY; STATUS_IO, and then there is no file, or still
 * the one before. */
enum status png_put(struct png *packed, const char *path, struct fault *fault);

#endif
