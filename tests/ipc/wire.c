#include "tests/ipc/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000, KEPT = 1 << 20 };

static struct sockaddr_in loopback(uint16_t port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int wire_connect(uint16_t port) {
  const struct sockaddr_in address = loopback(port);
  int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(file >= 0);
  assert_int_equal(connect(file, (const struct sockaddr *)&address, sizeof address), 0);
  return file;
}

int wire_connect_begin(uint16_t port) {
  const struct sockaddr_in address = loopback(port);
  int file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (file < 0 || !connect(file, (const struct sockaddr *)&address, sizeof address) || errno == EINPROGRESS)
    return file;
  close(file);
  return -1;
}

void wire_send(int file, const void *bytes, size_t size) {
  (void)!send(file, bytes, size, MSG_NOSIGNAL);
}

void wire_await_end(int file) {
  char bytes[4096];
  struct pollfd item = {.fd = file, .events = POLLIN};
  for (;;) {
    assert_int_equal(poll(&item, 1, PATIENCE_MS), 1);
    if (read(file, bytes, sizeof bytes) <= 0) break;
  }
  close(file);
}

const uint8_t *wire_greeting(int curve) {
  static uint8_t greeting[WIRE_GREETING];
  memset(greeting, 0, sizeof greeting);
  greeting[0] = 0xff;
  greeting[9] = 0x7f;
  greeting[10] = 3;
  memcpy(greeting + 12, curve ? "CURVE" : "NULL", curve ? 5 : 4);
  return greeting;
}

long wire_memory_kb(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%*s %ld", &pages), 1);
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* --- The proxy --- */

static ssize_t pass_on(int from, int to, uint8_t *bytes, size_t room) {
  ssize_t got = read(from, bytes, room);
  if (got > 0) (void)!send(to, bytes, (size_t)got, MSG_NOSIGNAL);
  return got;
}

static void *run_proxy(void *argument) {
  struct wire_proxy *proxy = argument;
  const struct sockaddr_in address = loopback(proxy->port);
  int client = accept(proxy->listener, NULL, NULL), broker = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool open = client >= 0 && !connect(broker, (const struct sockaddr *)&address, sizeof address);
  while (open) {
    uint8_t back[4096];
    struct pollfd items[] = {{.fd = client, .events = POLLIN}, {.fd = broker, .events = POLLIN}};
    if (poll(items, 2, PATIENCE_MS) <= 0) break;
    if (items[0].revents) {
      ssize_t got = pass_on(client, broker, proxy->bytes + proxy->size, KEPT - proxy->size);
      if (got > 0) proxy->size += (size_t)got;
      open = got > 0;
    }
    if (open && items[1].revents) open = pass_on(broker, client, back, sizeof back) > 0;
  }
  close(client);
  close(broker);
  return NULL;
}

void wire_proxy_open(struct wire_proxy *proxy, uint16_t port) {
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  *proxy = (struct wire_proxy){.port = port, .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  proxy->bytes = malloc(KEPT);
  assert_non_null(proxy->bytes);
  assert_int_equal(bind(proxy->listener, (struct sockaddr *)&address, size), 0);
  assert_int_equal(listen(proxy->listener, 1), 0);
  assert_int_equal(getsockname(proxy->listener, (struct sockaddr *)&address, &size), 0);
  snprintf(proxy->endpoint, sizeof proxy->endpoint, "tcp://127.0.0.1:%u", ntohs(address.sin_port));
  assert_int_equal(pthread_create(&proxy->thread, NULL, run_proxy, proxy), 0);
}

void wire_proxy_close(struct wire_proxy *proxy) {
  pthread_join(proxy->thread, NULL);
  close(proxy->listener);
}
