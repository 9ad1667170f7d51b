/* What has come over the connections of tcp:// and has not been read yet. libzmq hands a message on when all its frames
 * are there, however many: who sends one frame after the other and never a last one could make the process hold all of
 * it. So the kernel is asked what each connection has received (TCP_INFO), what the broker has read is taken off it,
 * and a connection on which too much is left is ended; the frames that are in memory go with it.
 *
 * It is looked at every now and then: what comes meanwhile adds to the limit. Thread-safe. */
#ifndef ASSAY_IPC_INFLOW_H
#define ASSAY_IPC_INFLOW_H

#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

/* On one connection: one frame of the largest size and what comes behind it. In all: then the fullest is ended. */
#define INFLOW_ONE ((int64_t)640 << 20)
#define INFLOW_ALL ((int64_t)1 << 30)

struct inflow;

enum status inflow_open(struct inflow **inflow, struct fault *fault);
void inflow_close(struct inflow *inflow);

void inflow_set_limits(struct inflow *inflow, int64_t one, int64_t all);

/* A connection came, and went. */
void inflow_came(struct inflow *inflow, int descriptor);
void inflow_went(struct inflow *inflow, int descriptor);

/* So many bytes, in so many frames, were read of what came by this connection (-1: of one that is not known). */
void inflow_read(struct inflow *inflow, int descriptor, size_t bytes, size_t frames);

/* Ends what has to be ended; `ended` is called for each, with what was left on it. Returns how many connections there
 * are to be looked at again. */
size_t inflow_look(struct inflow *inflow, void (*ended)(void *context, int descriptor, int64_t bytes), void *context);

#endif
