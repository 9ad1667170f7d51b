#include "ipc/http.h"

#include "models/library.h"

#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* What is used of libmicrohttpd. */
/* clang-format off */
#define FUNCTIONS(X) \
  X(add_response_header) X(create_response_from_buffer) X(destroy_response) X(get_connection_info) \
  X(get_daemon_info) X(lookup_connection_value) X(lookup_connection_value_n) X(queue_response) X(start_daemon) \
  X(stop_daemon)
/* clang-format on */
#define POINTER(name) __typeof__(MHD_##name) *name;
#define ENTRY(name) {"MHD_" #name, &mhd.name},

static struct { FUNCTIONS(POINTER) } mhd;

static const struct library_function functions[] = {FUNCTIONS(ENTRY){NULL, NULL}};
static struct library libmicrohttpd = {.file = "libmicrohttpd.so.12",
                                       .package = "libmicrohttpd12",
                                       .lost = "HTTP cannot be served",
                                       .functions = functions};

enum { CONNECTIONS = 128, PATIENCE_S = 30, THREADS = 2, ADDRESS_MAX = 320 };
#define BODY_LIMIT ((size_t)1 << 20)

struct http {
  struct MHD_Daemon *daemon;
  struct http_handler *handlers;
  size_t count, body_limit;
  char address[ADDRESS_MAX];
};

/* What has come of one request's body. */
struct intake {
  char *body;
  size_t size, room;
  bool over, failed;
};

const char *http_query(const struct http_request *request, const char *name) {
  const char *value = NULL;
  size_t size;
  if (mhd.lookup_connection_value_n(request->connection, MHD_GET_ARGUMENT_KIND, name, strlen(name), &value, &size) !=
      MHD_YES)
    return NULL;
  return value ? value : "";
}

const char *http_header(const struct http_request *request, const char *name) {
  return mhd.lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

bool http_peer(const struct http_request *request, char address[HTTP_PEER_CHARS + 1]) {
  const union MHD_ConnectionInfo *info =
      mhd.get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  const struct sockaddr *peer = info ? info->client_addr : NULL;
  if (!peer) return false;
  socklen_t size = peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
  return !getnameinfo(peer, size, address, HTTP_PEER_CHARS + 1, NULL, 0, NI_NUMERICHOST);
}

enum status http_field(struct http_answer *answer, const char *name, const char *value, struct fault *fault) {
  if (answer->field_count == HTTP_FIELDS)
    return fault_set(fault, STATUS_LIMIT, "an answer has at most %d header fields", HTTP_FIELDS);
  char *copy = strdup(value);
  if (!copy) return fault_set(fault, STATUS_MEMORY, "out of memory");
  answer->fields[answer->field_count].name = name;
  answer->fields[answer->field_count++].value = copy;
  return STATUS_OK;
}

static void answer_free(struct http_answer *answer) {
  free(answer->body);
  for (size_t i = 0; i < answer->field_count; i++) free(answer->fields[i].value);
  *answer = (struct http_answer){0};
}

static unsigned code_of(enum status status) {
  switch (status) {
  case STATUS_USAGE:
  case STATUS_INVALID:
    return MHD_HTTP_BAD_REQUEST;
  case STATUS_MISSING:
    return MHD_HTTP_NOT_FOUND;
  case STATUS_LIMIT:
    return MHD_HTTP_CONTENT_TOO_LARGE;
  case STATUS_UNAVAILABLE:
    return MHD_HTTP_SERVICE_UNAVAILABLE;
  default:
    return MHD_HTTP_INTERNAL_SERVER_ERROR;
  }
}

static void answer_words(struct http_answer *answer, unsigned code, const char *text) {
  answer_free(answer);
  answer->code = code;
  int size = asprintf(&answer->body, "%s\n", text);
  if (size < 0) answer->body = NULL;
  answer->size = size < 0 ? 0 : (size_t)size;
}

/* --- One request --- */

static bool fits(const char *pattern, const char *path) {
  size_t size = strlen(pattern);
  return size && pattern[size - 1] == '/' ? !strncmp(pattern, path, size) : !strcmp(pattern, path);
}

static const struct http_handler *find_handler(const struct http *http, const struct http_request *request,
                                               bool *path_known) {
  const struct http_handler *best = NULL;
  *path_known = false;
  for (size_t i = 0; i < http->count; i++) {
    const struct http_handler *at = &http->handlers[i];
    if (!fits(at->path, request->path)) continue;
    *path_known = true;
    if (!strcmp(at->method, request->method) && (!best || strlen(at->path) > strlen(best->path))) best = at;
  }
  return best;
}

static void find_answer(const struct http *http, const struct http_request *request, const struct intake *intake,
                        struct http_answer *answer) {
  struct fault fault = {0};
  bool path_known;
  const struct http_handler *handler = find_handler(http, request, &path_known);
  if (intake->over)
    answer_words(answer, MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than is taken here");
  else if (intake->failed)
    answer_words(answer, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
  else if (!handler && path_known)
    answer_words(answer, MHD_HTTP_METHOD_NOT_ALLOWED, "not with this method");
  else if (!handler)
    answer_words(answer, MHD_HTTP_NOT_FOUND, "there is nothing here");
  else if (handler->answer(handler->context, request, answer, &fault))
    answer_words(answer, code_of(fault.status), fault.text);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct http_answer *answer) {
  struct MHD_Response *response = mhd.create_response_from_buffer(answer->size, answer->body, MHD_RESPMEM_MUST_FREE);
  if (!response) {
    answer_free(answer);
    return MHD_NO;
  }
  answer->body = NULL;
  const char *type = answer->type ? answer->type : "text/plain; charset=utf-8";
  bool good = mhd.add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
              mhd.add_response_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES;
  for (size_t i = 0; i < answer->field_count && good; i++)
    good = mhd.add_response_header(response, answer->fields[i].name, answer->fields[i].value) == MHD_YES;
  enum MHD_Result result =
      good ? mhd.queue_response(connection, answer->code ? answer->code : MHD_HTTP_OK, response) : MHD_NO;
  mhd.destroy_response(response);
  answer_free(answer);
  return result;
}

/* What is over the limit is read and dropped, so that the answer can be sent. */
static void take_body(struct intake *intake, const char *bytes, size_t size, size_t limit) {
  if (size > limit - intake->size) intake->over = true;
  if (intake->over || intake->failed) return;
  if (size > intake->room - intake->size) {
    size_t room = 2 * intake->room > intake->size + size ? 2 * intake->room : intake->size + size;
    char *more = realloc(intake->body, room);
    intake->failed = !more;
    if (!more) return;
    intake->body = more;
    intake->room = room;
  }
  memcpy(intake->body + intake->size, bytes, size);
  intake->size += size;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **state) {
  (void)version;
  const struct http *http = context;
  struct intake *intake = *state;
  if (!intake) {
    *state = calloc(1, sizeof *intake);
    return *state ? MHD_YES : MHD_NO;
  }
  if (*upload_size) {
    take_body(intake, upload, *upload_size, http->body_limit);
    *upload_size = 0;
    return MHD_YES;
  }
  const struct http_request request = {.method = strcmp(method, "HEAD") != 0 ? method : "GET",
                                       .path = url,
                                       .body = intake->body,
                                       .size = intake->size,
                                       .connection = connection};
  struct http_answer answer = {0};
  find_answer(http, &request, intake, &answer);
  return send_answer(connection, &answer);
}

static void end_request(void *context, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode code) {
  (void)context, (void)connection, (void)code;
  struct intake *intake = *state;
  if (intake) free(intake->body);
  free(intake);
  *state = NULL;
}

/* --- Listening --- */

/* HOST:PORT in its two parts; a host in brackets loses them. */
static enum status split(const char *listen, char host[ADDRESS_MAX], const char **port, struct fault *fault) {
  const char *colon = strrchr(listen, ':');
  size_t size = colon ? (size_t)(colon - listen) : 0;
  *port = colon ? colon + 1 : listen;
  const char *begin = listen;
  bool brackets = size >= 2 && listen[0] == '[' && listen[size - 1] == ']';
  if (brackets) begin++, size -= 2;
  if (!**port || strspn(*port, "0123456789") != strlen(*port) || strlen(*port) > 5 || strtol(*port, NULL, 10) > 65535 ||
      size >= ADDRESS_MAX - 8 || (!brackets && memchr(begin, ':', size)))
    return fault_set(fault, STATUS_USAGE, "%s: expected HOST:PORT, such as 127.0.0.1:7421", listen);
  snprintf(host, ADDRESS_MAX, "%.*s", (int)size, begin);
  return STATUS_OK;
}

static enum status start(struct http *http, const struct http_options *options, const struct addrinfo *address,
                         struct fault *fault) {
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | (address->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0);
  http->daemon = mhd.start_daemon(flags, 0, NULL, NULL, handle, http, MHD_OPTION_SOCK_ADDR, address->ai_addr,
                                  MHD_OPTION_NOTIFY_COMPLETED, end_request, NULL, MHD_OPTION_CONNECTION_LIMIT,
                                  (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)PATIENCE_S,
                                  MHD_OPTION_THREAD_POOL_SIZE, options->threads ? options->threads : (unsigned)THREADS,
                                  MHD_OPTION_END);
  if (http->daemon) return STATUS_OK;
  return fault_set(fault, STATUS_UNAVAILABLE,
                   "cannot listen at http://%s%s: the address is taken or not of this machine",
                   strchr(options->listen, ':') ? "" : "127.0.0.1:", options->listen);
}

static enum status listen_at(struct http *http, const struct http_options *options, struct fault *fault) {
  char host[ADDRESS_MAX];
  const char *port;
  enum status status = split(options->listen, host, &port, fault);
  if (status) return status;
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
  struct addrinfo *found = NULL;
  bool any = !strcmp(host, "*");
  if (!*host) snprintf(host, sizeof host, "127.0.0.1");
  int code = getaddrinfo(any ? NULL : host, port, &hints, &found);
  if (code) return fault_set(fault, STATUS_USAGE, "%s: %s", options->listen, gai_strerror(code));
  status = start(http, options, found, fault);
  bool six = found->ai_family == AF_INET6;
  freeaddrinfo(found);
  if (status) return status;
  const union MHD_DaemonInfo *info = mhd.get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
  snprintf(http->address, sizeof http->address, six && !any ? "[%.300s]:%u" : "%.300s:%u", host,
           info ? (unsigned)info->port : 0);
  return STATUS_OK;
}

enum status http_open(const struct http_options *options, struct http **opened, struct fault *fault) {
  *opened = NULL;
  struct http *http = calloc(1, sizeof *http);
  if (!http || !(http->handlers = calloc(options->count + 1, sizeof *http->handlers))) {
    free(http);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  if (options->count) memcpy(http->handlers, options->handlers, options->count * sizeof *http->handlers);
  http->count = options->count;
  http->body_limit = options->body_limit ? options->body_limit : BODY_LIMIT;
  enum status status = library_need(&libmicrohttpd, fault);
  if (!status) status = listen_at(http, options, fault);
  if (status) {
    http_close(http);
    return status;
  }
  *opened = http;
  return STATUS_OK;
}

const char *http_address(const struct http *http) {
  return http->address;
}

void http_close(struct http *http) {
  if (!http) return;
  if (http->daemon) mhd.stop_daemon(http->daemon);
  free(http->handlers);
  free(http);
}
