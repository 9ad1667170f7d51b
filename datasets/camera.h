/* From artwork to photo: optics, sensor and what the camera's own software does to the picture. Everything about a
 * photo is in its `shot`; a pixel's value depends on the shot alone, not on the rectangle in which it is rendered. */
#ifndef ASSAY_DATASETS_CAMERA_H
#define ASSAY_DATASETS_CAMERA_H

#include "datasets/artwork.h"
#include "datasets/pose.h"
#include "datasets/texture.h"

struct light {
  double gradient, direction;      /* share of the mean between both ends of the photo's diagonal; radians */
  double falloff;                  /* share lost in the corners */
  double highlight, spot[2], size; /* share added; photo widths from the middle; photo widths */
  double exposure;
  double cast[3]; /* what the white balance left */
  /* A lamp that does not burn: beyond a line at this distance from the middle (photo widths, in direction), over a
   * width of `penumbra` (photo widths), light falls by the share `dark`. */
  double dark, dark_at, penumbra;
};

enum { SHOT_MATERIALS = 8, GRAIN_TILES = 4 };

struct shot {
  int width, height;
  struct pose pose;
  struct mapping mapping;
  struct light light;
  double blur;      /* sigma, px */
  double shake;     /* sigma that moving the camera across adds, px */
  double electrons; /* at full scale */
  double read;      /* electrons */
  double sharpen;   /* share of the unsharp mask */
  double gamma;     /* exponent of the values, 0..1 */
  double tint[3];   /* of the product itself: another batch of ink or resist */
  struct {
    double box[4], tint[3]; /* mm: x0, y0, x1, y1; of a material of its own */
  } materials[SHOT_MATERIALS];
  int material_count;
  float table_offset[2], grain_offset[GRAIN_TILES][2];
  uint64_t seed; /* of the noise */
};

/* What all shots of a set share. */
struct studio {
  const struct artwork *artwork;
  struct texture table, grain;
  double table_scale; /* table texels a photo pixel */
  float linear[256];  /* sRGB byte to light */
};

struct rectangle {
  int x0, y0, x1, y1; /* x1, y1 outside */
};

/* The planes one thread needs for its largest rectangle. */
struct darkroom {
  float *planes[7];
  size_t capacity;
};

enum status studio_make(struct studio *studio, const struct artwork *artwork, int photo_width, uint64_t seed,
                        struct fault *fault);
void studio_free(struct studio *studio);
void darkroom_free(struct darkroom *darkroom);

/* Renders the rectangle (inside the photo) into rgb, 3 bytes a pixel, rows `stride` bytes apart. `noisy` false leaves
 * shot and read noise out, nothing else. */
enum status camera_render(const struct studio *studio, const struct shot *shot, const struct view *view,
                          struct rectangle rectangle, bool noisy, struct darkroom *darkroom, uint8_t *rgb,
                          size_t stride, struct fault *fault);

/* The stages, in camera's order, over planes of width x height whose first pixel is photo pixel (x0, y0). */
struct frame {
  int x0, y0, width, height;
};
void optics_expose(const struct studio *studio, const struct shot *shot, const struct view *view, struct frame frame,
                   float *const rgb[3]);
/* In place, by sigma[0] across and sigma[1] down, at most OPTICS_BLUR; the outermost optics_reach(sigma) pixels are
 * left as they are. */
enum { OPTICS_BLUR = 20 };
int optics_reach(double sigma);
void optics_blur(const double sigma[2], struct frame frame, float *plane, float *scratch);
void sensor_mosaic(const struct shot *shot, bool noisy, struct frame frame, float *const rgb[3], float *raw);
void sensor_demosaic(struct frame frame, const float *raw, float *const rgb[3]);

#endif
