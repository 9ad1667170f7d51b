/* Artwork with two levels: film, masks, boards, one-colour print. A golden is known as such by its histogram alone
 * (artwork_levels.h); then an edge may lie off, but a change of level away from an edge is a finding, and what it does
 * to the connected components of the golden is its class. */
#ifndef ASSAY_ENGINE_ARTWORK_H
#define ASSAY_ENGINE_ARTWORK_H

#include "engine/artwork_levels.h"
#include "engine/reference.h"

/* The golden's side, made once and read by any number of threads. Planes are of the golden's size, rows without
 * padding. */
struct artwork {
  bool found; /* the golden is artwork; else nothing below is set */
  struct artwork_levels levels;
  bool dark; /* the darker level is the material */
  /* The pixels in which lengths are given below and in artwork_find.c: 1, more where both the picture is large and its
   * finest parts are wide. */
  double unit;
  double deep;         /* a change that reaches so far from the golden's edges is a finding; golden pixels */
  uint8_t *material;   /* 1 where the golden has material */
  uint16_t *squared;   /* artwork_depth */
  uint8_t *compared;   /* 0 in ignored ground and at the border */
  struct pyramid even; /* luma at even levels */
};

/* Looks whether the golden is artwork, and if so makes its side. `labels` as in struct zones. */
enum status artwork_open(struct device *device, const struct plane *luma, const struct plane *labels,
                         const struct spec *spec, struct artwork *artwork, struct fault *fault);
void artwork_close(struct device *device, struct artwork *artwork);

/* Sets the reference's limits of luma: a pixel whose level changes uses as many tolerances as its distance from the
 * edge has of `deep`; pixels at an edge are not compared. */
enum status artwork_limits(struct device *device, const struct artwork *artwork, struct reference *reference,
                           struct fault *fault);

/* Pixels at least so far from an edge are core; the depth that is told apart. */
#define ARTWORK_CORE 1.5
#define ARTWORK_REACH 8

#endif
