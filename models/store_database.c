#include "models/store_database.h"

#include <stdio.h>
#include <string.h>

void query_set_text(struct query *query, int parameter, const char *text) {
  query->database->calls->set_text(query, parameter, text, text ? strlen(text) : 0);
}

enum status query_run(struct query *query, int64_t *changed, struct fault *fault) {
  bool row;
  enum status status = query_step(query, &row, fault);
  if (changed) *changed = status ? 0 : query->database->calls->changes(query);
  query_reset(query);
  return status;
}

void query_copy_text(struct query *query, int column, char *to, size_t room) {
  const char *text = query_text(query, column, NULL);
  snprintf(to, room, "%s", text ? text : "");
}
