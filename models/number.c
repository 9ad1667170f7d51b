#include "models/number.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* glibc gives its built-in object for "C": nothing is allocated. */
static locale_t c_locale(void) {
  return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

__attribute__((format(printf, 2, 3))) static size_t print(char text[NUMBER_CHARS], const char *format, ...) {
  locale_t before = uselocale(c_locale());
  va_list args;
  va_start(args, format);
  int length = vsnprintf(text, NUMBER_CHARS, format, args);
  va_end(args);
  uselocale(before);
  return length > 0 && length < NUMBER_CHARS ? (size_t)length : 0;
}

static size_t without_minus_zero(char *text, size_t length) {
  if (text[0] != '-' || strspn(text + 1, "0.") != length - 1) return length;
  memmove(text, text + 1, length);
  return length - 1;
}

size_t number_fixed(char text[NUMBER_CHARS], double value, int decimals) {
  if (!isfinite(value)) return 0;
  size_t length = print(text, "%.*f", decimals, value);
  if (!decimals) {
    memcpy(text + length, ".0", 3);
    length += 2;
  }
  while (text[length - 1] == '0' && text[length - 2] != '.') text[--length] = 0;
  return without_minus_zero(text, length);
}

size_t number_significant(char text[NUMBER_CHARS], double value, int digits) {
  if (!isfinite(value)) return 0;
  size_t length = print(text, "%.*g", digits, value);
  if (!strpbrk(text, ".e")) {
    memcpy(text + length, ".0", 3);
    length += 2;
  }
  return without_minus_zero(text, length);
}

static size_t digits_from(const char *text, size_t size, size_t at) {
  size_t i = at;
  while (i < size && text[i] >= '0' && text[i] <= '9') i++;
  return i - at;
}

static bool is_decimal(const char *text, size_t size) {
  size_t i = 0;
  if (i < size && (text[i] == '-' || text[i] == '+')) i++;
  size_t whole = digits_from(text, size, i), fraction = 0;
  i += whole;
  if (i < size && text[i] == '.') {
    fraction = digits_from(text, size, ++i);
    i += fraction;
  }
  if (!whole && !fraction) return false;
  if (i < size && (text[i] == 'e' || text[i] == 'E')) {
    i++;
    if (i < size && (text[i] == '-' || text[i] == '+')) i++;
    size_t exponent = digits_from(text, size, i);
    if (!exponent) return false;
    i += exponent;
  }
  return i == size;
}

bool number_parse(const char *text, size_t size, double *value) {
  char copy[NUMBER_CHARS];
  if (!size || size >= sizeof copy || !is_decimal(text, size)) return false;
  memcpy(copy, text, size);
  copy[size] = 0;
  double number = strtod_l(copy, NULL, c_locale());
  if (!isfinite(number)) return false;
  *value = number;
  return true;
}
