/* The report, live over a store: assay serve --web. Read-only. */
#ifndef ASSAY_CLI_WEB_H
#define ASSAY_CLI_WEB_H

#include "models/status.h"

struct web_options {
  const char *listen; /* as http_options.listen */
  const char *token;  /* file whose first line must come with each request; NULL: only on loopback */
  const char *place;  /* of results, as rows_read takes it */
  const char *data;   /* folder that has evidence/ and groups/ */
};

struct web;

/* Answers GET / (?lang=en|zh) with the page of assay lot report over all results there are at that moment, at most
 * WEB_PHOTOS listed and WEB_PICTURES with pictures; a page is made anew at most every WEB_SECONDS. With a token each
 * request must have "Authorization: Bearer TOKEN" or ?token=TOKEN, else 401. STATUS_USAGE: another address than
 * loopback without a token, an empty token, or as http_open. */
enum { WEB_PHOTOS = 2000, WEB_PICTURES = 100, WEB_SECONDS = 5 };
enum status web_open(const struct web_options *options, struct web **web, struct fault *fault);
/* "HOST:PORT" with the port that was got. */
const char *web_address(const struct web *web);
void web_close(struct web *web); /* NULL is nothing */

#endif
