/* A small printed thing that the engine can align and judge, for tests that drive the program. */
#ifndef ASSAY_TESTS_CLI_SCENE_H
#define ASSAY_TESTS_CLI_SCENE_H

#include <stdbool.h>
#include <stdint.h>

enum { SCENE_WIDTH = 480, SCENE_HEIGHT = 360 };

/* RGB, to be freed: always the same print, moved by (dx, dy) pixels, with noise of its own for each `photo`, and a dark
 * spot of 24 x 18 px where `spot`. */
uint8_t *scene_make(int photo, int dx, int dy, bool spot);

/* The same as a JPEG file of quality 92 at FOLDER/NAME. */
void scene_write(const char *folder, const char *name, int photo, int dx, int dy, bool spot);

#endif
