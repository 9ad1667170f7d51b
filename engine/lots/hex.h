/* Digits of hexadecimal numbers, by a table: a result has hundreds. */
#ifndef ASSAY_ENGINE_LOTS_HEX_H
#define ASSAY_ENGINE_LOTS_HEX_H

#include <stdint.h>

/* The value of a character; HEX_NONE where it is no digit. Lower case alone, as results have them. */
enum { HEX_NONE = 16 };
extern const uint8_t hex_digits[256];

#endif
