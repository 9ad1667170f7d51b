/* A group image as a file, and which photos are in it.
 *
 * The file is a line of JSON, {"assay_group": 1, "golden", "golden_name", "golden_version", "factory", "line", "shift",
 * "lot" (null where unknown), "width", "height", "colour", "photos", "labels", "zones"}, and then, in little endian and
 * without gaps: of each plane in the order of enum group_plane its squares (u64), sums (u32) and counts (u32); with
 * "labels" one byte a luma pixel; 16 bytes a photo, the job ids. */
#ifndef ASSAY_ENGINE_GROUPS_GROUP_FILE_H
#define ASSAY_ENGINE_GROUPS_GROUP_FILE_H

#include "engine/groups/group_image.h"
#include "models/job.h"

enum group_text { GROUP_FACTORY, GROUP_LINE, GROUP_SHIFT, GROUP_LOT, GROUP_TEXTS };
enum { GROUP_ID_BYTES = JOB_ID_CHARS / 2 };

const char *group_text_name(enum group_text text);

/* All zero is empty; ends with group_free. */
struct group {
  char golden[SHA256_CHARS + 1]; /* seal */
  char golden_name[128];
  int64_t golden_version;
  char *texts[GROUP_TEXTS]; /* NULL where unknown */
  struct group_image image;
  uint8_t (*ids)[GROUP_ID_BYTES]; /* of the photos in it; NULL: not known (the golden's own, or several added up) */
  size_t id_count;
  uint8_t *labels; /* of the golden's own: zone of each luma pixel, 0 not compared, 1 outside all zones, zone i at
                      i + 2; NULL: none */
  char **zones;    /* names */
  size_t zone_count;
};

void group_free(struct group *group);

/* Where a group's image is kept: FOLDER/SEAL.golden.group, or FOLDER/SEAL-DIGEST.group with the first 16 digits of seal
 * and of the texts' digest. The caller frees it; NULL: out of memory. */
char *group_path(const char *folder, const char *golden_sha256, const char *const texts[GROUP_TEXTS]);
char *group_golden_path(const char *folder, const char *golden_sha256);

/* The file appears whole or stays as it was. */
enum status group_write(const char *path, const struct group *group, struct fault *fault);
/* STATUS_MISSING where there is none, STATUS_INVALID where it is damaged. */
enum status group_read(const char *path, struct group *group, struct fault *fault);

#endif
