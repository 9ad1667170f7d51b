/* Changes to the text of a golden.yaml that leave the rest of it as somebody wrote it, comments and all. */
#ifndef ASSAY_MODELS_SPEC_EDIT_H
#define ASSAY_MODELS_SPEC_EDIT_H

#include "models/spec.h"
#include "models/status.h"

#include <stddef.h>

/* The text must be one that spec_parse takes, and the new one is; the caller frees it. `file` is for messages. */

/* Sets tolerance.scale. */
enum status spec_edit_scale(const char *text, size_t size, const char *file, double scale, char **edited,
                            struct fault *fault);

/* Adds to `approved`. */
enum status spec_edit_approve(const char *text, size_t size, const char *file, const struct spec_approval *approval,
                              char **edited, struct fault *fault);

#endif
