#include "engine/lots/hex.h"

#define NONE 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16
const uint8_t hex_digits[256] = {
    NONE, NONE, NONE, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  16, 16,   16,   16,   16,   16,   NONE, NONE, 16,   10,
    11,   12,   13,   14, 15, 16, 16, 16, 16, 16, 16, 16, 16, 16, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE};
