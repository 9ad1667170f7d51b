/* Digests in lower-case hexadecimal. Thread-safe. */
#ifndef ASSAY_MODELS_DIGEST_H
#define ASSAY_MODELS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum { DIGEST_BYTES = 32, DIGEST_CHARS = 64 };

/* BLAKE2b-256 (RFC 7693; b2sum -l 256) and SHA-256 (FIPS 180-4) of `size` bytes; `bytes` may be NULL where size is 0.
 */
void digest_blake2b(const void *bytes, size_t size, char hex[DIGEST_CHARS + 1]);
void digest_sha256(const void *bytes, size_t size, char hex[DIGEST_CHARS + 1]);

/* Whether `text` is exactly `chars` lower-case hexadecimal digits. */
bool digest_is_hex(const char *text, size_t chars);

#endif
