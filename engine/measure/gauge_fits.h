/* The edges of one pool, fitted strip by strip: what they say of each other. Private to gauge_fit.c and its helpers. */
#ifndef ASSAY_ENGINE_MEASURE_GAUGE_FITS_H
#define ASSAY_ENGINE_MEASURE_GAUGE_FITS_H

#include "engine/measure/edge_stepped.h"
#include "engine/measure/gauge_work.h"

/* Whether the strip's edge says something about the others: it was found, and nothing spoilt it the round before. */
bool fits_counts(const struct strip_fit *fit);

/* Takes the noise from what the strips that count leave. */
void fits_find_noise(struct fits *fits);

/* Marks edges whose level or contrast is not that of the others: something lies on the edge, or it is broken off. */
void fits_mark_levels(struct fits *fits);

/* Solves each edge again with what the others say about level and contrast: how much these vary between strips, beyond
 * what noise explains, decides what that is worth. */
void fits_share_levels(struct fits *fits);
/* Variance of a displacement that all the edges share because their levels come from them all, for noise of 1 grey
 * level. */
double fits_common_variance(const struct fits *fits);
/* Variance of the places about their mean beyond what noise makes: by so much the mean profile is wider than each. */
double fits_scatter(const struct fits *fits);

/* The contrast of most edges. */
double fits_contrast(const struct fits *fits);

/* Marks the edges that are unlike the others or not where these say, and those that lie so near to one of them that its
 * blur, sigma px, reaches them. How many. */
size_t fits_mark(struct fits *fits, const struct gauge *gauge, int parameters, double sigma);
/* The second half of it. */
void fits_mark_reached(struct fits *fits, const struct gauge *gauge, int parameters, double sigma);

/* Where the edges of the strips lie by the shape that those found make together. False where they make none: each by
 * itself. */
bool fits_places_by_shape(const struct gauge *gauge, const struct fits *fits, int parameters, double *places);
/* Tells of each edge beside a spoilt one how far that may move it, by how far that one is off: what is left out on both
 * sides of a small circle's gaps would leave it a short arc. */
void fits_weigh_beside(struct fits *fits, const struct gauge *gauge, int parameters);

/* The step beside edges that are suspected of one, whose mean profile has the shape and, roughly, the fit given; in the
 * light that sharpening by `amount` has made this of. None where the strips are not alike. */
struct edge_stepped fits_find_step(const struct measuring *m, const struct gauge *gauge, const struct fits *fits,
                                   const struct edge_shape *shape, const struct edge_fit *fit, double amount,
                                   const struct edge_doubt *doubt);

#endif
