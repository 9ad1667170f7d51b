#include "engine/tolerance.h"

#include "engine/aligned.h"
#include "kernels/math.h"

#include <math.h>

/* Defaults of the tolerance, where the spec leaves it to us: grey levels, deviations, golden pixels, share of the
 * contrast within two pixels (an edge's overshoot differs from camera to camera and with sub-pixel phase). Where the
 * luma has fine detail a camera's mosaic makes up colours that change with every pose: chroma is allowed a share of the
 * contrast there, and elsewhere little. Tuned on synthetic lots for no false region at a contrast of 25 grey levels
 * over 6 px found; see datasets/README.md. */
struct defaults {
  double absolute, detail, relative, edge, sharp;
};
static const struct defaults LUMA = {12.5, 0, 8, 1, 0.1}, CHROMA = {8, 0.105, 8, 1, 0.3},
                             CHROMA_QUARTER = {5, 0.06, 8, 1, 0.2};

/* With more photos, what edges really do shows in the variance, and less need be allowed beforehand; and a deviation
 * that is known better need not be allowed as many times. Of the luma what all edges do together is known soon, and
 * focus has no part in it; chroma is what the mosaic makes of it. */
static const double CHROMA_EDGE_KNOWN = 0.1, EDGE_KNOWN = 0.1, SHARP_KNOWN = 0.5, DEVIATION_KNOWN = 0.9;

static double known_share(double known, double unknown) {
  return known + (1 - known) * unknown;
}

static struct defaults defaults_of(int plane, int photos) {
  struct defaults d = plane == ALIGNED_LUMA ? LUMA : aligned_level(plane) == 1 ? CHROMA : CHROMA_QUARTER;
  double n = photos;
  if (plane != ALIGNED_LUMA) {
    d.edge *= known_share(CHROMA_EDGE_KNOWN, 1 / n);
    return d;
  }
  double unknown = 2 / (n * (n + 1));
  d.edge *= known_share(EDGE_KNOWN, unknown);
  d.sharp *= known_share(SHARP_KNOWN, unknown);
  d.relative *= known_share(DEVIATION_KNOWN, unknown);
  return d;
}

/* A deviation from few photos is drawn towards the noise as if so many more had shown just that. */
enum { PRIOR_PHOTOS = 4 };

static double given(double zone, double all, double otherwise) {
  return !isnan(zone) ? zone : !isnan(all) ? all : otherwise;
}

static int32_t fixed(double v, double unit) {
  return (int32_t)floor(v * unit + 0.5);
}

/* absolute (0) or relative (1) of a side: the zone's own first. */
static double given_side(const struct spec_tolerance *zone, const struct spec_tolerance *all, enum side side, int which,
                         double otherwise) {
  const struct spec_tolerance *both[] = {zone, all};
  for (int i = 0; i < 2; i++) {
    double own = (side == SIDE_BRIGHT ? both[i]->bright : both[i]->dark)[which];
    double common = which ? both[i]->relative : both[i]->absolute;
    if (!isnan(own)) return own;
    if (!isnan(common)) return common;
  }
  return otherwise;
}

static const struct spec_tolerance UNSET = {NAN, NAN, NAN, NAN, {NAN, NAN}, {NAN, NAN}, NAN};

/* `same_print`: only the zone's own tolerance widens that for one photo, and what photos differ by counts for noise
 * over the whole golden at most. */
static struct kernel_tolerance tolerance_of(const struct spec *spec, const struct spec_tolerance *zone, bool same_print,
                                            int plane, int photos, const struct variability *variability,
                                            enum side side) {
  const struct spec_tolerance *all = same_print ? &UNSET : &spec->tolerance;
  if (same_print) photos = 1;
  struct defaults d = defaults_of(plane, photos), luma = defaults_of(ALIGNED_LUMA, photos);
  double scale = given(zone->scale, all->scale, 1);
  /* The spec speaks of luma; chroma, which moves less for the same colour, keeps its proportion to it. */
  double absolute = scale * given_side(zone, all, side, 0, luma.absolute) * d.absolute / luma.absolute;
  double relative = scale * given_side(zone, all, side, 1, d.relative);
  if (same_print) {
    double noise = relative * sqrt(variability->flat) / 16;
    if (absolute < noise) absolute = noise;
    relative = 0;
  }
  double edge = scale * given(zone->edge, all->edge, luma.edge) * d.edge / luma.edge;
  struct kernel_tolerance t = {
      .absolute = fixed(absolute < 2 ? 2 : absolute, 16),
      .detail = fixed(scale * d.detail, 256),
      .relative = fixed(relative, 256),
      .edge = fixed(edge, 256),
      .sharp = fixed(scale * d.sharp, 256),
      .prior = PRIOR_PHOTOS,
      .prior_variance = fixed(variability->flat, 1),
      .prior_edge = fixed(variability->edge, 65536),
  };
  return t;
}

bool tolerance_has_sides(const struct spec *spec) {
  bool sides = !isnan(spec->tolerance.bright[0]) || !isnan(spec->tolerance.dark[0]);
  for (size_t i = 0; i < spec->zone_count; i++)
    sides |= !isnan(spec->zones[i].tolerance.bright[0]) || !isnan(spec->zones[i].tolerance.dark[0]);
  return sides;
}

int32_t tolerances_of_zones(const struct spec *spec, int plane, int photos, const struct variability *variability,
                            enum side side, struct kernel_tolerance tolerances[ZONES_MOST + 1]) {
  int32_t count = 0;
  tolerances[count++] = tolerance_of(spec, &UNSET, false, plane, photos, variability, side);
  for (size_t i = 0; i < spec->zone_count; i++) {
    const struct spec_zone *zone = &spec->zones[i];
    tolerances[count++] = tolerance_of(spec, &zone->tolerance, zone->same_print, plane, photos, variability, side);
  }
  return count;
}

double tolerance_restless(const struct spec *spec, int photos, const struct variability *variability) {
  struct kernel_tolerance t = tolerance_of(spec, &UNSET, false, ALIGNED_LUMA, photos, variability, SIDE_BRIGHT);
  double deviation = sqrt(variability->flat), limit = t.relative * deviation / 256;
  if (photos < 2 || !(deviation > 0)) return 0;
  if (limit < t.absolute) limit = t.absolute;
  return 1 - math_erf(0.25 * limit / (deviation * sqrt(2 * (1 + 1.0 / photos))));
}
