/* Fair between clients: start-time fair queueing (Goyal, Vin, Cheng, 1996) with jobs of one size. A client's jobs get
 * consecutive turns, from the turn that is being served now or behind those that it has, whichever is later. So a
 * client with few jobs waits for about as many of each other client's, however many those have. */
#include "models/store_private.h"

static enum status read_one(struct query *query, int64_t *value, bool *row, struct fault *fault) {
  enum status status = query_step(query, row, fault);
  if (!status && *row) *value = query_integer(query, 0);
  query_reset(query);
  return status;
}

static enum status begin(struct store *store, struct turns *turns, int32_t priority, struct fault *fault) {
  int64_t now = 1, last = 0;
  bool row;
  struct query *query = store_query(store, SQL_TURN, fault);
  if (!query) return fault->status;
  query_set_integer(query, 1, false);
  query_set_integer(query, 2, priority);
  enum status status = read_one(query, &now, &row, fault);
  if (status) return status;
  query = store_query(store, SQL_CLIENT_TURN, fault);
  if (!query) return fault->status;
  query_set_text(query, 1, turns->client);
  query_set_integer(query, 2, priority);
  status = read_one(query, &last, &row, fault);
  if (status) return status;
  turns->begun = true;
  turns->priority = priority;
  turns->next = row && last >= now ? last + 1 : now;
  /* Turns that were served say nothing any more. Of brokers that share a store none removes those of another's client
   * here, since each would wait for the other (see store_beat). */
  if (store_is_shared(store)) return STATUS_OK;
  if (!(query = store_query(store, SQL_DROP_TURNS, fault))) return fault->status;
  query_set_integer(query, 1, priority);
  query_set_integer(query, 2, now - 1);
  return query_run(query, NULL, fault);
}

enum status store_turns_end(struct store *store, struct turns *turns, struct fault *fault) {
  if (!turns->begun) return STATUS_OK;
  turns->begun = false;
  struct query *set = store_query(store, SQL_SET_TURN, fault);
  if (!set) return fault->status;
  query_set_text(set, 1, turns->client);
  query_set_integer(set, 2, turns->priority);
  query_set_integer(set, 3, turns->next - 1);
  return query_run(set, NULL, fault);
}

enum status store_turns_next(struct store *store, struct turns *turns, int32_t priority, int64_t *turn,
                             struct fault *fault) {
  enum status status = STATUS_OK;
  if (turns->begun && turns->priority != priority) status = store_turns_end(store, turns, fault);
  if (!status && !turns->begun) status = begin(store, turns, priority, fault);
  *turn = turns->next++;
  return status;
}
