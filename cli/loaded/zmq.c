/* ZeroMQ as the program has it: only the service asks for it. */
#include "cli/loaded/loaded.h"

#include <zmq.h>

#define FUNCTIONS(VALUE, NOTHING)                                                                                      \
  VALUE(int, zmq_bind, (void *a, const char *b), (a, b))                                                               \
  VALUE(int, zmq_close, (void *a), (a))                                                                                \
  VALUE(int, zmq_connect, (void *a, const char *b), (a, b))                                                            \
  VALUE(void *, zmq_ctx_new, (void), ())                                                                               \
  VALUE(int, zmq_ctx_set, (void *a, int b, int c), (a, b, c))                                                          \
  VALUE(int, zmq_ctx_term, (void *a), (a))                                                                             \
  VALUE(int, zmq_getsockopt, (void *a, int b, void *c, size_t *d), (a, b, c, d))                                       \
  VALUE(int, zmq_msg_close, (zmq_msg_t * a), (a))                                                                      \
  VALUE(int, zmq_msg_copy, (zmq_msg_t * a, zmq_msg_t * b), (a, b))                                                     \
  VALUE(void *, zmq_msg_data, (zmq_msg_t * a), (a))                                                                    \
  VALUE(int, zmq_msg_get, (const zmq_msg_t *a, int b), (a, b))                                                         \
  VALUE(const char *, zmq_msg_gets, (const zmq_msg_t *a, const char *b), (a, b))                                       \
  VALUE(int, zmq_msg_init, (zmq_msg_t * a), (a))                                                                       \
  VALUE(int, zmq_msg_init_data, (zmq_msg_t * a, void *b, size_t c, zmq_free_fn *d, void *e), (a, b, c, d, e))          \
  VALUE(int, zmq_msg_more, (const zmq_msg_t *a), (a))                                                                  \
  VALUE(int, zmq_msg_move, (zmq_msg_t * a, zmq_msg_t * b), (a, b))                                                     \
  VALUE(int, zmq_msg_recv, (zmq_msg_t * a, void *b, int c), (a, b, c))                                                 \
  VALUE(int, zmq_msg_send, (zmq_msg_t * a, void *b, int c), (a, b, c))                                                 \
  VALUE(size_t, zmq_msg_size, (const zmq_msg_t *a), (a))                                                               \
  VALUE(int, zmq_poll, (zmq_pollitem_t * a, int b, long c), (a, b, c))                                                 \
  VALUE(int, zmq_recv, (void *a, void *b, size_t c, int d), (a, b, c, d))                                              \
  VALUE(int, zmq_send, (void *a, const void *b, size_t c, int d), (a, b, c, d))                                        \
  VALUE(int, zmq_setsockopt, (void *a, int b, const void *c, size_t d), (a, b, c, d))                                  \
  VALUE(void *, zmq_socket, (void *a, int b), (a, b))                                                                  \
  VALUE(int, zmq_socket_monitor, (void *a, const char *b, int c), (a, b, c))                                           \
  VALUE(const char *, zmq_strerror, (int a), (a))                                                                      \
  NOTHING(zmq_version, (int *a, int *b, int *c), (a, b, c))

LOADED(FUNCTIONS, "libzmq.so.5", "libzmq5", "the service cannot be reached")
