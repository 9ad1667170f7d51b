#include "ipc/watch.h"

#include "engine/drift/findings.h"
#include "ipc/clock.h"
#include "ipc/link.h"
#include "ipc/socket.h"
#include "ipc/watch_command.h"
#include "models/store_findings.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
  BATCH = 4096,
  PAUSE_MS = 1000,
  LONGEST_PAUSE_MS = 5000,
  RECONNECT_MS = 1000,
  CLAIM_MS = 30000,
  LEAST_RESULTS = 50,
  MOST_RESULTS = 10000000
};

struct watch {
  struct watch_options options;
  char endpoint[SOCKET_ENDPOINT_MAX];
  void *socket;
  struct store *store;
  struct row_parser *parser;
  struct season season;
  char *line; /* with room behind for the parser */
  size_t room;
  int64_t sequence;             /* of the last outcome taken */
  int64_t looked;               /* results at the last look */
  int64_t next_look, tell_from; /* clock_ms */
  char id[PROTOCOL_ID_CHARS + 1];
  int64_t claim_again; /* clock_ms; 0: another broker watches, or did */
  struct watch_commands commands;
  enum status taken; /* what came of the outcomes of a batch */
  struct fault fault;
  size_t batch;
};

static void note(const struct watch *watch, const struct fault *fault) {
  if (watch->options.note) watch->options.note(fault->text);
}

/* Of the brokers that share a store one watches; another takes over when it is not heard of any more. */
static enum status claim(struct watch *w, bool *mine, struct fault *fault) {
  int64_t now = clock_ms(), wall = clock_wall_ms();
  *mine = true;
  if (!store_is_shared(w->store) || now < w->claim_again) return STATUS_OK;
  enum status status = store_claim(w->store, "watch", w->id, wall, wall + CLAIM_MS, mine, fault);
  if (status || !*mine) {
    w->claim_again = 0;
    return status;
  }
  /* Whoever had it before has looked further than we know. */
  if (!w->claim_again) status = store_looked(w->store, &w->looked, fault);
  w->claim_again = now + CLAIM_MS / 3;
  return status;
}

/* --- Results in --- */

static enum status take_line(struct watch *w, const char *line, size_t size) {
  if (size + ROW_PADDING > w->room) {
    char *wider = realloc(w->line, 2 * (size + ROW_PADDING));
    if (!wider) return fault_set(&w->fault, STATUS_MEMORY, "out of memory for the results");
    w->line = wider;
    w->room = 2 * (size + ROW_PADDING);
  }
  memcpy(w->line, line, size);
  memset(w->line + size, 0, ROW_PADDING);
  struct row *row;
  enum status status = row_parse(w->parser, w->line, size, &row, &w->fault);
  if (!status) return season_add(&w->season, row, &w->fault);
  if (status == STATUS_MEMORY) return status;
  /* A result that cannot be read is no reason to look at no others. */
  note(w, &w->fault);
  return STATUS_OK;
}

static bool take(void *context, const struct store_outcome *outcome) {
  struct watch *w = context;
  w->batch++;
  if (outcome->state == JOB_DONE) w->taken = take_line(w, outcome->line, outcome->size);
  if (w->taken) return false;
  w->sequence = outcome->sequence;
  return true;
}

static enum status take_all(struct watch *w, struct fault *fault) {
  enum status status = STATUS_OK;
  do {
    w->batch = 0;
    w->taken = STATUS_OK;
    status = store_outcomes(w->store, NULL, STORE_BY_COMPLETION, w->sequence, BATCH, take, w, fault);
    if (!status && w->taken) {
      *fault = w->fault;
      status = w->taken;
    }
  } while (!status && w->batch == BATCH);
  return status;
}

/* --- Findings out --- */

static void tell(struct watch *w, const char *line) {
  if (w->socket &&
      (zmq_send(w->socket, "finding", 7, ZMQ_SNDMORE) < 0 || zmq_send(w->socket, line, strlen(line), 0) < 0)) {
    fault_set(&w->fault, STATUS_INTERNAL, "a finding could not be published: %s", zmq_strerror(errno));
    note(w, &w->fault);
  }
  if (w->options.command && watch_command_start(&w->commands, w->options.command, line, &w->fault)) note(w, &w->fault);
}

struct untold {
  int64_t numbers[64];
  char *lines[64];
  size_t count;
};

static bool hold(void *context, int64_t number, const char *line) {
  struct untold *untold = context;
  char *copy = strdup(line);
  if (!copy) return false;
  untold->numbers[untold->count] = number;
  untold->lines[untold->count++] = copy;
  return untold->count < sizeof untold->numbers / sizeof *untold->numbers;
}

/* What stands in the store and was not told; the rest of a long list comes with the next round. */
static enum status tell_untold(struct watch *w, struct fault *fault) {
  struct untold untold = {.count = 0};
  enum status status = store_untold(w->store, hold, &untold, fault);
  for (size_t i = 0; i < untold.count; i++) {
    if (!status) tell(w, untold.lines[i]);
    if (!status) status = store_told(w->store, untold.numbers[i], fault);
    free(untold.lines[i]);
  }
  return status;
}

static enum status remember(struct watch *w, const struct finding *f, struct fault *fault) {
  const struct season_quantity *q = &w->season.quantities[f->quantity];
  const char *golden = names_text(&w->season.names, q->golden);
  bool one = f->key != KEY_ALL && f->key != KEY_SHIFT_EVERYWHERE, known;
  char *about = NULL, *line = finding_write(&w->season, f);
  if (asprintf(&about, "%s %s %s", quantity_kind_name(q->kind), q->name, golden ? golden : "") < 0) about = NULL;
  enum status status = line && about ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for a finding");
  const struct store_finding finding = {.about = about,
                                        .factory = one ? names_text(&w->season.names, f->cell.factory) : NULL,
                                        .lower = f->since_lower,
                                        .upper = f->since_upper,
                                        .line = line};
  if (!status) status = store_add_finding(w->store, &finding, clock_wall_ms(), &known, fault);
  free(about);
  free(line);
  return status;
}

/* --- Looking --- */

static double share(const struct watch *w) {
  double before = fmax(LEAST_RESULTS, (double)w->looked), now = (double)w->season.count;
  return w->options.budget * log(now / before) / log((double)MOST_RESULTS / LEAST_RESULTS);
}

static enum status look(struct watch *w, struct fault *fault) {
  struct findings findings = {0};
  enum status status = season_sort(&w->season, fault);
  if (!status) status = findings_look(&w->season, share(w), &findings, fault);
  for (size_t i = 0; i < findings.count && !status; i++) status = remember(w, &findings.items[i], fault);
  findings_free(&findings);
  if (!status) status = store_set_looked(w->store, (int64_t)w->season.count, fault);
  if (!status) w->looked = (int64_t)w->season.count;
  return status;
}

static enum status connect_store(struct watch *w, struct fault *fault) {
  if (w->store) return STATUS_OK;
  enum status status = store_connect(w->options.store, w->options.database, &w->store, fault);
  if (!status) status = store_looked(w->store, &w->looked, fault);
  if (!status) return STATUS_OK;
  store_close(w->store);
  w->store = NULL;
  return status;
}

static enum status round_once(struct watch *w, struct fault *fault) {
  int64_t begun = clock_ms();
  bool mine = false;
  enum status status = connect_store(w, fault);
  if (!status) status = claim(w, &mine, fault);
  if (status || !mine) return status;
  status = take_all(w, fault);
  bool more = w->season.count > LEAST_RESULTS && (int64_t)w->season.count > w->looked;
  if (!status && more && begun >= w->next_look) {
    status = look(w, fault);
    /* A look that takes long is not taken often. */
    int64_t rest = 4 * (clock_ms() - begun);
    w->next_look = clock_ms() + (rest > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : rest);
  }
  if (!status && begun >= w->tell_from) status = tell_untold(w, fault);
  watch_commands_reap(&w->commands, w->options.note);
  return status;
}

enum status watch_run(struct watch *w, struct fault *fault) {
  int pause = w->options.pause_ms > 0 ? w->options.pause_ms : PAUSE_MS;
  bool noted = false;
  for (;;) {
    enum status status = round_once(w, fault);
    /* A store that is busy, full or away may be well again in the next round. */
    bool passes = status == STATUS_IO || status == STATUS_UNAVAILABLE;
    if (passes && !noted) note(w, fault);
    if (status && !passes) return status;
    noted = passes;
    struct pollfd stop = {.fd = w->options.stop_fd, .events = POLLIN};
    if (poll(&stop, 1, pause) > 0) return STATUS_OK;
  }
}

/* --- Opening --- */

static enum status publish_at(struct watch *w, struct fault *fault) {
  enum status status = socket_publisher(w->options.context, &w->socket, fault);
  if (!status) status = socket_bind(w->socket, w->options.endpoint, w->options.security, fault);
  if (!status) socket_endpoint(w->socket, w->options.endpoint, w->endpoint);
  return status;
}

enum status watch_open(const struct watch_options *options, struct watch **opened, struct fault *fault) {
  *opened = NULL;
  struct watch *w = calloc(1, sizeof *w);
  if (!w) return fault_set(fault, STATUS_MEMORY, "out of memory");
  w->options = *options;
  w->parser = row_parser_new();
  enum status status = w->parser ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
  link_random_id(w->id);
  if (!status) status = connect_store(w, fault);
  if (status == STATUS_UNAVAILABLE) status = STATUS_OK; /* with the first rounds */
  if (!status && options->endpoint) status = publish_at(w, fault);
  w->tell_from = clock_ms() + RECONNECT_MS;
  if (status)
    watch_close(w);
  else
    *opened = w;
  return status;
}

const char *watch_endpoint(const struct watch *watch) {
  return watch->endpoint;
}

void watch_close(struct watch *w) {
  if (!w) return;
  socket_close(w->socket);
  store_close(w->store);
  season_free(&w->season);
  if (w->parser) row_parser_free(w->parser);
  watch_commands_end(&w->commands);
  free(w->line);
  free(w);
}
