/* Where the service's parts find each other, and how they prove who they are: the options that all commands have which
 * talk to a broker. */
#ifndef ASSAY_CLI_SERVICE_H
#define ASSAY_CLI_SERVICE_H

#include "cli/options.h"
#include "ipc/client.h"
#include "ipc/socket.h"
#include "models/status.h"

struct service_options {
  const char *broker, *key, *broker_key;
  bool insecure;
};

#define SERVICE_OPTION(type, option_name, option_kind, member, argument_name, text)                                    \
  {                                                                                                                    \
    .name = option_name, .kind = option_kind, .offset = offsetof(type, service.member), .argument = argument_name,     \
    .help = text                                                                                                       \
  }
/* For a table whose struct has a member `service` of this type. */
#define SERVICE_OPTIONS(type)                                                                                          \
  SERVICE_OPTION(type, "broker", OPTION_TEXT, broker, "ENDPOINT",                                                      \
                 "where the broker listens, tcp://HOST:PORT or ipc://PATH; of several, with commas between, the next " \
                 "when one is silent (default: ipc:// in the data folder of "                                          \
                 "this user)"),                                                                                        \
      SERVICE_OPTION(type, "key", OPTION_TEXT, key, "FILE", "our secret key for tcp://, from assay keygen"),           \
      SERVICE_OPTION(type, "broker-key", OPTION_TEXT, broker_key, "KEY|FILE",                                          \
                     "the broker's public key: what assay serve prints, or the file that keygen made of it"),          \
      SERVICE_OPTION(type, "insecure", OPTION_FLAG, insecure, NULL,                                                    \
                     "tcp:// without keys: anyone on the way reads along and may answer in the broker's place")

/* All zero beforehand; ends with service_access_close in either case. */
struct service_access {
  char *endpoint;
  struct curve_key key;
  unsigned char broker[KEY_BYTES];
  struct socket_security security; /* points into this struct */
  void *context;
  struct client *client; /* NULL: not connected */
};
enum status service_access_open(const struct service_options *given, struct service_access *access,
                                struct fault *fault);
void service_access_close(struct service_access *access);

/* Opens access->client with the broker; Ctrl-C stops what it waits for, once interrupt_watch was called. */
enum status service_connect(struct service_access *access, struct fault *fault);
/* Says goodbye; service_access_close does it too. */
void service_disconnect(struct service_access *access);

/* What a command does that changes jobs of a submission (NULL: all that it concerns): client_cancel, client_retry. */
typedef enum status service_change(struct client *client, const char *submission, int64_t *jobs, struct fault *fault);
/* Does it to the submission that the command names as its operand, and prints how many jobs were `done`: "cancelled".
 */
enum status service_change_jobs(const struct common_options *common, const struct service_options *given,
                                service_change *change, const char *done, struct fault *fault);

/* The endpoint that is used where none is given: ipc:// in the data folder (NULL: folder_data), so that only this user
 * of this machine reaches it. The caller frees it. */
enum status service_endpoint(const char *data, char **endpoint, struct fault *fault);

/* Whether the first operand, if there is one, is the id of a submission. */
enum status service_check_submission(const struct words *operands, struct fault *fault);

#endif
