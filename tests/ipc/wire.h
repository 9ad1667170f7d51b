/* TCP by hand: what one does to a broker without being a peer of it. Failures fail the test. */
#ifndef ASSAY_TESTS_IPC_WIRE_H
#define ASSAY_TESTS_IPC_WIRE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

int wire_connect(uint16_t port); /* of the loopback */
/* Begun, and not waited for. -1 with errno where it cannot be. */
int wire_connect_begin(uint16_t port);
void wire_send(int socket, const void *bytes, size_t size); /* as far as the other side takes it */
/* Until the other side closes; closes too. Fails after 20 s. */
void wire_await_end(int socket);

enum { WIRE_GREETING = 64 };
/* The greeting of ZMTP 3.1 (ZeroMQ RFC 37) of a client, with CURVE or NULL. */
const uint8_t *wire_greeting(int curve);

/* Memory of this process that is really there. */
long wire_memory_kb(void);

/* Stands between one client and the broker and keeps what the client sends. */
struct wire_proxy {
  char endpoint[64];
  uint16_t port;
  int listener;
  uint8_t *bytes; /* to be freed */
  size_t size;
  pthread_t thread;
};
void wire_proxy_open(struct wire_proxy *proxy, uint16_t port);
void wire_proxy_close(struct wire_proxy *proxy); /* after the client has gone */

#endif
