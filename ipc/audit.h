/* Who did what at the service: a line of JSON for each submission, cancellation, retry, golden and refusal, appended to
 * a file. It outlives the log, and is never shortened here. */
#ifndef ASSAY_IPC_AUDIT_H
#define ASSAY_IPC_AUDIT_H

#include "models/status.h"

#include <jansson.h>

struct audit;

/* FOLDER/audit.jsonl, mode 0640, made where it is missing. */
enum status audit_open(const char *folder, struct audit **audit, struct fault *fault);
void audit_close(struct audit *audit);

/* Appends {"time", "action", "who", ...fields}. Takes `who` and `fields` over. `audit` may be NULL. What cannot be
 * written is told as an event: the service goes on. */
void audit_write(struct audit *audit, const char *action, json_t *who, json_t *fields);

#endif
