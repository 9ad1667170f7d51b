/* A golden that asks for all that can be asked of a drawn photo, for `assay bench speed --everything`. */
#ifndef ASSAY_CLI_BENCH_EVERYTHING_H
#define ASSAY_CLI_BENCH_EVERYTHING_H

#include "models/golden.h"

/* A golden that nobody has sealed: 20 zones side by side, whose colours are judged against one of them; in one the
 * place of a rigid part is judged, another demands that its print equals the golden's. `photos` are lent. The caller
 * ends with everything_close, also after a failure. */
enum status everything_open(const struct photo *photos, size_t count, int width, int height, struct golden *golden,
                            struct fault *fault);
void everything_close(struct golden *golden);

#endif
