/* Where libpq was not there when assay was built. */
#include "models/store_database.h"

enum status database_open_postgres(const char *uri, struct database **database, struct fault *fault) {
  (void)uri;
  *database = NULL;
  return fault_set(fault, STATUS_INVALID,
                   "this assay was built without PostgreSQL; install libpq-dev and build it again with "
                   "-DASSAY_POSTGRES=on");
}
