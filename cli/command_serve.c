#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/serve_doors.h"
#include "cli/serve_watch.h"
#include "cli/service.h"
#include "cli/supervisor.h"
#include "cli/web.h"

#include "ipc/broker.h"
#include "ipc/keep.h"
#include "ipc/metrics.h"
#include "models/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNWELL_MS = 10000 /* a broker whose thread takes no round for so long hangs */ };

struct serve_options {
  struct common_options common;
  const char *data, *store;
  struct words listen, roots;
  const char *key, *allow;
  bool insecure, web_review;
  const char *metrics, *web, *web_token, *findings, *on_finding, *budget, *keep_photos;
  struct log_options log;
};

static const struct option options[] = {
    {.name = "data",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, data),
     .argument = "FOLDER",
     .help = "jobs, results and photos are kept there (default: $XDG_DATA_HOME/assay or ~/.local/share/assay)"},
    {.name = "store",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, store),
     .argument = "URI",
     .help = "keep jobs and results in this PostgreSQL database (postgresql://USER@HOST/NAME) instead, with as many "
             "brokers as are needed; photos and goldens that are sent stay in --data, which all of them must see"},
    {.name = "keep-photos",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, keep_photos),
     .argument = "DAYS",
     .help = "remove photos that were sent so many days ago (handed in last) and whose jobs are done; 0 to 36500 "
             "(default: they are kept)"},
    {.name = "listen",
     .kind = OPTION_LIST,
     .offset = offsetof(struct serve_options, listen),
     .argument = "ENDPOINT",
     .help = "tcp://HOST:PORT or ipc://PATH (default: ipc:// in the data folder)"},
    {.name = "key",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, key),
     .argument = "FILE",
     .help = "the broker's secret key for tcp:// (default: broker.key in the data folder, made where it is missing)"},
    {.name = "allow",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, allow),
     .argument = "FILE",
     .help = "who may connect over tcp://: a line \"client|worker|admin curve25519-public BASE64 NAME\" a key, read "
             "again when it changes (default: allow in the data folder)"},
    {.name = "insecure",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct serve_options, insecure),
     .help = "tcp:// without keys: whoever reaches the port may hand in, judge and read everything"},
    {.name = "root",
     .kind = OPTION_LIST,
     .offset = offsetof(struct serve_options, roots),
     .argument = "FOLDER",
     .help = "photos that are handed in by path must lie below (default: anywhere for clients on this machine, nowhere "
             "for those that come over tcp://)"},
    {.name = "metrics",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, metrics),
     .argument = "HOST:PORT",
     .help = "figures for Prometheus at http://HOST:PORT/metrics, and /health for a supervisor; a port alone is "
             "127.0.0.1"},
    {.name = "web",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, web),
     .argument = "HOST:PORT",
     .help = "the page of assay lot report over all results there are, at http://HOST:PORT/ (?lang=zh); read-only "
             "but for --web-review; a port alone is 127.0.0.1"},
    {.name = "web-token",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, web_token),
     .argument = "FILE",
     .help = "who looks must know its first line (Authorization: Bearer, or ?token=); needed beyond this machine"},
    {.name = "web-review",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct serve_options, web_review),
     .help = "who looks may confirm and overrule findings there, with name and reason: kept in the store and told in "
             "audit.jsonl. What was overruled no longer counts for lots; assay golden approve --reviewed makes limit "
             "samples of it"},
    {.name = "findings",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, findings),
     .argument = "ENDPOINT",
     .help = "each new finding of drift is published there once, ZeroMQ PUB, frames \"finding\" and a line of JSON as "
             "of assay lot drift (default: ipc://findings.ipc in the data folder; none with --store)"},
    {.name = "on-finding",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, on_finding),
     .argument = "COMMAND",
     .help = "run by /bin/sh for each new finding, its line of JSON on standard input"},
    {.name = "budget",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, budget),
     .argument = "B",
     .fallback = "0.05",
     .help = "findings to be expected, over all looks at all charts, where nothing changes; 0.0001 to 1"},
    LOG_OPTIONS(struct serve_options, "info"),
    {.name = NULL}};

/* --- Figures --- */

struct figures {
  struct metrics *metrics;
  struct http *http;
};

static enum status open_figures(const struct serve_options *given, const struct broker *broker,
                                const struct guard *guard, const char *data, struct figures *figures,
                                struct fault *fault) {
  const char *listen = given->metrics;
  if (!listen) return STATUS_OK;
  const struct metrics_options how = {.figures = broker_figures(broker),
                                      .guard = guard,
                                      .store = data,
                                      .database = given->store,
                                      .silence_ms = UNWELL_MS};
  enum status status = metrics_open(&how, &figures->metrics, fault);
  if (status) return status;
  const struct http_handler handlers[] = {
      {.method = "GET", .path = "/metrics", .answer = metrics_answer, .context = figures->metrics},
      {.method = "GET", .path = "/health", .answer = metrics_health, .context = figures->metrics}};
  const struct http_options options_ = {
      .listen = listen, .handlers = handlers, .count = sizeof handlers / sizeof *handlers};
  return http_open(&options_, &figures->http, fault);
}

static void close_figures(struct figures *figures) {
  http_close(figures->http);
  metrics_close(figures->metrics);
}

static enum status open_pages(const struct serve_options *given, const char *data, struct web **web,
                              struct fault *fault) {
  if (!given->web && given->web_token) return fault_set(fault, STATUS_USAGE, "--web-token goes with --web");
  if (!given->web && given->web_review) return fault_set(fault, STATUS_USAGE, "--web-review goes with --web");
  if (!given->web) return STATUS_OK;
  const struct web_options how = {.listen = given->web,
                                  .token = given->web_token,
                                  .place = given->store ? given->store : data,
                                  .data = data,
                                  .database = given->store,
                                  .review = given->web_review};
  return web_open(&how, web, fault);
}

/* --- Photos that were sent --- */

static void warn(const char *text) {
  message_warning("%s", text);
}

static enum status keep_photos(const struct serve_options *given, const char *data, struct keep **keep,
                               struct fault *fault) {
  double days;
  *keep = NULL;
  if (!given->keep_photos) return STATUS_OK;
  if (!number_parse(given->keep_photos, strlen(given->keep_photos), &days) || days < 0 || days > 36500)
    return fault_set(fault, STATUS_USAGE, "--keep-photos %s: expected a number of days from 0 to 36500",
                     given->keep_photos);
  const struct keep_options how = {
      .store = data, .database = given->store, .seconds = (int64_t)(days * 86400), .note = warn};
  return keep_start(&how, keep, fault);
}

/* --- All of it --- */

static enum status announce(const struct broker *broker, const struct serve_watch *watching,
                            const struct figures *figures, const struct web *web, const struct serve_doors *doors,
                            size_t count, bool json, struct fault *fault) {
  const char *findings = watch_endpoint(watching->watch), *http = figures->http ? http_address(figures->http) : NULL;
  const char *key = doors->security.own ? doors->key.public_text : NULL;
  supervisor_ready();
  if (!json) {
    for (size_t i = 0; i < count; i++) message_note("the broker listens at %s", broker_endpoint(broker, i));
    if (key) message_note("its public key, for --broker-key: %s", key);
    if (*findings) message_note("findings of drift are published at %s", findings);
    if (web) message_note("the report is at http://%s/", web_address(web));
    if (http) message_note("figures are at http://%s/metrics, and whether it is well at /health", http);
    return STATUS_OK;
  }
  json_t *endpoints = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(endpoints, json_string(broker_endpoint(broker, i)));
  return output_json(json_pack("{s:o, s:o, s:s?, s:s?, s:s?}", "listening", endpoints, "findings",
                               *findings ? json_string(findings) : json_null(), "key", key, "http", http, "web",
                               web ? web_address(web) : NULL),
                     fault);
}

static enum status serve(const struct serve_options *given, const char *data, const char *endpoint,
                         struct fault *fault) {
  const char *const *endpoints = given->listen.count ? given->listen.items : &endpoint;
  const size_t count = given->listen.count ? given->listen.count : 1;
  void *context = NULL;
  struct broker *broker = NULL;
  struct serve_watch watching = {.stop_fd = -1};
  struct serve_doors doors = {0};
  struct figures figures = {0};
  struct keep *keep = NULL;
  struct web *web = NULL;
  enum status status = folder_make(data, fault);
  if (!status) status = socket_context_open(&context, fault);
  if (status) return status;
  interrupt_watch();
  log_begin(&given->log);
  const struct serve_doors_options locks = {.data = data,
                                            .endpoints = endpoints,
                                            .endpoint_count = count,
                                            .key = given->key,
                                            .allow = given->allow,
                                            .roots = &given->roots,
                                            .insecure = given->insecure};
  status = serve_doors_open(&locks, context, &doors, fault);
  const struct broker_options how = {.context = context,
                                     .store = data,
                                     .database = given->store,
                                     .endpoints = endpoints,
                                     .endpoint_count = count,
                                     .security = &doors.security,
                                     .allow = doors.allow,
                                     .guard = doors.guard,
                                     .roots = doors.roots,
                                     .audit = true,
                                     .beat = supervisor_alive,
                                     .stop_fd = interrupt_descriptor()};
  const struct serve_watch_options look = {.context = context,
                                           .data = data,
                                           .database = given->store,
                                           .findings = given->findings,
                                           .on_finding = given->on_finding,
                                           .budget = given->budget,
                                           .security = &doors.security};
  if (!status) status = broker_open(&how, &broker, fault);
  if (!status) status = guard_start(doors.guard, fault);
  if (!status) status = serve_watch_open(&look, &watching, fault);
  if (!status) status = serve_watch_start(&watching, fault);
  if (!status) status = open_figures(given, broker, doors.guard, data, &figures, fault);
  if (!status) status = open_pages(given, data, &web, fault);
  if (!status) status = keep_photos(given, data, &keep, fault);
  if (!status) status = announce(broker, &watching, &figures, web, &doors, count, given->common.json, fault);
  if (!status) status = broker_run(broker, fault);
  supervisor_stopping();
  web_close(web);
  close_figures(&figures);
  keep_end(keep);
  serve_watch_end(&watching);
  broker_close(broker);
  serve_doors_close(&doors);
  socket_context_close(context);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct serve_options *given = values;
  char *data = given->data ? strdup(given->data) : folder_data(), *endpoint = NULL;
  enum status status =
      data ? service_endpoint(data, &endpoint, fault) : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = serve(given, data, endpoint, fault);
  free(endpoint);
  free(data);
  return status;
}

const struct command command_serve = {
    .name = "serve",
    .summary = "the service: keeps jobs and results, gives work to workers",
    .text =
        "Runs the broker until Ctrl-C. A job is on disk before it is acknowledged, and a result is stored once; the\n"
        "broker may be killed and started again at any time. It judges nothing itself: start workers.\n\n"
        "It looks for drift in the results as they arrive, as assay lot drift does, and tells each new finding once,\n"
        "also when it is started again: see --findings and --on-finding.\n\n"
        "Over tcp:// both sides prove who they are by their keys (CURVE). Who did what stands in audit.jsonl in the\n"
        "data folder. SIGTERM ends it after what has arrived is stored; workers and clients wait for its return.\n\n"
        "With --json one line {\"listening\": [...], \"findings\", \"key\", \"http\", \"web\"} tells when clients may "
        "come.",
    .example = "  assay serve --data /srv/assay --listen tcp://*:7420 --root /srv/photos --metrics 9420",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct serve_options),
    .run = run,
};
