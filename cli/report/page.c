#include "cli/report/page.h"

#include "cli/report/assets.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

const char report_languages[] = "en|zh";

/* In the order in which they run. */
static const char *const scripts[] = {"chart.min.js", "words.js",   "elements.js", "lots.js",   "review.js",
                                      "viewer.js",    "table.js",   "charts.js",   "gauges.js", "groups.js",
                                      "map.js",       "actions.js", "page.js"};

static const struct report_asset *asset(const char *name) {
  const struct report_asset *at = report_assets;
  while (at->name && strcmp(at->name, name) != 0) at++;
  return at; /* of a name that is none of them: an empty one */
}

static void put_asset(struct text *out, const char *name) {
  const struct report_asset *found = asset(name);
  text_add(out, (const char *)found->bytes, found->size);
}

/* JSON holds `<` only within strings, where its code means the same: so nothing in it can end a script element. */
static void put_json(struct text *out, const char *bytes, size_t size) {
  size_t plain = 0;
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] != '<') continue;
    text_add(out, bytes + plain, i - plain);
    text_put(out, "\\u003c");
    plain = i + 1;
  }
  text_add(out, bytes + plain, size - plain);
}

/* 'sha256-...' of an element's text, as a content security policy names it. */
static void put_hash(struct text *out, const struct text *content) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  char encoded[sodium_base64_ENCODED_LEN(sizeof digest, sodium_base64_VARIANT_ORIGINAL)];
  crypto_hash_sha256(digest, (const unsigned char *)content->bytes, content->size);
  sodium_bin2base64(encoded, sizeof encoded, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
  text_put(out, "'sha256-");
  text_put(out, encoded);
  text_put(out, "'");
}

struct page {
  const char *language;
  bool live;
  const struct text *data, *pictures;
  struct text style, script;
};

static void make_script(struct text *script) {
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
    put_asset(script, scripts[i]);
    text_put(script, "\n");
  }
}

static void put_part(struct text *out, const struct page *page, const char *name, size_t size) {
  char strings[16];
  if (!strncmp(name, "language", size)) {
    text_put(out, page->language);
  } else if (!strncmp(name, "policy", size)) {
    /* No source is allowed for anything but these two elements and pictures that are part of the file. */
    text_put(out, page->live ? "default-src 'none'; connect-src 'self'; img-src data:; style-src "
                             : "default-src 'none'; img-src data:; style-src ");
    put_hash(out, &page->style);
    text_put(out, "; script-src ");
    put_hash(out, &page->script);
  } else if (!strncmp(name, "style", size)) {
    text_add(out, page->style.bytes, page->style.size);
  } else if (!strncmp(name, "script", size)) {
    text_add(out, page->script.bytes, page->script.size);
  } else if (!strncmp(name, "strings", size)) {
    snprintf(strings, sizeof strings, "%s.json", page->language);
    put_json(out, (const char *)asset(strings)->bytes, asset(strings)->size);
  } else if (!strncmp(name, "data", size)) {
    put_json(out, page->data->bytes, page->data->size);
  } else if (!strncmp(name, "pictures", size)) {
    put_json(out, page->pictures->bytes, page->pictures->size);
  }
}

/* {{NAME}} in the page's frame stands for a part. */
static void fill_frame(struct text *out, const struct page *page) {
  const struct report_asset *frame = asset("page.html");
  const char *at = (const char *)frame->bytes, *end = at + frame->size;
  while (at < end) {
    const char *open = memmem(at, (size_t)(end - at), "{{", 2);
    const char *close = open ? memmem(open, (size_t)(end - open), "}}", 2) : NULL;
    if (!close) break;
    text_add(out, at, (size_t)(open - at));
    put_part(out, page, open + 2, (size_t)(close - open) - 2);
    at = close + 2;
  }
  text_add(out, at, (size_t)(end - at));
}

void report_page(struct text *out, const char *language, bool live, const struct text *data,
                 const struct text *pictures) {
  struct page page = {.language = language, .live = live, .data = data, .pictures = pictures};
  put_asset(&page.style, "page.css");
  make_script(&page.script);
  fill_frame(out, &page);
  out->failed |= page.style.failed || page.script.failed || data->failed || pictures->failed;
  text_free(&page.style);
  text_free(&page.script);
}
