/* Photos that cannot be judged: what spoils each kind. */
#ifndef ASSAY_DATASETS_SPOIL_H
#define ASSAY_DATASETS_SPOIL_H

#include "datasets/camera.h"
#include "datasets/options.h"

bool spoil_wanted(const struct options *options, enum spoil kind);

/* Changes a good shot (before its mapping is made) into one of the kind. For SPOIL_WRONG_PRODUCT it stays as it is: the
 * set lays another product there. */
void spoil_shot(const struct options *options, const struct scene *scene, enum spoil kind, int index,
                struct shot *shot);

#endif
