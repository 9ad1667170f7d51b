/* The report over HTTP: made of what results there are, for who knows the token, and nothing can be changed. */
#include "cli/web.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* The whole answer, which the caller frees. */
static char *ask(const char *address, const char *method, const char *target, const char *header) {
  const char *colon = strrchr(address, ':');
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10))};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
  char request[512];
  int length = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", method,
                        target, header);
  assert_int_equal(write(fd, request, (size_t)length), length);
  size_t size = 0, room = 1 << 16;
  char *answer = malloc(room + 1);
  assert_non_null(answer);
  for (ssize_t got; (got = read(fd, answer + size, room - size)) > 0;) {
    size += (size_t)got;
    if (size < room) continue;
    char *larger = realloc(answer, 2 * room + 1);
    assert_non_null(larger);
    answer = larger;
    room *= 2;
  }
  answer[size] = 0;
  close(fd);
  return answer;
}

static void expect(const struct web *web, const char *method, const char *target, const char *header, const char *begin,
                   const char *part) {
  char *answer = ask(web_address(web), method, target, header);
  if (strncmp(answer, begin, strlen(begin)) != 0 || !strstr(answer, part))
    fail_msg("%s %s: %.300s", method, target, answer);
  free(answer);
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void the_page_is_that_of_the_results(void **state) {
  (void)state;
  struct fault fault = {0};
  struct web *web = NULL;
  char *folder = support_folder(), *results = support_text("%s/results.jsonl", folder);
  write_file(results, "");
  const struct web_options options = {.listen = "127.0.0.1:0", .place = results, .data = folder};
  if (web_open(&options, &web, &fault)) fail_msg("%s", fault.text);
  expect(web, "GET", "/", "", "HTTP/1.1 404", "no results yet");
  FILE *file = fopen(results, "w");
  assert_non_null(file);
  sample_write(file, &(struct sample){.number = 1, .lot = "L-77", .unit = "U", .score = 80});
  assert_int_equal(fclose(file), 0);
  expect(web, "GET", "/", "", "HTTP/1.1 200", "L-77");
  expect(web, "GET", "/?lang=zh", "", "HTTP/1.1 200", "<html lang=\"zh\">");
  expect(web, "GET", "/other", "", "HTTP/1.1 404", "");
  expect(web, "POST", "/", "Content-Length: 0\r\n", "HTTP/1.1 405", "");
  web_close(web);
  free(results);
  support_remove(folder);
}

static void a_token_is_asked_for(void **state) {
  (void)state;
  struct fault fault = {0};
  struct web *web = NULL;
  char *folder = support_folder(), *results = support_text("%s/results.jsonl", folder),
       *token = support_text("%s/token", folder);
  FILE *file = fopen(results, "w");
  assert_non_null(file);
  sample_write(file, &(struct sample){.number = 1, .lot = "L-77", .unit = "U", .score = 80});
  assert_int_equal(fclose(file), 0);
  struct web_options options = {.listen = "0.0.0.0:0", .place = results, .data = folder};
  assert_int_equal(web_open(&options, &web, &fault), STATUS_USAGE);
  options.token = token;
  write_file(token, "short\n");
  assert_int_equal(web_open(&options, &web, &fault), STATUS_USAGE);
  write_file(token, "0123456789abcdef\n");
  if (web_open(&options, &web, &fault)) fail_msg("%s", fault.text);
  expect(web, "GET", "/", "", "HTTP/1.1 401", "WWW-Authenticate: Bearer");
  expect(web, "GET", "/?token=0123456789abcdeX", "", "HTTP/1.1 401", "");
  expect(web, "GET", "/?token=0123456789abcdef", "", "HTTP/1.1 200", "L-77");
  expect(web, "GET", "/", "Authorization: Bearer 0123456789abcdef\r\n", "HTTP/1.1 200", "L-77");
  web_close(web);
  free(results), free(token);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_page_is_that_of_the_results),
                                     cmocka_unit_test(a_token_is_asked_for)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
