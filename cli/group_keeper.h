/* Group images kept beside the results: a folder with one file for each golden's own photos and one for each factory,
 * line, shift and lot (engine/groups/group_file.h), which add up to any grouping. */
#ifndef ASSAY_CLI_GROUP_KEEPER_H
#define ASSAY_CLI_GROUP_KEEPER_H

#include "engine/groups/group_file.h"
#include "engine/inspect.h"
#include "engine/lots/id_set.h"
#include "models/golden.h"

#include <pthread.h>

/* How groups are compared: false discoveries a comparison, divided among all that are made at once; photos from which
 * a group is looked at. */
#define GROUP_RATE 0.001
enum { GROUP_LEAST_PHOTOS = 20 };

/* Shared by all threads. */
struct group_keeper {
  const char *folder;
  pthread_mutex_t mutex; /* over the files */
};

/* One thread's group in hand: photos are gathered on the device and written together. All zero is empty. */
struct group_desk {
  char *texts[GROUP_TEXTS];
  bool begun;
  struct id_set known; /* photos that are in the file */
  uint8_t (*ids)[GROUP_ID_BYTES];
  size_t waiting;
};

/* Writes the image of the golden's own photos. */
enum status group_keeper_golden(struct group_keeper *keeper, const struct golden *golden,
                                const struct inspection *inspection, struct fault *fault);

/* Adds the photo that was judged last, unless it is in its group's image already. Written every 32 photos, and when the
 * next photo is of another group. */
enum status group_keeper_add(struct group_keeper *keeper, struct group_desk *desk, const struct golden *golden,
                             struct inspection *inspection, const struct job *job, struct fault *fault);
/* Writes what waits. */
enum status group_keeper_flush(struct group_keeper *keeper, struct group_desk *desk, const struct golden *golden,
                               struct inspection *inspection, struct fault *fault);
void group_desk_free(struct group_desk *desk);

#endif
