/* A pose from feature matches many of which are wrong: serial RANSAC with local optimisation, the same every time. */
#ifndef ASSAY_ENGINE_CONSENSUS_H
#define ASSAY_ENGINE_CONSENSUS_H

#include "engine/features.h"
#include "engine/pose.h"

/* What a search over matches came to. */
struct consensus {
  struct pose pose; /* pixels of the pictures the features are from */
  size_t inliers;   /* matches within `within` pixels of the pose, spread-checked (one a cell of 1/24 of the golden) */
  double cost;      /* sum over matches of share min(1, (error / within)^2), the matches of a cell sharing one vote */
};

/* Looks for the pose of `motion` that most matches agree with. Samples are similarities from two matches, affinities
 * from three and, for a homography, homographies from four; a sample that contradicts its matches' own scale and
 * orientation is dropped at once (Chum and Matas's LO-RANSAC, 2003, with MSAC's cost). `within` is in photo pixels.
 * `effort` is the number of samples of each kind. *found is false where nothing plausible was. */
enum status consensus_find(const struct feature_match *matches, size_t count, enum motion motion, int width, int height,
                           double within, int effort, bool *found, struct consensus *best, struct fault *fault);

#endif
