/* Where the service's parts find each other. */
#ifndef ASSAY_CLI_SERVICE_H
#define ASSAY_CLI_SERVICE_H

#include "cli/options.h"
#include "models/status.h"

/* The endpoint that is used where none is given: ipc:// in the data folder (NULL: folder_data), so that only this user
 * of this machine reaches it. The caller frees it. */
enum status service_endpoint(const char *data, char **endpoint, struct fault *fault);

/* Whether the first operand, if there is one, is the id of a submission. */
enum status service_check_submission(const struct words *operands, struct fault *fault);

#define SERVICE_BROKER_HELP "where the broker listens (default: ipc:// in the data folder of this user)"

#endif
