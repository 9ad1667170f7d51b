#include "models/json_plain.h"

#include "models/utf8.h"

#include <string.h>

enum { MOST_DEEP = 8, MOST_MEMBERS = 64, MOST_DIGITS = 15 };

/* What is left to read. */
struct rest {
  const char *at, *end;
};

static bool skip_value(struct rest *rest, int deep);

static void skip_space(struct rest *rest) {
  while (rest->at < rest->end && (*rest->at == ' ' || *rest->at == '\t' || *rest->at == '\n' || *rest->at == '\r'))
    rest->at++;
}

static bool take(struct rest *rest, char byte) {
  if (rest->at == rest->end || *rest->at != byte) return false;
  rest->at++;
  return true;
}

/* What stands between the quotes; *escaped: with an escape in it. */
static bool take_string(struct rest *rest, struct json_slice *inner, bool *escaped) {
  bool ascii = true;
  *escaped = false;
  if (!take(rest, '"')) return false;
  const char *begin = rest->at;
  for (; rest->at < rest->end && *rest->at != '"'; rest->at++) {
    const unsigned char byte = (unsigned char)*rest->at;
    if (byte < 0x20) return false;
    ascii &= byte < 0x80;
    if (byte != '\\') continue;
    *escaped = true;
    if (++rest->at == rest->end || !*rest->at || !strchr("\"\\/bfnrt", *rest->at)) return false;
  }
  *inner = (struct json_slice){begin, (size_t)(rest->at - begin)};
  return take(rest, '"') && (ascii || utf8_valid(inner->at, inner->size));
}

static size_t skip_digits(struct rest *rest) {
  const char *begin = rest->at;
  while (rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9') rest->at++;
  return (size_t)(rest->at - begin);
}

static bool skip_number(struct rest *rest) {
  take(rest, '-');
  const bool zero = rest->at < rest->end && *rest->at == '0';
  const size_t whole = skip_digits(rest);
  if (!whole || whole > MOST_DIGITS || (zero && whole > 1)) return false;
  if (take(rest, '.')) {
    const size_t places = skip_digits(rest);
    if (!places || places > MOST_DIGITS) return false;
  }
  if (!take(rest, 'e') && !take(rest, 'E')) return true;
  if (!take(rest, '-')) take(rest, '+');
  const size_t exponent = skip_digits(rest);
  return exponent == 1 || exponent == 2;
}

static bool skip_word(struct rest *rest, const char *word) {
  const size_t size = strlen(word);
  if ((size_t)(rest->end - rest->at) < size || memcmp(rest->at, word, size) != 0) return false;
  rest->at += size;
  return true;
}

static bool is_new(const struct json_slice *keys, size_t count, struct json_slice key) {
  for (size_t i = 0; i < count; i++)
    if (keys[i].size == key.size && !memcmp(keys[i].at, key.at, key.size)) return false;
  return true;
}

static bool take_key(struct rest *rest, struct json_slice *key) {
  bool escaped;
  skip_space(rest);
  if (!take_string(rest, key, &escaped) || escaped) return false;
  skip_space(rest);
  if (!take(rest, ':')) return false;
  skip_space(rest);
  return true;
}

static bool skip_object(struct rest *rest, int deep) {
  struct json_slice keys[MOST_MEMBERS];
  size_t count = 0;
  rest->at++;
  skip_space(rest);
  if (take(rest, '}')) return true;
  do {
    if (count == MOST_MEMBERS || !take_key(rest, &keys[count]) || !is_new(keys, count, keys[count]) ||
        !skip_value(rest, deep))
      return false;
    count++;
    skip_space(rest);
  } while (take(rest, ','));
  return take(rest, '}');
}

static bool skip_array(struct rest *rest, int deep) {
  rest->at++;
  skip_space(rest);
  if (take(rest, ']')) return true;
  do {
    skip_space(rest);
    if (!skip_value(rest, deep)) return false;
    skip_space(rest);
  } while (take(rest, ','));
  return take(rest, ']');
}

static bool skip_value(struct rest *rest, int deep) {
  struct json_slice inner;
  bool escaped;
  if (rest->at == rest->end || deep == MOST_DEEP) return false;
  switch (*rest->at) {
  case '{':
    return skip_object(rest, deep + 1);
  case '[':
    return skip_array(rest, deep + 1);
  case '"':
    return take_string(rest, &inner, &escaped);
  case 't':
    return skip_word(rest, "true");
  case 'f':
    return skip_word(rest, "false");
  case 'n':
    return skip_word(rest, "null");
  default:
    return skip_number(rest);
  }
}

bool json_plain(struct json_slice text) {
  struct rest rest = {text.at, text.at + text.size};
  skip_space(&rest);
  if (rest.at == rest.end || *rest.at != '{' || !skip_value(&rest, 0)) return false;
  skip_space(&rest);
  return rest.at == rest.end;
}

bool json_plain_string(struct json_slice object, const char *key, struct json_slice *value) {
  struct rest rest = {object.at, object.at + object.size};
  struct json_slice name;
  skip_space(&rest);
  rest.at++;
  while (take_key(&rest, &name)) {
    bool escaped;
    if (name.size == strlen(key) && !memcmp(name.at, key, name.size))
      return take_string(&rest, value, &escaped) && !escaped;
    if (!skip_value(&rest, 1)) return false;
    skip_space(&rest);
    if (!take(&rest, ',')) return false;
  }
  return false;
}
