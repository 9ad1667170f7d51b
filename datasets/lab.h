/* CIELAB (D65) by its definition, and how far colours lie apart. Colours are L*, a*, b*. */
#ifndef ASSAY_DATASETS_LAB_H
#define ASSAY_DATASETS_LAB_H

/* From and to linear sRGB, 0..1. */
void lab_of(const double light[3], double lab[3]);
void lab_to_light(const double lab[3], double light[3]);

/* CIEDE2000 with all weights 1 (Sharma, Wu and Dalal, Color Research and Application 30, 2005). */
double lab_difference(const double p[3], const double q[3]);

struct lab_ways {
  double way[3][3];
};

/* Three ways to go from a colour, each as a difference in L*, a* and b*: far[k] along each together lie
 * sqrt(sum of far[k]^2) apart by CIEDE2000, near enough for a few dE. What is random with equal spread along them
 * spreads by as many dE in every direction. */
void lab_ways(const double lab[3], struct lab_ways *ways);
void lab_go(const struct lab_ways *ways, const double far[3], double off[3]);

/* Makes a difference, which is not 0, longer or shorter until it leads `delta_e` away from `lab`. */
void lab_stretch(const double lab[3], double delta_e, double off[3]);

#endif
