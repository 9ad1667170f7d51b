/* What is written in a folder, in order: the log that recorder.c makes of a process and replay.c reads. */
#ifndef ASSAY_TESTS_POWER_RECORD_H
#define ASSAY_TESTS_POWER_RECORD_H

#include <stdint.h>

#define RECORD_FOLDER "ASSAY_RECORD_FOLDER" /* absolute, without links; environment variables of the recorder */
#define RECORD_LOG "ASSAY_RECORD_LOG"

enum record_kind {
  RECORD_OPEN = 1,   /* inode; the path below the folder follows. A path that was not there is new */
  RECORD_WRITE,      /* inode, offset; the bytes follow */
  RECORD_TRUNCATE,   /* inode, offset: the new size */
  RECORD_SYNC,       /* inode */
  RECORD_SYNC_NAMES, /* of a folder, whose path follows ("" is the folder itself) */
  RECORD_MAKE,       /* a folder, whose path follows */
  RECORD_REMOVE,     /* a path follows */
  RECORD_RENAME      /* two paths follow, with a NUL between */
};

struct record {
  uint32_t kind, size; /* size: bytes that follow */
  uint64_t inode, offset;
};

#endif
