/* A worker's photo that comes in parts: asked for one after the other, whole before it is judged. */
#ifndef ASSAY_IPC_FETCH_H
#define ASSAY_IPC_FETCH_H

#include "ipc/compute.h"
#include "ipc/link.h"

#include <stdbool.h>

/* Makes room for `size` bytes. On failure task->fault says why. */
enum status fetch_begin(struct task *task, size_t size);
/* Asks for the next part where it is not asked for in this session or was not answered for long. */
void fetch_ask(struct link *link, struct task *task);
/* Takes a PART_SENT of this task. True when it needs no more: the photo is whole, or task->fault says why not. */
bool fetch_take(struct task *task, const struct message *message);

#endif
