/* The folders that the operator named: files that jobs point at must lie below one of them, without "..", and no
 * symbolic link on the way may lead out (openat2 with RESOLVE_BENEATH, Linux 5.6). Does not change once opened: any
 * thread. Where a function takes `roots`, NULL means that every path may be read. */
#ifndef ASSAY_IPC_ROOTS_H
#define ASSAY_IPC_ROOTS_H

#include "models/photo.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

struct roots;

/* Absolute folders that are there; none: no path may be read. */
enum status roots_open(const char *const *paths, size_t count, struct roots **roots, struct fault *fault);
void roots_close(struct roots *roots);

/* STATUS_INVALID where the path is not below a root, or leads out of it. A file that is not there is good: it may be
 * there for others. */
enum status roots_check(const struct roots *roots, const char *path, struct fault *fault);

/* photo_read, below the roots. */
enum status roots_read_photo(const struct roots *roots, const char *path, struct photo *photo, struct fault *fault);

/* Where the path really is, to be freed; NULL where it is not below the roots, or not there. */
char *roots_resolve(const struct roots *roots, const char *path);

#endif
