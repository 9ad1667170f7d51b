#include "cli/web.h"

#include "cli/lot_terms.h"
#include "cli/report/json.h"
#include "cli/report/page.h"
#include "engine/lots/rows.h"
#include "ipc/http.h"
#include "models/file.h"

#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LANGUAGES = 2, TOKEN_BYTES = 4096, LEAST_TOKEN = 16 };
static const char *const languages[LANGUAGES] = {"en", "zh"};

/* What was made last; one for each language. */
struct kept_page {
  char *bytes;
  size_t size;
  time_t made;
};

struct web {
  struct http *http;
  char *place, *data, *token;
  pthread_mutex_t mutex; /* over what follows: one page is made at a time */
  struct kept_page pages[LANGUAGES];
};

/* ---- the page ---- */

static enum status take_row(void *data, const struct row *row, struct fault *fault) {
  return report_take(data, row, fault);
}

static enum status fill(const struct report_data *data, const char *folder, const char *language,
                        const struct judge_terms *terms, struct text *out, struct fault *fault) {
  struct report_folders folders = {0};
  struct history history = {0};
  struct text json = {0}, pictures = {0};
  json_t *lots = NULL;
  size_t shown = 0;
  int outcome = 0;
  enum status status = report_judge(data, terms, &history, &lots, &outcome, fault);
  if (!status) status = report_folders_find(&folder, 1, &folders, fault);
  if (!status) status = report_json(data, lots, &folders, &json, fault);
  if (!status) status = report_pictures_json(data, &folders, &pictures, &shown, fault);
  text_put(&pictures, "}");
  if (!status) report_page(out, language, &json, &pictures);
  if (!status && out->failed) status = fault_set(fault, STATUS_MEMORY, "out of memory for the page");
  json_decref(lots);
  history_free(&history);
  report_folders_free(&folders);
  text_free(&json);
  text_free(&pictures);
  return status;
}

static enum status make_page(const struct web *web, const char *language, struct text *out, struct fault *fault) {
  struct report_data data = {.limits = {WEB_PHOTOS, WEB_PICTURES}, .lots = {.by = ROW_LOT, .check_times = true}};
  const struct lot_terms given = {.by = "lot"};
  const char *place = web->place;
  struct judge_terms terms;
  struct rows_tally tally;
  enum status status = lot_terms_read(&given, &terms, fault);
  if (!status) status = rows_read(&place, 1, take_row, &data, &tally, fault);
  if (!status && !tally.rows) status = fault_set(fault, STATUS_MISSING, "no results yet");
  if (!status) status = report_end(&data, fault);
  if (!status) status = fill(&data, web->data, language, &terms, out, fault);
  report_data_free(&data);
  return status;
}

static enum status refresh(struct web *web, int language, struct fault *fault) {
  struct kept_page *page = &web->pages[language];
  struct text out = {0};
  time_t now = time(NULL);
  if (page->bytes && now - page->made < WEB_SECONDS) return STATUS_OK;
  enum status status = make_page(web, languages[language], &out, fault);
  if (!status) {
    free(page->bytes);
    page->size = out.size;
    page->bytes = text_take(&out);
    page->made = now;
    if (!page->bytes) status = fault_set(fault, STATUS_MEMORY, "out of memory for the page");
  }
  text_free(&out);
  return status;
}

/* ---- who may look ---- */

static bool is_right(const char *given, const char *token) {
  size_t length = strlen(token);
  return given && strlen(given) == length && !sodium_memcmp(given, token, length);
}

static bool may_look(const struct web *web, const struct http_request *request) {
  static const char bearer[] = "Bearer ";
  const char *header = http_header(request, "Authorization");
  if (!web->token) return true;
  if (header && !strncmp(header, bearer, sizeof bearer - 1)) return is_right(header + sizeof bearer - 1, web->token);
  return is_right(http_query(request, "token"), web->token);
}

static enum status answer(void *context, const struct http_request *request, struct http_answer *to,
                          struct fault *fault) {
  struct web *web = context;
  const char *wanted = http_query(request, "lang");
  int language = wanted && !strcmp(wanted, languages[1]) ? 1 : 0;
  if (strcmp(request->path, "/") != 0) return fault_set(fault, STATUS_MISSING, "%s: there is only /", request->path);
  if (!may_look(web, request)) {
    to->code = 401;
    return http_field(to, "WWW-Authenticate", "Bearer", fault);
  }
  pthread_mutex_lock(&web->mutex);
  enum status status = refresh(web, language, fault);
  const struct kept_page *page = &web->pages[language];
  if (!status) {
    to->body = malloc(page->size);
    if (!to->body) status = fault_set(fault, STATUS_MEMORY, "out of memory for the page");
  }
  if (!status) {
    memcpy(to->body, page->bytes, page->size);
    to->size = page->size;
  }
  pthread_mutex_unlock(&web->mutex);
  to->type = "text/html; charset=utf-8";
  if (!status) status = http_field(to, "Cache-Control", "no-store", fault);
  return status ? status : http_field(to, "X-Content-Type-Options", "nosniff", fault);
}

/* ---- opening ---- */

/* As http_options.listen takes it: without a host it is loopback. */
static bool is_loopback(const char *listen) {
  const char *colon = strrchr(listen, ':');
  if (!colon || colon == listen) return true;
  return !strncmp(listen, "127.", 4) || !strncmp(listen, "[::1]:", 6) || !strncmp(listen, "localhost:", 10);
}

static enum status read_token(const char *path, char **token, struct fault *fault) {
  uint8_t *bytes = NULL;
  size_t size = 0;
  enum status status = file_read(AT_FDCWD, path, path, true, TOKEN_BYTES, &bytes, &size, fault);
  if (status) return status;
  size_t length = 0;
  while (length < size && bytes[length] > ' ' && bytes[length] <= '~') length++;
  if (length < LEAST_TOKEN)
    status = fault_set(fault, STATUS_USAGE, "%s: expected a token of at least %d printable characters", path,
                       (int)LEAST_TOKEN);
  else if (!(*token = strndup((const char *)bytes, length)))
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  free(bytes);
  return status;
}

enum status web_open(const struct web_options *options, struct web **opened, struct fault *fault) {
  *opened = NULL;
  if (!options->token && !is_loopback(options->listen))
    return fault_set(fault, STATUS_USAGE, "--web %s: others than this machine may only look with --web-token FILE",
                     options->listen);
  struct web *web = calloc(1, sizeof *web);
  if (!web) return fault_set(fault, STATUS_MEMORY, "out of memory");
  pthread_mutex_init(&web->mutex, NULL);
  web->place = strdup(options->place);
  web->data = strdup(options->data);
  enum status status = web->place && web->data ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status && options->token) status = read_token(options->token, &web->token, fault);
  const struct http_handler handlers[] = {{.method = "GET", .path = "/", .answer = answer, .context = web}};
  const struct http_options how = {.listen = options->listen, .handlers = handlers, .count = 1};
  if (!status) status = http_open(&how, &web->http, fault);
  if (status)
    web_close(web);
  else
    *opened = web;
  return status;
}

const char *web_address(const struct web *web) {
  return http_address(web->http);
}

void web_close(struct web *web) {
  if (!web) return;
  if (web->http) http_close(web->http);
  for (int i = 0; i < LANGUAGES; i++) free(web->pages[i].bytes);
  pthread_mutex_destroy(&web->mutex);
  free(web->place);
  free(web->data);
  free(web->token);
  free(web);
}
