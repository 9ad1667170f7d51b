/* A race that ThreadSanitizer must find although libzmq is not instrumented: else its silence about the tests of ipc/
 * would mean nothing. Two threads send messages, as ours do, and count in a variable that nothing guards. */
#include "ipc/message.h"
#include "ipc/socket.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

static void *context;
static int unguarded;
static atomic_int running;

static void *send_and_count(void *argument) {
  struct ipc_times times = ipc_times_or_default(NULL);
  void *socket;
  if (socket_dealer(context, "inproc://race", &times, NULL, &socket, NULL, NULL)) return NULL;
  /* Relaxed: orders nothing, but both are at it at the same time. */
  atomic_fetch_add_explicit(&running, 1, memory_order_relaxed);
  while (atomic_load_explicit(&running, memory_order_relaxed) < 2) sched_yield();
  for (int i = 0; i < 1000; i++) {
    message_send(socket, NULL, MESSAGE_HEARTBEAT, json_object(), NULL, 0, NULL);
    unguarded++;
  }
  socket_close(socket);
  return argument;
}

int main(void) {
  void *router;
  pthread_t threads[2];
  if (socket_context_open(&context, NULL) || socket_router(context, &router, NULL) ||
      socket_bind(router, "inproc://race", NULL, NULL))
    return 1;
  for (int i = 0; i < 2; i++)
    if (pthread_create(&threads[i], NULL, send_and_count, NULL)) return 1;
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("%d\n", unguarded);
  socket_close(router);
  socket_context_close(context);
  return 0;
}
