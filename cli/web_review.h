/* POST /review: somebody confirms or overrules a finding on the page of assay serve --web. */
#ifndef ASSAY_CLI_WEB_REVIEW_H
#define ASSAY_CLI_WEB_REVIEW_H

#include "ipc/http.h"
#include "models/status.h"

struct web_review;

/* Keeps decisions in the store (folder, and database where there is one), and tells each in audit.jsonl of the folder.
 */
enum status web_review_open(const char *folder, const char *database, struct web_review **review, struct fault *fault);
void web_review_close(struct web_review *review); /* NULL is nothing */

/* Takes {"job", "region", "decision": "confirmed" | "overruled", "who", "why"}, and answers with the line that is kept
 * (engine/lots/reviews.h) when it is on disk. Who may ask is the caller's to check. Thread-safe. */
enum status web_review_answer(struct web_review *review, const struct http_request *request, struct http_answer *answer,
                              struct fault *fault);

#endif
