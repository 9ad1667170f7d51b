/* The files of a folder as a cut of the power would leave them, from the log of recorder.c. */
#ifndef ASSAY_TESTS_POWER_REPLAY_H
#define ASSAY_TESTS_POWER_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct replay;

enum replay_disk {
  DISK_HOLDS_BACK, /* nothing is on disk but what was synced: bytes by a sync of the file, names by one of their folder
                    */
  DISK_SCATTERS,   /* what was not synced is there or not at random, in sectors of 512 bytes and in any order */
  DISK_LIES        /* syncs do nothing: what a test must notice */
};

struct replay *replay_open(const char *log);
void replay_close(struct replay *replay);

/* Bytes of the log. */
size_t replay_size(const struct replay *replay);

/* Goes on to `offset` of the log (the records that end there or before); never back. */
void replay_to(struct replay *replay, size_t offset, enum replay_disk disk);

/* Writes what a cut would leave now into a folder, which is made. */
void replay_cut(const struct replay *replay, enum replay_disk disk, uint64_t *random, const char *folder);

#endif
