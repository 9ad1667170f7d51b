/* The HTTP listener: handlers by path and method, limits, what fails. */
#include "ipc/http.h"
#include "tests/support.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { BODY_LIMIT = 1000 };

static enum status echo(void *context, const struct http_request *request, struct http_answer *answer,
                        struct fault *fault) {
  const char *name = http_query(request, "name"), *agent = http_header(request, "x-agent");
  int size = asprintf(&answer->body, "%s %s %s name=%s agent=%s body=%.*s", (const char *)context, request->method,
                      request->path, name ? name : "(none)", agent ? agent : "(none)", (int)request->size,
                      request->body ? (const char *)request->body : "");
  assert_true(size > 0);
  answer->size = (size_t)size;
  answer->type = "text/special";
  return http_field(answer, "X-Answer", "42", fault);
}

static enum status refuse(void *context, const struct http_request *request, struct http_answer *answer,
                          struct fault *fault) {
  (void)request;
  answer->body = strdup("half an answer");
  return fault_set(fault, *(const enum status *)context, "the cause in words");
}

static const enum status missing = STATUS_MISSING, invalid = STATUS_INVALID, io = STATUS_IO, away = STATUS_UNAVAILABLE;

static const struct http_handler handlers[] = {
    {.method = "GET", .path = "/all/", .answer = echo, .context = (void *)"all"},
    {.method = "GET", .path = "/all/one", .answer = echo, .context = (void *)"one"},
    {.method = "POST", .path = "/all/one", .answer = echo, .context = (void *)"post"},
    {.method = "GET", .path = "/missing", .answer = refuse, .context = (void *)&missing},
    {.method = "GET", .path = "/invalid", .answer = refuse, .context = (void *)&invalid},
    {.method = "GET", .path = "/io", .answer = refuse, .context = (void *)&io},
    {.method = "GET", .path = "/away", .answer = refuse, .context = (void *)&away},
};

static int set_up(void **state) {
  struct fault fault = {0};
  struct http *http;
  const struct http_options options = {.listen = "127.0.0.1:0",
                                       .handlers = handlers,
                                       .count = sizeof handlers / sizeof *handlers,
                                       .body_limit = BODY_LIMIT};
  if (http_open(&options, &http, &fault)) fail_msg("%s", fault.text);
  *state = http;
  return 0;
}

static int tear_down(void **state) {
  http_close(*state);
  return 0;
}

/* Sends the text and reads until the other side closes; to be freed. */
static char *exchange(const struct http *http, const char *text) {
  const char *port = strrchr(http_address(http), ':') + 1;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(socket_, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(send(socket_, text, strlen(text), MSG_NOSIGNAL), strlen(text));
  char *answer = calloc(1, 65536);
  size_t size = 0;
  for (ssize_t got; (got = read(socket_, answer + size, 65535 - size)) > 0;) size += (size_t)got;
  close(socket_);
  return answer;
}

static void expect(const struct http *http, const char *request, const char *code, const char *part) {
  char *text = support_text("%s HTTP/1.1\r\nHost: here\r\nX-Agent: tester\r\nConnection: close\r\n\r\n", request);
  char *answer = exchange(http, text);
  if (strncmp(answer, "HTTP/1.1 ", 9) != 0 || strncmp(answer + 9, code, 3) != 0 || !strstr(answer, part))
    fail_msg("%s: expected %s and \"%s\", got: %s", request, code, part, answer);
  free(answer);
  free(text);
}

static void a_request_goes_to_the_handler_of_the_longest_path_and_its_method(void **state) {
  expect(*state, "GET /all/one", "200", "one GET /all/one");
  expect(*state, "GET /all/two%20three", "200", "all GET /all/two three");
  expect(*state, "GET /all/?name=a%26b", "200", "name=a&b agent=tester");
  expect(*state, "GET /all/", "200", "X-Answer: 42");
  expect(*state, "GET /all/", "200", "text/special");
  expect(*state, "GET /elsewhere", "404", "nothing here");
  expect(*state, "POST /missing", "405", "not with this method");
}

static void head_answers_without_a_body(void **state) {
  char *answer = exchange(*state, "HEAD /all/one HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  assert_non_null(strstr(answer, "200 OK"));
  assert_null(strstr(answer, "one GET"));
  free(answer);
}

static void a_failure_is_answered_with_its_words_and_nothing_else(void **state) {
  expect(*state, "GET /missing", "404", "the cause in words");
  expect(*state, "GET /invalid", "400", "the cause in words");
  expect(*state, "GET /io", "500", "the cause in words");
  expect(*state, "GET /away", "503", "the cause in words");
}

static void a_body_is_taken_up_to_its_limit(void **state) {
  char bytes[BODY_LIMIT + 2];
  for (size_t size = BODY_LIMIT; size <= BODY_LIMIT + 1; size++) {
    memset(bytes, 'x', size);
    bytes[size] = 0;
    char *text = support_text(
        "POST /all/one HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", size, bytes);
    char *answer = exchange(*state, text);
    assert_non_null(strstr(answer, size > BODY_LIMIT ? "413" : "200 OK"));
    free(answer);
    free(text);
  }
}

static void an_address_that_makes_no_sense_or_is_taken_is_told(void **state) {
  static const char *const senseless[] = {"", "host:", "127.0.0.1:99999", "::1:80", "127.0.0.1:http", "no host:80"};
  struct http *second = NULL;
  struct fault fault = {0};
  for (size_t i = 0; i < sizeof senseless / sizeof *senseless; i++) {
    const struct http_options options = {.listen = senseless[i]};
    assert_int_equal(http_open(&options, &second, &fault), STATUS_USAGE);
    assert_null(second);
  }
  const struct http_options taken = {.listen = http_address(*state)};
  assert_int_equal(http_open(&taken, &second, &fault), STATUS_UNAVAILABLE);
  assert_non_null(strstr(fault.text, "taken"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_request_goes_to_the_handler_of_the_longest_path_and_its_method),
      TEST(head_answers_without_a_body),
      TEST(a_failure_is_answered_with_its_words_and_nothing_else),
      TEST(a_body_is_taken_up_to_its_limit),
      TEST(an_address_that_makes_no_sense_or_is_taken_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
