/* Who may look at the pages of assay serve --web, and who may change something there. */
#ifndef ASSAY_CLI_WEB_ACCESS_H
#define ASSAY_CLI_WEB_ACCESS_H

#include "ipc/http.h"
#include "models/status.h"

#include <stdbool.h>

enum { WEB_KEY_CHARS = 64 };

/* All zero beforehand; ends with web_access_free. */
struct web_access {
  char *token;                 /* that each request must bring; NULL: none, and only this machine is listened to */
  char key[WEB_KEY_CHARS + 1]; /* random, of this start: in the page, and in what the page sends */
};

/* `token`: file whose first line it is; NULL: none. STATUS_USAGE: another address than loopback without a token, a
 * token of less than 16 characters. */
enum status web_access_open(const char *listen, const char *token, struct web_access *access, struct fault *fault);
void web_access_free(struct web_access *access);

/* 0, or the code of the refusal, of which `why` says the words. To look: the token, as "Authorization: Bearer" or
 * ?token=; without one, the request must be for this machine by a name of its own, so that no page of another site
 * whose name was pointed here can read it. To change something also: JSON, from a page of this address (Origin,
 * Sec-Fetch-Site), with this start's key in X-Assay-Key. */
unsigned web_access_look(const struct web_access *access, const struct http_request *request, const char **why);
unsigned web_access_change(const struct web_access *access, const struct http_request *request, const char **why);

/* Fills the answer of a refusal. */
enum status web_refuse(struct http_answer *answer, unsigned code, const char *why, struct fault *fault);

#endif
