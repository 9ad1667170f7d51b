/* Who watches the doors, on a thread of its own: answers libzmq's question whether a key may connect (ZAP, ZeroMQ RFC
 * 27), and keeps a flood of connections from using up the process's descriptors.
 *
 * Of libzmq 4.3 it is known that a listener whose accept fails for want of a descriptor stays readable and keeps its
 * thread spinning. So before they run out, new connections to tcp:// are dropped at the listening socket (a filter that
 * takes no packet; those who mean it try again), and let in when those who said nothing have been sent away after the
 * handshake interval. What is connected is not touched. Where they have run out all the same, a reserve of descriptors
 * is let go, enough for all who wait already; where there may be fewer than 400 it is smaller, a third of them.
 *
 * It also parts with who sends more than is read of it (inflow.h). */
#ifndef ASSAY_IPC_GUARD_H
#define ASSAY_IPC_GUARD_H

#include "ipc/allow.h"
#include "models/status.h"

#include <stdint.h>

struct guard;

/* One a context. Before any socket of the context is bound. `allow` NULL: there are no keys. Both outlive it. */
enum status guard_open(void *context, struct allow_list *allow, struct guard **guard, struct fault *fault);
/* Watches a socket's connections; before it is bound, and before guard_start. */
enum status guard_watch(struct guard *guard, void *socket, struct fault *fault);
enum status guard_start(struct guard *guard, struct fault *fault);
/* So many bytes, in so many frames, of what came by this connection have been read (of a message: see message.h). */
void guard_read(struct guard *guard, int descriptor, size_t bytes, size_t frames);
/* How much may have come and not been read, of one connection and of all; see inflow.h for what holds without it. */
void guard_set_limits(struct guard *guard, int64_t one, int64_t all);
/* After the sockets are closed, before the context is. */
void guard_close(struct guard *guard);

/* Since it was opened; any thread. */
struct guard_figures {
  int64_t accepted, /* connections */
      refused,      /* keys that are not in the list */
      broken_off,   /* handshakes that failed otherwise, or took too long */
      closed,       /* how often the doors were closed against a flood */
      ended;        /* connections, for what came and was not read */
};
struct guard_figures guard_figures(const struct guard *guard);

#endif
