/* The report, live over a store: assay serve --web. Read-only, but for the queue for review where that is asked for. */
#ifndef ASSAY_CLI_WEB_H
#define ASSAY_CLI_WEB_H

#include "models/status.h"

#include <stdbool.h>

struct web_options {
  const char *listen;   /* as http_options.listen */
  const char *token;    /* file whose first line must come with each request; NULL: only on loopback */
  const char *place;    /* of results, as rows_read takes it */
  const char *data;     /* folder that has evidence/ and groups/, and audit.jsonl and the store where `review` */
  const char *database; /* of the store; NULL: it is in `data` */
  bool review;          /* findings may be confirmed and overruled */
};

struct web;

/* Answers GET / (?lang=en|zh) with the page of assay lot report over all results there are at that moment, at most
 * WEB_PHOTOS listed and WEB_PICTURES with pictures; a page is made anew at most every WEB_SECONDS, and after a review.
 * Who may look: see web_access.h. With `review` the page has a queue of findings, and POST /review takes decisions
 * (web_review.h). STATUS_USAGE: as web_access_open and http_open. */
enum { WEB_PHOTOS = 2000, WEB_PICTURES = 100, WEB_SECONDS = 5 };
enum status web_open(const struct web_options *options, struct web **web, struct fault *fault);
/* "HOST:PORT" with the port that was got. */
const char *web_address(const struct web *web);
void web_close(struct web *web); /* NULL is nothing */

#endif
