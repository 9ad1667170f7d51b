/* A peer that says what it likes: after its HELLO, messages in a good frame with any header. The broker answers whoever
 * comes next as if nothing had been. An input is a byte for the role, then for each message its kind, the size of its
 * header in two bytes, big endian, and the header; what is left over is a frame of bytes that goes with the last one.
 */
#include "ipc/broker.h"
#include "ipc/message.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ID "\"00112233445566778899aabbccddeeff\""
#define SHA "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\""
#define JOB "{\"id\":" ID ",\"golden_sha256\":" SHA ",\"photo_id\":" SHA ",\"photo\":\"a.jpg\",\"lot\":\"L-7\"}"

enum { MOST_MESSAGES = 8 };

static const char endpoint[] = "inproc://fuzz";
static char *folder;
static void *context;
static struct broker *broker;
static pthread_t thread;
static int stop_fd;

static void must(bool good) {
  if (!good) abort();
}

static void *serve(void *unused) {
  must(!broker_run(broker, NULL));
  return unused;
}

static void end(void) {
  uint64_t one = 1;
  must(write(stop_fd, &one, sizeof one) == sizeof one);
  pthread_join(thread, NULL);
  broker_close(broker);
  socket_context_close(context);
  close(stop_fd);
  support_remove(folder);
}

static void begin(void) {
  static const char *const endpoints[] = {endpoint};
  if (!getenv("TMPDIR") && !access("/dev/shm", W_OK)) setenv("TMPDIR", "/dev/shm", 1);
  folder = support_folder();
  stop_fd = eventfd(0, EFD_CLOEXEC);
  must(!socket_context_open(&context, NULL));
  const struct broker_options how = {
      .context = context, .store = folder, .endpoints = endpoints, .endpoint_count = 1, .stop_fd = stop_fd};
  must(!broker_open(&how, &broker, NULL));
  must(!pthread_create(&thread, NULL, serve, NULL));
  atexit(end);
}

static void greet(void *socket, const char *role) {
  must(!message_send(
      socket, NULL, MESSAGE_HELLO,
      json_pack("{s:s, s:s, s:s}", "role", role, "id", "ffeeddccbbaa99887766554433221100", "name", "fuzz"), NULL, 0,
      NULL));
}

/* A fuzzer looks at the clock by a signal, which ends a wait. */
static void await_message(void *socket) {
  zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
  int ready;
  do ready = zmq_poll(&item, 1, 20000);
  while (ready < 0 && errno == EINTR);
  must(ready == 1);
}

/* Until the broker has welcomed us `times` times: it has then dealt with all that was sent before. */
static void await_welcome(void *socket, int times) {
  while (times) {
    struct message message;
    await_message(socket);
    bool got;
    must(!message_receive(socket, false, &message, &got, NULL));
    times -= got && message.kind == MESSAGE_WELCOME;
    message_free(&message);
  }
}

static void send_frame(void *socket, const void *bytes, size_t size, bool more) {
  int sent;
  do sent = zmq_send(socket, bytes, size, more ? ZMQ_SNDMORE : 0);
  while (sent < 0 && errno == EINTR);
  must(sent >= 0);
}

static void send_raw(void *socket, int kind, const uint8_t *header, size_t size, const uint8_t *rest, size_t rest_size,
                     bool frame) {
  const uint8_t prefix[PROTOCOL_PREFIX_SIZE] = {'A', 'S', 'S', 'A', 'Y', PROTOCOL_VERSION, (uint8_t)kind, 0};
  send_frame(socket, prefix, sizeof prefix, true);
  send_frame(socket, header, size, frame);
  if (frame) send_frame(socket, rest, rest_size, false);
}

static void send_all(void *socket, const uint8_t *bytes, size_t size) {
  for (int i = 0; i < MOST_MESSAGES && size >= 3; i++) {
    const int kind = bytes[0];
    size_t length = (size_t)bytes[1] << 8 | bytes[2];
    bytes += 3, size -= 3;
    if (length > size) length = size;
    const uint8_t *header = bytes;
    bytes += length, size -= length;
    /* It would end the session, and who comes back is another's matter. */
    if (kind == MESSAGE_BYE || kind == MESSAGE_HELLO) continue;
    send_raw(socket, kind, header, length, bytes, size, size > 0 && size < 3);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  const struct ipc_times times = ipc_times_or_default(NULL);
  void *socket = NULL, *monitor = NULL;
  if (!context) begin();
  if (!size) return 0;
  const char *role = bytes[0] & 1 ? ROLE_WORKER : ROLE_CLIENT;
  must(!socket_dealer(context, endpoint, &times, NULL, &socket, &monitor, NULL));
  greet(socket, role);
  send_all(socket, bytes + 1, size - 1);
  greet(socket, role);
  await_welcome(socket, 2);
  message_send(socket, NULL, MESSAGE_BYE, json_object(), NULL, 0, NULL);
  socket_close(socket);
  socket_close(monitor);
  return 0;
}

static const struct {
  bool worker;
  int kind;
  const char *header;
} seeds[] = {
    {false, MESSAGE_SUBMIT,
     "{\"submission\":" ID ",\"jobs\":[{\"position\":0,\"photo\":\"path\",\"path\":\"/a\",\"job\":" JOB "}]}"},
    {false, MESSAGE_SUBMIT, "{\"submission\":" ID ",\"jobs\":[{\"position\":1,\"photo\":\"bytes\",\"job\":" JOB "}]}"},
    {false, MESSAGE_SUBSCRIBE,
     "{\"submission\":" ID ",\"order\":\"completion\",\"after\":0,\"credit\":9,\"follow\":true}"},
    {false, MESSAGE_SUBSCRIBE, "{\"order\":\"completion\",\"after\":0,\"credit\":9,\"follow\":false}"},
    {false, MESSAGE_CREDIT, "{\"submission\":" ID ",\"credit\":10}"},
    {false, MESSAGE_STATUS_REQUEST, "{\"submission\":" ID "}"},
    {false, MESSAGE_GOLDEN, "{\"sha256\":" SHA ",\"files\":[{\"name\":\"seal.json\"}]}"},
    {false, MESSAGE_CANCEL, "{\"submission\":" ID "}"},
    {false, MESSAGE_RETRY, "{\"submission\":" ID "}"},
    {true, MESSAGE_READY, "{\"credit\":4}"},
    {true, MESSAGE_DONE, "{\"jobs\":[" ID "]}"},
    {true, MESSAGE_RETURN, "{\"jobs\":[{\"job\":" ID ",\"lost\":true,\"error\":\"why\"}]}"},
    {true, MESSAGE_GOLDEN_REQUEST, "{\"sha256\":" SHA "}"},
};

uint8_t *fuzz_seed(int i, size_t *size) {
  if (i < 0 || (size_t)i >= sizeof seeds / sizeof *seeds) return NULL;
  const size_t length = strlen(seeds[i].header);
  uint8_t *bytes = malloc(4 + length);
  if (!bytes) return NULL;
  bytes[0] = seeds[i].worker;
  bytes[1] = (uint8_t)seeds[i].kind;
  bytes[2] = (uint8_t)(length >> 8);
  bytes[3] = (uint8_t)length;
  memcpy(bytes + 4, seeds[i].header, length);
  *size = 4 + length;
  return bytes;
}
