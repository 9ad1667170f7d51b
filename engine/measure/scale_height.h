/* A plane parallel to the marker's, nearer to the camera or farther from it. */
#ifndef ASSAY_ENGINE_MEASURE_SCALE_HEIGHT_H
#define ASSAY_ENGINE_MEASURE_SCALE_HEIGHT_H

#include "engine/measure/scale.h"

#include <stdbool.h>

/* The camera's focal lengths and centre, px, in which only fx, fy, cx, cy count: from how far the camera is from the
 * marker's plane (mm), for a photo of this size whose centre is the camera's. `plane` is the map to the marker's mm.
 * False where no focal length gives that distance. */
bool scale_height_camera(const struct pose *plane, double distance, int width, int height, struct lens *camera);

/* The map of the plane `height` mm nearer to the camera, with the same mm axes. False where the map is none a camera
 * can make. */
bool scale_height_plane(const struct pose *plane, const struct lens *camera, double height, struct pose *raised);

#endif
