#include "models/digest.h"

#include <sodium.h>
#include <string.h>

void digest_blake2b(const void *bytes, size_t size, char hex[DIGEST_CHARS + 1]) {
  unsigned char hash[DIGEST_BYTES];
  crypto_generichash(hash, sizeof hash, bytes, size, NULL, 0);
  sodium_bin2hex(hex, DIGEST_CHARS + 1, hash, sizeof hash);
}

void digest_sha256(const void *bytes, size_t size, char hex[DIGEST_CHARS + 1]) {
  unsigned char hash[DIGEST_BYTES];
  crypto_hash_sha256(hash, bytes, size);
  sodium_bin2hex(hex, DIGEST_CHARS + 1, hash, sizeof hash);
}

bool digest_is_hex(const char *text, size_t chars) {
  return strlen(text) == chars && strspn(text, "0123456789abcdef") == chars;
}
