/* Colour as people see it: CIELAB of sRGB, and the difference of two colours. By functions that give the same bits
 * everywhere (kernels/math.h). */
#ifndef ASSAY_ENGINE_CIELAB_H
#define ASSAY_ENGINE_CIELAB_H

struct cielab {
  double l, a, b;
};

/* Share of light, 0..1, of an sRGB value of 0..255 (IEC 61966-2-1), which may have a fraction and is bounded. */
double cielab_light(double value);

/* The sRGB value, 0..255, of light 0..1, which is bounded. */
double cielab_value(double light);

/* Of red, green and blue light: sRGB's primaries, D65, two degrees. Light below 0 counts as 0. */
struct cielab cielab_of_light(const double light[3]);

/* CIEDE2000 with all weights 1 (Sharma, Wu and Dalal, Color Research and Application 30, 2005). */
double cielab_difference(const struct cielab *a, const struct cielab *b);

#endif
