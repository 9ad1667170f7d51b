#include "models/store_findings.h"

#include "models/store_private.h"

struct adding {
  const struct store_finding *finding;
  int64_t now;
  bool known;
};

static enum status add(struct store *store, void *context, struct fault *fault) {
  struct adding *adding = context;
  const struct store_finding *f = adding->finding;
  struct query *find = store_query(store, SQL_FIND_FINDING, fault);
  if (!find) return fault->status;
  query_set_text(find, 1, f->about);
  query_set_text(find, 2, f->factory);
  query_set_integer(find, 3, f->lower);
  query_set_integer(find, 4, f->upper);
  enum status status = query_step(find, &adding->known, fault);
  query_reset(find);
  if (status || adding->known) return status;
  struct query *insert = store_query(store, SQL_ADD_FINDING, fault);
  if (!insert) return fault->status;
  query_set_text(insert, 1, f->about);
  query_set_text(insert, 2, f->factory);
  query_set_integer(insert, 3, f->lower);
  query_set_integer(insert, 4, f->upper);
  query_set_text(insert, 5, f->line);
  query_set_integer(insert, 6, adding->now);
  return query_run(insert, NULL, fault);
}

enum status store_add_finding(struct store *store, const struct store_finding *finding, int64_t now, bool *known,
                              struct fault *fault) {
  struct fault unused = {0};
  struct adding adding = {.finding = finding, .now = now};
  enum status status = store_transact(store, add, &adding, fault ? fault : &unused);
  *known = adding.known;
  return status;
}

enum status store_untold(struct store *store, bool (*each)(void *context, int64_t number, const char *line),
                         void *context, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  struct query *find = store_query(store, SQL_UNTOLD, fault);
  if (!find) return fault->status;
  enum status status;
  bool row;
  while (!(status = query_step(find, &row, fault)) && row) {
    const char *line = query_text(find, 1, NULL);
    if (!line) {
      status = fault_set(fault, STATUS_MEMORY, "out of memory");
      break;
    }
    if (!each(context, query_integer(find, 0), line)) break;
  }
  query_reset(find);
  return status;
}

enum status store_told(struct store *store, int64_t number, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  struct query *told = store_query(store, SQL_TOLD, fault);
  if (!told) return fault->status;
  query_set_integer(told, 1, number);
  return query_run(told, NULL, fault);
}

enum status store_looked(struct store *store, int64_t *results, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  *results = 0;
  struct query *looked = store_query(store, SQL_LOOKED, fault);
  if (!looked) return fault->status;
  bool row;
  enum status status = query_step(looked, &row, fault);
  if (!status && row) *results = query_integer(looked, 0);
  query_reset(looked);
  return status;
}

enum status store_set_looked(struct store *store, int64_t results, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  struct query *looked = store_query(store, SQL_SET_LOOKED, fault);
  if (!looked) return fault->status;
  query_set_integer(looked, 1, results);
  return query_run(looked, NULL, fault);
}
