/* The report over HTTP: made of what results there are, for who knows the token; findings are reviewed where that is
 * asked for, and from its own page alone. */
#include "cli/web.h"
#include "models/store.h"
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

/* The whole answer, which the caller frees. `header`: further ones, and behind an empty line the body; where it has no
 * Host, that of the address. */
static char *ask(const char *address, const char *method, const char *target, const char *header) {
  const char *colon = strrchr(address, ':');
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10))};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
  char request[2048], host[64] = "";
  const char *end = strstr(header, "\r\n\r\n") ? "" : "\r\n";
  if (!strstr(header, "Host:")) snprintf(host, sizeof host, "Host: %s\r\n", address);
  int length = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\n%sConnection: close\r\n%s%s", method, target, host,
                        header, end);
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
  expect(web, "GET", "/", "", "HTTP/1.1 200", "\"review_key\":null");
  expect(web, "GET", "/", "", "HTTP/1.1 200", "frame-ancestors 'none'");
  expect(web, "GET", "/", "Host: localhost:1\r\n", "HTTP/1.1 200", "L-77");
  expect(web, "GET", "/", "Host: evil.example\r\n", "HTTP/1.1 403", "127.0.0.1");
  expect(web, "GET", "/", "Host: 127.0.0.1.evil.example\r\n", "HTTP/1.1 403", "127.0.0.1");
  expect(web, "POST", "/review", "Content-Length: 0\r\n", "HTTP/1.1 405", "");
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

enum { SENT_MAX = 1024 };

/* A request to review from a page that has `key`, with a further header. */
static const char *sent(char text[SENT_MAX], const char *key, const char *header, const char *body) {
  snprintf(text, SENT_MAX, "Content-Type: application/json\r\nX-Assay-Key: %s\r\n%sContent-Length: %zu\r\n\r\n%s", key,
           header, strlen(body), body);
  return text;
}

/* A store with one photo that failed. */
static void make_store(const char *folder, char id[JOB_ID_CHARS + 1]) {
  struct fault fault = {0};
  struct store *store;
  struct row_parser *parser = row_parser_new();
  const struct sample sample = {
      .number = 1, .lot = "L-77", .unit = "U", .verdict = VERDICT_FAIL, .defect = true, .severity = SEVERITY_MAJOR};
  char *line = sample_line(&sample);
  snprintf(id, JOB_ID_CHARS + 1, "%s", sample_row(&sample, parser)->job_id);
  struct job job = {.photo = support_text("photos/1.jpg")};
  snprintf(job.id, sizeof job.id, "%s", id);
  struct store_entry entry = {.job = &job, .path = "/photos/1.jpg"};
  enum store_finished finished;
  if (store_open(folder, &store, &fault) || store_accept(store, id, "client", &entry, 1, 1, &fault) ||
      store_finish(store, id, line, strlen(line), 2, &finished, &fault))
    fail_msg("%s", fault.text);
  store_close(store);
  job_free(&job);
  free(line);
  row_parser_free(parser);
}

static void findings_are_reviewed_from_its_own_page_alone(void **state) {
  (void)state;
  struct fault fault = {0};
  struct web *web = NULL;
  char *folder = support_folder(), id[JOB_ID_CHARS + 1], text[SENT_MAX], body[256], key[65];
  make_store(folder, id);
  const struct web_options options = {.listen = "127.0.0.1:0", .place = folder, .data = folder, .review = true};
  if (web_open(&options, &web, &fault)) fail_msg("%s", fault.text);
  char *page = ask(web_address(web), "GET", "/", ""), *at = strstr(page, "\"review_key\":\"");
  assert_non_null(at);
  assert_int_equal(sscanf(at, "\"review_key\":\"%64[0-9a-f]", key), 1);
  assert_non_null(strstr(page, "connect-src 'self'"));
  assert_non_null(strstr(page, "\"outcome\":\"rejected\""));
  free(page);
  const char *good = body;
  snprintf(body, sizeof body,
           "{\"job\":\"%s\",\"region\":1,\"decision\":\"overruled\",\"who\":\"Mei\",\"why\":\"print\"}", id);
  expect(web, "POST", "/review", sent(text, "0", "", good), "HTTP/1.1 403", "load the page again");
  expect(web, "POST", "/review", sent(text, key, "Origin: http://evil.example\r\n", good), "HTTP/1.1 403", "own page");
  expect(web, "POST", "/review", sent(text, key, "Origin: null\r\n", good), "HTTP/1.1 403", "own page");
  expect(web, "POST", "/review", sent(text, key, "Sec-Fetch-Site: same-site\r\n", good), "HTTP/1.1 403", "own page");
  expect(web, "POST", "/review", sent(text, key, "Host: evil.example\r\n", good), "HTTP/1.1 403", "127.0.0.1");
  expect(web, "POST", "/review", sent(text, key, "", "{}"), "HTTP/1.1 400", "job: expected");
  expect(web, "POST", "/review", sent(text, key, "", "[1"), "HTTP/1.1 400", "expected a JSON object");
  expect(web, "GET", "/", "", "HTTP/1.1 200", "\"reviews\":[]");
  expect(web, "POST", "/review", sent(text, key, "Sec-Fetch-Site: same-origin\r\n", good), "HTTP/1.1 200",
         "\"who\":\"Mei\"");
  expect(web, "GET", "/", "", "HTTP/1.1 200", "\"overruled\":1");
  expect(web, "GET", "/?lang=zh", "", "HTTP/1.1 200", "\"counts\":{\"fail\":0,\"cannot_judge\":0,\"pass\":1}");
  web_close(web);
  char *trail = support_text("%s/audit.jsonl", folder);
  FILE *file = fopen(trail, "r");
  assert_non_null(file);
  assert_non_null(fgets(text, sizeof text, file));
  assert_non_null(strstr(text, "\"action\":\"review\",\"who\":{\"name\":\"Mei\",\"address\":\"127.0.0.1\"}"));
  assert_null(fgets(text, sizeof text, file));
  fclose(file);
  free(trail);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_page_is_that_of_the_results),
                                     cmocka_unit_test(a_token_is_asked_for),
                                     cmocka_unit_test(findings_are_reviewed_from_its_own_page_alone)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
