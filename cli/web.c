#include "cli/web.h"

#include "cli/lot_terms.h"
#include "cli/report/json.h"
#include "cli/report/page.h"
#include "cli/web_access.h"
#include "cli/web_review.h"
#include "engine/lots/rows.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LANGUAGES = 2 };
static const char *const languages[LANGUAGES] = {"en", "zh"};

/* What was made last; one for each language. */
struct kept_page {
  char *bytes;
  size_t size;
  time_t made;
};

struct web {
  struct http *http;
  struct web_access access;
  struct web_review *review; /* NULL: nothing can be changed */
  char *place, *data;
  pthread_mutex_t mutex; /* over what follows: one page is made at a time */
  struct kept_page pages[LANGUAGES];
};

/* ---- the page ---- */

static enum status take_row(void *data, const struct row *row, struct fault *fault) {
  return report_take(data, row, fault);
}

static enum status take_waiting(void *data, const struct row *row, struct fault *fault) {
  return report_take_waiting(data, row, fault);
}

static enum status fill(const struct report_data *data, const struct web *web, const char *language,
                        const struct judge_terms *terms, struct text *out, struct fault *fault) {
  const char *folder = web->data, *place = web->place;
  const struct words places = {.items = &place, .count = 1};
  struct report_folders folders = {0};
  struct history history = {0};
  struct text json = {0}, pictures = {0};
  json_t *lots = NULL;
  size_t shown = 0;
  int outcome = 0;
  enum status status = lot_terms_history(&places, NULL, false, &history, fault);
  if (!status) status = report_judge(data, terms, &history, &lots, &outcome, fault);
  if (!status) status = report_folders_find(&folder, 1, &folders, fault);
  if (!status) status = report_json(data, lots, &folders, &json, fault);
  if (!status) status = report_pictures_json(data, &folders, &pictures, &shown, fault);
  text_put(&pictures, "}");
  if (!status) report_page(out, language, web->review != NULL, &json, &pictures);
  if (!status && out->failed) status = fault_set(fault, STATUS_MEMORY, "out of memory for the page");
  json_decref(lots);
  history_free(&history);
  report_folders_free(&folders);
  text_free(&json);
  text_free(&pictures);
  return status;
}

static enum status make_page(const struct web *web, const char *language, struct text *out, struct fault *fault) {
  struct report_data data = {.limits = {WEB_PHOTOS, WEB_PICTURES},
                             .lots = {.by = ROW_LOT, .check_times = true},
                             .review_key = web->review ? web->access.key : NULL};
  const struct lot_terms given = {.by = "lot"};
  const char *place = web->place;
  struct judge_terms terms;
  struct rows_tally tally;
  int64_t waiting;
  enum status status = lot_terms_read(&given, &terms, fault);
  if (!status) status = rows_read(&place, 1, take_row, &data, &tally, fault);
  if (!status && !tally.rows) status = fault_set(fault, STATUS_MISSING, "no results yet");
  if (!status) status = rows_read_waiting(&place, 1, take_waiting, &data, &waiting, fault);
  if (!status) status = reviews_read(place, &data.reviews, fault);
  if (!status) status = report_end(&data, fault);
  if (!status) status = fill(&data, web, language, &terms, out, fault);
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

/* ---- what is asked for ---- */

static enum status look(void *context, const struct http_request *request, struct http_answer *to,
                        struct fault *fault) {
  struct web *web = context;
  const char *wanted = http_query(request, "lang"), *why;
  int language = wanted && !strcmp(wanted, languages[1]) ? 1 : 0;
  if (strcmp(request->path, "/") != 0) return fault_set(fault, STATUS_MISSING, "%s: there is only /", request->path);
  unsigned refused = web_access_look(&web->access, request, &why);
  if (refused) return web_refuse(to, refused, why, fault);
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
  if (!status) status = http_field(to, "Referrer-Policy", "no-referrer", fault);
  /* What only a header can say: no other site may lay the page under its own. */
  return status ? status : http_field(to, "Content-Security-Policy", "frame-ancestors 'none'", fault);
}

static enum status change(void *context, const struct http_request *request, struct http_answer *to,
                          struct fault *fault) {
  struct web *web = context;
  const char *why;
  unsigned refused = web_access_change(&web->access, request, &why);
  if (refused) return web_refuse(to, refused, why, fault);
  enum status status = web_review_answer(web->review, request, to, fault);
  pthread_mutex_lock(&web->mutex);
  for (int i = 0; i < LANGUAGES && !status; i++) web->pages[i].made = 0;
  pthread_mutex_unlock(&web->mutex);
  return status;
}

/* ---- opening ---- */

enum status web_open(const struct web_options *options, struct web **opened, struct fault *fault) {
  *opened = NULL;
  struct web *web = calloc(1, sizeof *web);
  if (!web) return fault_set(fault, STATUS_MEMORY, "out of memory");
  pthread_mutex_init(&web->mutex, NULL);
  web->place = strdup(options->place);
  web->data = strdup(options->data);
  enum status status = web->place && web->data ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = web_access_open(options->listen, options->token, &web->access, fault);
  if (!status && options->review) status = web_review_open(options->data, options->database, &web->review, fault);
  const struct http_handler handlers[] = {{.method = "GET", .path = "/", .answer = look, .context = web},
                                          {.method = "POST", .path = "/review", .answer = change, .context = web}};
  const struct http_options how = {.listen = options->listen, .handlers = handlers, .count = options->review ? 2 : 1};
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
  web_access_free(&web->access);
  web_review_close(web->review);
  free(web->place);
  free(web->data);
  free(web);
}
