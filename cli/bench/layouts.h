/* What `assay bench accuracy` can look at: a layout of data, or a trial that draws its own. */
#ifndef ASSAY_CLI_LAYOUTS_H
#define ASSAY_CLI_LAYOUTS_H

#include "cli/options.h"
#include "models/status.h"

/* Each judges what the operands after the layout's name say and prints its figures. */
enum status accuracy_alignment(const struct common_options *common, struct fault *fault);
enum status accuracy_classes(const struct common_options *common, struct fault *fault);
enum status accuracy_deeppcb(const struct common_options *common, struct fault *fault);
enum status accuracy_displacement(const struct common_options *common, struct fault *fault);
enum status accuracy_oxford(const struct common_options *common, struct fault *fault);
enum status accuracy_poses(const struct common_options *common, struct fault *fault);
enum status accuracy_refusals(const struct common_options *common, struct fault *fault);

#endif
