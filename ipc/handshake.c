#include "ipc/handshake.h"

#include <zmq.h>

enum { BROKEN_OFF = 3 };

static void tell_mechanism(const char *endpoint, bool keys, struct fault *fault) {
  if (keys)
    fault_set(fault, STATUS_UNAVAILABLE,
              "%s: the service listens there without keys; connect with --insecure, or start it with --key and --allow",
              endpoint);
  else
    fault_set(fault, STATUS_UNAVAILABLE, "%s: the service wants a key: --key and --broker-key (assay keygen makes one)",
              endpoint);
}

bool handshake_refused(struct handshake *handshake, void *monitor, const char *endpoint,
                       const struct socket_security *security, struct fault *fault) {
  const bool keys = security && security->own;
  int event, value;
  while (monitor && socket_event(monitor, &event, &value)) {
    if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
      fault_set(fault, STATUS_UNAVAILABLE,
                "%s: the service does not let our key in; its operator adds the line \"client|worker|admin "
                "curve25519-public %s NAME\" to the allow-list",
                endpoint, keys ? security->own->public_text : "(none)");
      return true;
    }
    if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL && value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH) {
      tell_mechanism(endpoint, keys, fault);
      return true;
    }
    if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL || event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)
      handshake->broken_off++;
  }
  if (handshake->broken_off < BROKEN_OFF) return false;
  fault_set(fault, STATUS_UNAVAILABLE,
            keys ? "%s: what listens there breaks the handshake off: --broker-key is not the key of this service, or "
                   "it is no assay service"
                 : "%s: what listens there breaks the handshake off: it wants a key (--key, --broker-key), or it is no "
                   "assay service",
            endpoint);
  return true;
}
