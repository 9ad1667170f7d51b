/* The service's figures over HTTP: /metrics as Prometheus reads them (text format 0.0.4), /health for a supervisor. */
#ifndef ASSAY_IPC_METRICS_H
#define ASSAY_IPC_METRICS_H

#include "ipc/figures.h"
#include "ipc/guard.h"
#include "ipc/http.h"

struct metrics_options {
  const struct broker_figures *figures;
  const struct guard *guard; /* may be NULL */
  const char *store;         /* as the broker opened it */
  const char *database;      /* the same */
  int silence_ms;            /* a broker whose thread took no round for so long is not well */
};

struct metrics;
/* What the options point at outlives it. */
enum status metrics_open(const struct metrics_options *options, struct metrics **metrics, struct fault *fault);
void metrics_close(struct metrics *metrics);

/* Handlers of http.h; their context is the struct metrics. Jobs are counted in the store, by a handle of its own. */
enum status metrics_answer(void *metrics, const struct http_request *request, struct http_answer *answer,
                           struct fault *fault);
/* 200 {"status": "ok"} or 503 and what is wrong. */
enum status metrics_health(void *metrics, const struct http_request *request, struct http_answer *answer,
                           struct fault *fault);

#endif
