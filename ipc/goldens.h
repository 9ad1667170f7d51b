/* The goldens that a worker has open: found by path, in its cache, or asked from the broker. Shared by its threads. */
#ifndef ASSAY_IPC_GOLDENS_H
#define ASSAY_IPC_GOLDENS_H

#include "ipc/judge.h"
#include "ipc/message.h"
#include "ipc/roots.h"
#include "models/status.h"

#include <stdbool.h>

struct goldens;
struct golden_entry; /* one that is open, or about to be */

/* `wake` tells the thread that owns the socket that goldens_wanted has something for it. `cache` is a folder made where
 * it is missing; it may be NULL: then only paths serve. `roots`: where a golden by path may lie. */
enum status goldens_open(const struct judge *judge, const char *cache, const struct roots *roots,
                         void (*wake)(void *context), void *context, struct goldens **goldens, struct fault *fault);
void goldens_close(struct goldens *goldens); /* no thread may be inside any more */

/* Called by the threads that judge; may wait for the broker's answer. The entry is kept open until it is let go. */
enum status goldens_take(struct goldens *goldens, const char *path, const char *sha256, struct golden_entry **entry,
                         struct fault *fault);
void goldens_let_go(struct goldens *goldens, struct golden_entry *entry);
void *golden_entry_opened(const struct golden_entry *entry);
const char *golden_entry_sha256(const struct golden_entry *entry);

/* Called by the thread that owns the socket. goldens_wanted: the next golden to ask the broker for; false: none.
 * goldens_arrived takes a GOLDEN message over. goldens_ask_again: what was asked of a broker that is gone is wanted
 * anew. goldens_stop: no one waits any more. */
bool goldens_wanted(struct goldens *goldens, char sha256[65]);
void goldens_arrived(struct goldens *goldens, struct message *message);
void goldens_missing(struct goldens *goldens, const char *sha256, const char *text);
void goldens_ask_again(struct goldens *goldens);
void goldens_stop(struct goldens *goldens);

#endif
