/* From what the user names, files and folders, to the list of photos. */
#ifndef ASSAY_CLI_PHOTOS_H
#define ASSAY_CLI_PHOTOS_H

#include "models/status.h"

#include <stddef.h>

/* Paths as given; for what a folder holds, the folder as given, "/" and the path within. */
struct photo_paths {
  char **items;
  size_t count, capacity;
  const char *leave_out[2]; /* folders below one that is given that are not searched, and warned of: our own pictures */
};

/* Adds a file, whatever it is (a missing one too: its result says so), or all photos below a folder, each level sorted
 * bytewise by name. Names that begin with a dot are left out. Photos are known by extension or, without one of
 * those, by their first bytes. A link back to a folder above is passed over with a warning. `found` (may be NULL) gets
 * the number of paths added. STATUS_IO where a folder cannot be read. */
enum status photo_paths_add(struct photo_paths *paths, const char *path, size_t *found, struct fault *fault);
/* The same for all that is given: a folder without photos is warned of, and STATUS_INVALID where there is nothing
 * else. */
enum status photo_paths_add_all(struct photo_paths *paths, const char *const *given, size_t count, struct fault *fault);
void photo_paths_free(struct photo_paths *paths);

/* For messages and help. */
#define PHOTO_EXTENSIONS "jpg jpeg png tif tiff webp bmp pgm ppm pnm heic heif"

#endif
