/* What the places of the history share: its lines. */
#ifndef ASSAY_ENGINE_LOTS_HISTORY_PRIVATE_H
#define ASSAY_ENGINE_LOTS_HISTORY_PRIVATE_H

#include "engine/lots/history.h"
#include "models/text.h"

/* A record without the newline. */
void history_put_line(struct text *out, const struct history_record *record);
enum status history_take_line(struct history *history, const char *line, size_t size, struct fault *fault);
/* All lines of a file; one that is not there has none. */
enum status history_take_file(struct history *history, const char *path, struct fault *fault);

enum status history_write_store(const struct history *history, struct fault *fault);

#endif
