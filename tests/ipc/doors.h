/* A broker on a thread with keys at tcp://, and keys for those who come. */
#ifndef ASSAY_TESTS_IPC_DOORS_H
#define ASSAY_TESTS_IPC_DOORS_H

#include "ipc/broker.h"
#include "ipc/client.h"
#include "ipc/curve.h"
#include "tests/ipc/bench.h"

enum { DOORS_CLIENT, DOORS_WORKER, DOORS_ADMIN, DOORS_STRANGER, DOORS_KEYS };

struct doors {
  void *context;
  char *folder, *store, *list, *photos, *golden;
  char sha256[DIGEST_CHARS + 1];
  struct curve_key broker_key, keys[DOORS_KEYS]; /* the stranger's is not in the list */
  struct socket_security security;
  struct allow_list *allow;
  struct guard *guard;
  struct roots *roots; /* of `photos` */
  struct bench_side side;
  const char *endpoint;
  uint16_t port;
};

int doors_set_up(void **state);
int doors_set_up_open(void **state); /* without keys */
int doors_tear_down(void **state);

/* Writes the allow-list anew: with lines for the first `count` keys. */
void doors_write_list(const struct doors *doors, int count);

struct client *doors_client(const struct doors *doors, const struct socket_security *security);

/* Runs side->worker on a thread; bench_stop ends it. */
void doors_start_worker(struct bench_side *side);

/* What the client's question for the status comes to. */
enum status doors_ask(const struct doors *doors, const struct socket_security *security, struct fault *fault);
struct socket_security doors_security(const struct doors *doors, int key);

#endif
