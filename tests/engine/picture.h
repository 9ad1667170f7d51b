/* Pictures of the tests' own: drawn products, seen by cameras whose pose and light are known. */
#ifndef ASSAY_TESTS_ENGINE_PICTURE_H
#define ASSAY_TESTS_ENGINE_PICTURE_H

#include "engine/image.h"
#include "engine/pose.h"
#include "models/photo.h"

#include <stdint.h>

/* Interleaved values of 0..255 as floats, rows without padding; channels 1 (grey) or 3 (red, green, blue). */
struct picture {
  int width, height, channels;
  float *values;
};

/* One value everywhere. End every picture with picture_free. */
struct picture picture_even(int width, int height, int channels, float value);
void picture_free(struct picture *picture);
float *picture_at(const struct picture *picture, int x, int y);

/* A printed front: panels, rings, bars and fine marks, no two places alike; another seed is another product. */
struct picture picture_product(int width, int height, int channels, uint64_t seed);

/* Of a luma plane. */
struct picture picture_of_plane(const struct plane *plane);

/* What a camera sees of `object` where `pose` takes object pixels to photo pixels: mean over `samples` x `samples`
 * points a pixel, bilinear between the object's pixels; `background` around it. */
struct picture picture_seen(const struct picture *object, const struct pose *pose, int width, int height, int samples,
                            float background);

/* In place: a filled rectangle or disc, pixels whose centres lie inside. */
void picture_box(struct picture *picture, int left, int top, int width, int height, const float *colour);
void picture_disc(struct picture *picture, double x, double y, double radius, const float *colour);
/* In place: Gaussian blur; noise of a standard deviation; value + p = gain (1 + across u + down v) (value + p), p the
 * pedestal of engine/light.h, u and v -1..1 over the picture. */
void picture_blur(struct picture *picture, double sigma);
void picture_noise(struct picture *picture, double sigma, uint64_t seed);
void picture_light(struct picture *picture, double gain, double across, double down);

/* Rounded to bytes, to be freed. */
uint8_t *picture_bytes(const struct picture *picture);
/* As a photo: a PGM or PPM file in memory. */
struct photo picture_photo(const struct picture *picture, const char *name);
/* As a JPEG of quality 92 (grey or 4:2:0) with an EXIF orientation such that turning gives the picture; 0: none. */
struct photo picture_jpeg(const struct picture *picture, const char *name, int orientation);

/* Poses. Degrees clockwise on the screen, about (x, y) of the object, which goes to (to_x, to_y). */
struct pose pose_turned(double degrees, double scale, double x, double y, double to_x, double to_y);

#endif
