/* How noisy a picture is. */
#ifndef ASSAY_ENGINE_NOISE_H
#define ASSAY_ENGINE_NOISE_H

#include "engine/image.h"

/* Standard deviation of the noise of a plane, grey levels: the median absolute response of Immerkaer's mask
 * (1 -2 1; -2 4 -2; 1 -2 1) (Computer Vision and Image Understanding 64, 1996), which smooth light and straight edges
 * do not answer to, as a normal deviation; of a large plane that of rows spread over it. 0 for a plane under 3 x 3. */
double noise_of(const struct plane *plane);

#endif
