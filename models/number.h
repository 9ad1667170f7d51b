/* Numbers as text, the same in every locale. Thread-safe. */
#ifndef ASSAY_MODELS_NUMBER_H
#define ASSAY_MODELS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Room for any number that the functions below write. */
enum { NUMBER_CHARS = 352 };

/* `value` rounded to `decimals` (0..9) after the point, trailing zeros cut but one kept ("98.25", "98.0"), never
 * "-0.0". Returns the length, or 0 where the value is no finite number. */
size_t number_fixed(char text[NUMBER_CHARS], double value, int decimals);

/* `value` with `digits` (1..17) significant digits, as %g writes it, but always a real ("1.0"), never "-0.0".
 * Returns the length, or 0 where the value is no finite number. */
size_t number_significant(char text[NUMBER_CHARS], double value, int digits);

/* Reads a decimal number: sign, digits with at most one point, exponent; nothing before or after. "1,5", "nan", ".inf",
 * "0x10", "1_000" and what does not fit a double are false. */
bool number_parse(const char *text, size_t size, double *value);

#endif
