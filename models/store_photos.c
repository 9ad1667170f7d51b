/* Which of the photos beside the store are still needed. */
#include "models/store_private.h"

enum status store_needs_photo(struct store *store, const char *photo_id, bool *needed, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  *needed = true;
  struct query *find = store_query(store, SQL_PHOTO_NEEDED, fault);
  if (!find) return fault->status;
  query_set_text(find, 1, photo_id);
  bool row;
  enum status status = query_step(find, &row, fault);
  query_reset(find);
  if (!status) *needed = row;
  return status;
}
