/* Codes as modules, made with zint and qrencode, and a line of Chinese as pixels: to be drawn into pictures. */
#ifndef ASSAY_TESTS_ENGINE_CODES_H
#define ASSAY_TESTS_ENGINE_CODES_H

#include "tests/engine/picture.h"

#include <stdbool.h>

/* Code 128 and EAN-13: bars from the left, four modules a digit. */
#define CODE_128_PO_88172 "D21DDA3B4DCE9977A5E4C2B398EB"
#define CODE_128_PO_88127 "D21DDA3B4DCE9977A5E7649918EB"
#define EAN_13_4006381333931 "A353AF7A259AA14285D2166A"

/* Draws bars whose left upper corner is (x, y); `turned`: running downwards. */
void codes_draw_bars(struct picture *picture, const char *modules, int x, int y, int module, int height, bool turned);
/* The QR code of "LOT 4711/A", 21 modules a side. */
void codes_draw_qr(struct picture *picture, int x, int y, int module);
/* The Chinese for "handle with care", 152 x 40 pixels. */
void codes_draw_chinese(struct picture *picture, int x, int y);
/* A line of text whose base line begins at (x, y). */
void codes_draw_text(struct picture *picture, const char *text, double x, double y, double size);

#endif
