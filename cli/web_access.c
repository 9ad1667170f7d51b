#include "cli/web_access.h"

#include "models/file.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_BYTES = 4096, LEAST_TOKEN = 16 };

/* HOST of HOST:PORT, where the port may be missing. */
static bool host_is(const char *address, const char *host) {
  size_t size = strlen(host);
  return !strncasecmp(address, host, size) && (!address[size] || address[size] == ':');
}

static bool is_loopback(const char *address) {
  size_t digits = strspn(address, "0123456789.");
  bool four = !strncmp(address, "127.", 4) && (!address[digits] || address[digits] == ':');
  return four || host_is(address, "[::1]") || host_is(address, "localhost");
}

/* As http_options.listen takes it: without a host it is loopback. */
static bool listens_to_itself(const char *listen) {
  const char *colon = strrchr(listen, ':');
  return !colon || colon == listen || is_loopback(listen);
}

static enum status read_token(const char *path, char **token, struct fault *fault) {
  uint8_t *bytes = NULL;
  size_t size = 0;
  enum status status = file_read(AT_FDCWD, path, path, true, TOKEN_BYTES, &bytes, &size, fault);
  if (status) return status;
  size_t length = 0;
  while (length < size && bytes[length] > ' ' && bytes[length] <= '~') length++;
  if (length < LEAST_TOKEN)
    status = fault_set(fault, STATUS_USAGE, "%s: expected a token of at least %d printable characters", path,
                       (int)LEAST_TOKEN);
  else if (!(*token = strndup((const char *)bytes, length)))
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  free(bytes);
  return status;
}

enum status web_access_open(const char *listen, const char *token, struct web_access *access, struct fault *fault) {
  unsigned char random[WEB_KEY_CHARS / 2];
  *access = (struct web_access){0};
  if (!token && !listens_to_itself(listen))
    return fault_set(fault, STATUS_USAGE, "--web %s: others than this machine may only look with --web-token FILE",
                     listen);
  if (sodium_init() < 0) return fault_set(fault, STATUS_INTERNAL, "libsodium cannot be used");
  randombytes_buf(random, sizeof random);
  sodium_bin2hex(access->key, sizeof access->key, random, sizeof random);
  return token ? read_token(token, &access->token, fault) : STATUS_OK;
}

void web_access_free(struct web_access *access) {
  free(access->token);
  *access = (struct web_access){0};
}

static bool is_right(const char *given, const char *expected) {
  size_t length = strlen(expected);
  return given && strlen(given) == length && !sodium_memcmp(given, expected, length);
}

static bool has_token(const struct web_access *access, const struct http_request *request) {
  static const char bearer[] = "Bearer ";
  const char *header = http_header(request, "Authorization");
  if (header && !strncmp(header, bearer, sizeof bearer - 1)) return is_right(header + sizeof bearer - 1, access->token);
  return is_right(http_query(request, "token"), access->token);
}

unsigned web_access_look(const struct web_access *access, const struct http_request *request, const char **why) {
  const char *host = http_header(request, "Host");
  *why = "expected the token";
  if (access->token) return has_token(access, request) ? 0 : 401;
  *why = "expected a request for 127.0.0.1, localhost or [::1]";
  return host && is_loopback(host) ? 0 : 403;
}

/* A browser tells where a page that sends something comes from; other programs need not. */
static bool is_of_this_site(const struct http_request *request) {
  const char *host = http_header(request, "Host"), *origin = http_header(request, "Origin"),
             *site = http_header(request, "Sec-Fetch-Site");
  if (site && strcmp(site, "same-origin") != 0) return false;
  if (!origin) return true;
  const char *name = strstr(origin, "://");
  return host && name && !strcasecmp(name + 3, host);
}

unsigned web_access_change(const struct web_access *access, const struct http_request *request, const char **why) {
  static const char json[] = "application/json";
  unsigned refused = web_access_look(access, request, why);
  if (refused) return refused;
  const char *type = http_header(request, "Content-Type");
  *why = "expected a request from this service's own page";
  if (!is_of_this_site(request)) return 403;
  *why = "expected the key of this start of the service: load the page again";
  if (!is_right(http_header(request, "X-Assay-Key"), access->key)) return 403;
  *why = "expected Content-Type: application/json";
  size_t size = sizeof json - 1;
  return type && !strncasecmp(type, json, size) && (!type[size] || type[size] == ';' || type[size] == ' ') ? 0 : 415;
}

enum status web_refuse(struct http_answer *answer, unsigned code, const char *why, struct fault *fault) {
  answer->code = code;
  if (asprintf(&answer->body, "%s\n", why) < 0) {
    answer->body = NULL;
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  answer->size = strlen(answer->body);
  return code == 401 ? http_field(answer, "WWW-Authenticate", "Bearer", fault) : STATUS_OK;
}
