#include "engine/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A finding that reaches so many tolerances stands, whatever it looks like: WEAK if it is the golden's own structure
 * with more contrast (the correlation reaches LIKE), FAINT if it is soft (takes more than SOFT pixels to rise).
 * NOTABLE: grey levels from which a pixel is asked whether the golden is flat under it. */
static const double WEAK = 3, LIKE = 0.65, FAINT = 1.6, SOFT = 3.5, NOTABLE = 6;

enum { MARGIN = 4, FLAT = 12 * 16, MOST_PIXELS = 1 << 20 };

struct crop {
  int32_t left, top, width, height;
  uint8_t *photo;     /* aligned luma */
  uint16_t *mean;     /* Q4 */
  double *difference; /* smoothed photo - mean, grey levels */
};

static void crop_free(struct crop *c) {
  free(c->photo), free(c->mean), free(c->difference);
}

static enum status crop_fetch(struct device *device, const struct reference_plane *p, const struct kernel_image *photo,
                              struct crop *c, struct fault *fault) {
  size_t count = (size_t)c->width * (size_t)c->height;
  c->photo = calloc(count, 1), c->mean = calloc(count, sizeof *c->mean), c->difference = calloc(count, sizeof(double));
  if (!c->photo || !c->mean || !c->difference) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  enum status status = device_download_part(device, photo, 1, c->left, c->top, c->width, c->height, c->photo, fault);
  if (!status)
    status =
        device_download_part(device, &p->mean, sizeof *c->mean, c->left, c->top, c->width, c->height, c->mean, fault);
  return status;
}

/* 3 x 3 binomial mean, edges repeated. */
static void smooth(const double *from, int32_t width, int32_t height, double *to) {
  static const double weight[3] = {0.25, 0.5, 0.25};
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      double sum = 0;
      for (int32_t v = -1; v <= 1; v++)
        for (int32_t u = -1; u <= 1; u++) {
          int32_t i = x + u < 0 ? 0 : x + u >= width ? width - 1 : x + u;
          int32_t j = y + v < 0 ? 0 : y + v >= height ? height - 1 : y + v;
          sum += weight[v + 1] * weight[u + 1] * from[(size_t)j * (size_t)width + (size_t)i];
        }
      to[(size_t)y * (size_t)width + (size_t)x] = sum;
    }
}

/* Whether the golden has no edge here, where a small misplacement would make the difference steep. */
static bool flat(const struct crop *c, int32_t x, int32_t y) {
  int low = 65535, high = 0;
  for (int32_t v = y > 1 ? y - 2 : 0; v <= y + 2 && v < c->height; v++)
    for (int32_t u = x > 1 ? x - 2 : 0; u <= x + 2 && u < c->width; u++) {
      int m = c->mean[(size_t)v * (size_t)c->width + (size_t)u];
      if (m < low) low = m;
      if (m > high) high = m;
    }
  return high - low < FLAT;
}

static double likeness(const struct crop *c) {
  double n = 0, d1 = 0, g1 = 0, dd = 0, gg = 0, dg = 0;
  for (size_t i = 0; i < (size_t)c->width * (size_t)c->height; i++) {
    double g = c->mean[i] / 16.0, d = c->difference[i];
    n++, d1 += d, g1 += g, dd += d * d, gg += g * g, dg += d * g;
  }
  double vd = dd - d1 * d1 / n, vg = gg - g1 * g1 / n;
  return vd > 0 && vg > 0 ? (dg - d1 * g1 / n) / sqrt(vd * vg) : 0;
}

/* Height over steepness of the difference, in pixels, where the golden is flat; 0 where it is not flat under most of
 * the finding. */
static double softness(const struct crop *c, const struct finding *f) {
  double high = 0, steep = 0, all = 0, flats = 0;
  for (int32_t y = f->top - c->top; y <= f->bottom - c->top; y++)
    for (int32_t x = f->left - c->left; x <= f->right - c->left; x++) {
      const double *d = c->difference + (size_t)y * (size_t)c->width + (size_t)x;
      bool even = flat(c, x, y);
      if (fabs(d[0]) >= NOTABLE) all++, flats += even;
      if (!even) continue;
      double across = x > 0 && x + 1 < c->width ? 0.5 * fabs(d[1] - d[-1]) : 0;
      double along = y > 0 && y + 1 < c->height ? 0.5 * fabs(d[c->width] - d[-c->width]) : 0;
      if (across > steep) steep = across;
      if (along > steep) steep = along;
      if (fabs(d[0]) > high) high = fabs(d[0]);
    }
  return flats >= 0.4 * all && steep > 0 ? high / steep : 0;
}

static enum status judge(struct crop *c, const struct finding *f, struct explanation *e, struct fault *fault) {
  size_t count = (size_t)c->width * (size_t)c->height;
  double *once = calloc(count, sizeof *once);
  if (!once) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  for (size_t i = 0; i < count; i++) c->difference[i] = c->photo[i];
  smooth(c->difference, c->width, c->height, once);
  for (size_t i = 0; i < count; i++) once[i] -= c->mean[i] / 16.0;
  memcpy(c->difference, once, count * sizeof *once);
  e->likeness = likeness(c);
  smooth(once, c->width, c->height, c->difference);
  e->softness = softness(c, f);
  free(once);
  return STATUS_OK;
}

enum status explain_finding(struct device *device, const struct reference *reference, const struct aligned *photo,
                            const struct finding *f, struct explanation *explanation, struct fault *fault) {
  const struct reference_plane *p = &reference->plane[ALIGNED_LUMA];
  struct crop c = {0};
  int32_t right = f->right + MARGIN, bottom = f->bottom + MARGIN;
  c.left = f->left > MARGIN ? f->left - MARGIN : 0, c.top = f->top > MARGIN ? f->top - MARGIN : 0;
  c.width = (right < p->width ? right : p->width - 1) - c.left + 1;
  c.height = (bottom < p->height ? bottom : p->height - 1) - c.top + 1;
  *explanation = (struct explanation){0, 0};
  if ((int64_t)c.width * c.height > MOST_PIXELS) return STATUS_OK;
  enum status status = crop_fetch(device, p, &photo->plane[ALIGNED_LUMA], &c, fault);
  if (!status) status = judge(&c, f, explanation, fault);
  crop_free(&c);
  return status;
}

enum status explain_findings(struct device *device, const struct reference *reference, const struct aligned *photo,
                             struct comparison *c, struct fault *fault) {
  size_t kept = 0;
  for (size_t i = 0; i < c->count; i++) {
    const struct finding *f = &c->findings[i];
    struct explanation e = {0, 0};
    if (f->peak < WEAK && !(f->chroma_peak > 0)) {
      enum status status = explain_finding(device, reference, photo, f, &e, fault);
      if (status) return status;
    }
    if (e.likeness > LIKE || (f->peak < FAINT && e.softness > SOFT))
      c->use = 1;
    else
      c->findings[kept++] = *f;
  }
  c->count = kept;
  return STATUS_OK;
}
