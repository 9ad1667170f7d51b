/* All that assay says to people on standard error: errors, warnings, notes, and the progress bar. Thread-safe. */
#ifndef ASSAY_CLI_MESSAGE_H
#define ASSAY_CLI_MESSAGE_H

#include "models/status.h"

#include <stddef.h>

void message_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void message_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void message_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void message_fault(const struct fault *fault);

/* From now on messages go there, `level` a word as of a log, and not to standard error; NULL: back. Before there are
 * threads. */
void message_go_to(void (*write)(const char *level, const char *text));

/* The progress bar: shown only where standard error is a terminal, redrawn ten times a second at most. `total` 0 while
 * unknown. Messages written in between stand above it. Calls without a bar do nothing. */
void progress_begin(const char *what, size_t total);
void progress_set(size_t done, size_t total);
void progress_end(void);

/* Makes room before something else is written to the same terminal; the next progress_set draws the bar again. */
void progress_hide(void);

#endif
