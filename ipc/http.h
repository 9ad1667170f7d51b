/* A small HTTP/1.1 listener for pages and figures of the service, on libmicrohttpd. Plain: who listens beyond loopback
 * puts a proxy with TLS in front. */
#ifndef ASSAY_IPC_HTTP_H
#define ASSAY_IPC_HTTP_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

struct http_request {
  const char *method; /* "GET" (also for HEAD), "POST", ... */
  const char *path;   /* percent-decoded, from "/", without the query */
  const void *body;   /* NULL where there is none */
  size_t size;
  void *connection; /* of http.c */
};

/* Percent-decoded; NULL where it is not there, "" where it has no value. Valid while the request is handled. */
const char *http_query(const struct http_request *request, const char *name);
const char *http_header(const struct http_request *request, const char *name);

/* Who asks, as a numeric address; false where it is not known. */
enum { HTTP_PEER_CHARS = 46 };
bool http_peer(const struct http_request *request, char address[HTTP_PEER_CHARS + 1]);

enum { HTTP_FIELDS = 8 };

/* All zero beforehand: 200 with an empty body of type text/plain. */
struct http_answer {
  unsigned code;
  const char *type; /* outlives the listener: "text/html; charset=utf-8" */
  char *body;       /* taken over: released with free() */
  size_t size;
  struct {
    const char *name; /* outlives the listener */
    char *value;      /* taken over */
  } fields[HTTP_FIELDS];
  size_t field_count;
};

/* Adds a header field; `value` is copied. */
enum status http_field(struct http_answer *answer, const char *name, const char *value, struct fault *fault);

struct http_handler {
  const char *method; /* "GET" or "POST"; GET answers HEAD too */
  const char *path; /* "/metrics"; one that ends with / takes all that begins with it. The longest that fits is taken */
  /* Called by several threads at a time. A failure is answered with its message as text: USAGE and INVALID 400, MISSING
   * 404, LIMIT 413, UNAVAILABLE 503, else 500; what `answer` holds by then is dropped. */
  enum status (*answer)(void *context, const struct http_request *request, struct http_answer *answer,
                        struct fault *fault);
  void *context;
};

struct http_options {
  /* "HOST:PORT", "[IPV6]:PORT", "*:PORT"; ":PORT" and "PORT" are loopback; PORT 0: any that is free */
  const char *listen;
  const struct http_handler *handlers; /* copied; what they point at outlives the listener */
  size_t count;
  size_t body_limit; /* bytes that a request's body may have, else 413; 0: 1 MiB */
  unsigned threads;  /* 0: 2 */
};

struct http;

/* Listens; answers come from threads of its own until http_close. STATUS_USAGE for an address that makes no sense,
 * STATUS_UNAVAILABLE where it cannot be had. */
enum status http_open(const struct http_options *options, struct http **http, struct fault *fault);
/* "HOST:PORT" with the port that was got. */
const char *http_address(const struct http *http);
void http_close(struct http *http);

#endif
