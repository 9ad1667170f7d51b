/* Where assay keeps things of its own. */
#ifndef ASSAY_CLI_FOLDERS_H
#define ASSAY_CLI_FOLDERS_H

#include "models/status.h"

/* $TMPDIR, else /tmp. */
const char *folder_temporary(void);

/* The service's data where no --data is given: $XDG_DATA_HOME/assay, else ~/.local/share/assay. The caller frees it;
 * NULL when out of memory. */
char *folder_data(void);

/* Goldens that a worker had from its broker: $XDG_CACHE_HOME/assay/goldens, else ~/.cache/assay/goldens. The caller
 * frees it; NULL when out of memory. */
char *folder_goldens(void);

/* Makes a folder and those above it; one that is there already is as good. */
enum status folder_make(const char *path, struct fault *fault);

/* A new empty folder below folder_temporary(); the caller ends with folder_remove and free. */
enum status folder_make_temporary(char **path, struct fault *fault);
/* Deletes a folder with all that is in it, as far as it can; does not follow links. */
void folder_remove(const char *path);

#endif
