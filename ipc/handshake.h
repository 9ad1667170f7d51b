/* What the other side said to our keys: libzmq tries again in silence, and a user must not wait for that. */
#ifndef ASSAY_IPC_HANDSHAKE_H
#define ASSAY_IPC_HANDSHAKE_H

#include "ipc/socket.h"

#include <stdbool.h>

/* Counts what may be a broker that stops just now, and is one with another key when it comes again. */
struct handshake {
  int broken_off;
};

/* Reads what the monitor of a connecting socket has (NULL: nothing). True where the broker has refused us; the fault
 * then tells why and what helps. */
bool handshake_refused(struct handshake *handshake, void *monitor, const char *endpoint,
                       const struct socket_security *security, struct fault *fault);

#endif
