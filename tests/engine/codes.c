#include "tests/engine/codes.h"

#include <cairo.h>
#include <stdlib.h>
#include <string.h>

static const float INK[3] = {30, 30, 30};

static bool bit_of(const char *digits, int i) {
  const char digit[2] = {digits[i / 4], 0};
  return strtol(digit, NULL, 16) >> (3 - i % 4) & 1;
}

void codes_draw_bars(struct picture *picture, const char *modules, int x, int y, int module, int height, bool turned) {
  for (int i = 0; i < 4 * (int)strlen(modules); i++) {
    if (!bit_of(modules, i)) continue;
    if (turned)
      picture_box(picture, x, y + i * module, height, module, INK);
    else
      picture_box(picture, x + i * module, y, module, height, INK);
  }
}

static const char *const qr[] = {
    "FEDBF8", "826208", "BA2AE8", "BAAAE8", "BAAAE8", "82B208", "FEABF8", "00D800", "8BD7C8", "853808", "CA53E8",
    "99A680", "C7EEC0", "008F00", "FE8D60", "823850", "BAF308", "BA59D8", "BA52E0", "8206A8", "FE8E38",
};

void codes_draw_qr(struct picture *picture, int x, int y, int module) {
  enum { SIDE = sizeof qr / sizeof *qr };
  for (int j = 0; j < SIDE; j++)
    for (int i = 0; i < SIDE; i++)
      if (bit_of(qr[j], i)) picture_box(picture, x + i * module, y + j * module, module, module, INK);
}

enum { CHINESE_WIDTH = 152, CHINESE_HEIGHT = 40 };
static const char chinese[] = "00000000000000000000000000000000000000"
                              "00000000000000000000000000000000000000"
                              "00000000000000000000000000000000000000"
                              "00000000000000000000000000000000000000"
                              "00000e00000004000000380000000180060000"
                              "00000e0000000e0000003800000001c0070000"
                              "00000e0000000f800000380fffc001c0070000"
                              "00000e00000007c00000380fffc001c0070000"
                              "00000e00000003e00007ffcfffc000e00e0000"
                              "00000e00000001f80007ffc001c07fff8e0000"
                              "00000e000000007c0007ffc003807fff8fff80"
                              "000c0e0e0000003c0000e00003807fff8fff80"
                              "001c0e0e0000381c0000e000070007001fff00"
                              "001c0e0f000038080000e0000f0007001c0e00"
                              "001c0e07000038000801cc001e0007001c0e00"
                              "003c0e07800e38003c01ce007e0007003c0e00"
                              "00380e03800e38001c038e00ff8007fe3c1e00"
                              "00380e03c00e38001e038e03f7e007ff3c1c00"
                              "00780e01c00e38001e070e1fc1f807ff7c1c00"
                              "00700e01c01e38000e07ffdf807807077e1c00"
                              "00700e01e01c38000f07ffce001807076e1c00"
                              "00f00e00e01c38000f03ffc000000707273800"
                              "00e00e00e01c380007000e07ffe00e07073800"
                              "01e00e00f03c380007800e07fff00e0703f800"
                              "01c00e007038380007800e07fff00e0703f000"
                              "03c00e007038380043800fc038000e0701f000"
                              "03c00e007838380073807fc038000e0601e000"
                              "07800e007878380073c7ffc038001c0601e000"
                              "03800e00307838007307fe0038001c0e03f000"
                              "00000e0000703800f007ee0038001c0e07f800"
                              "00000e0000303800e0000e003800380e0fbc00"
                              "00000e0000003801e0000e003800380e1f1e00"
                              "00000e0000003fffe0000e003800781e3e0f00"
                              "0007fe0000003fffc0000e1ffff071fc7c0780"
                              "0007fe0000001fff80000e3ffff871fc780380"
                              "0003fc000000000000000e3ffff820f8200100"
                              "00000000000000000000000000000000000000"
                              "00000000000000000000000000000000000000"
                              "00000000000000000000000000000000000000"
                              "00000000000000000000000000000000000000";

void codes_draw_chinese(struct picture *picture, int x, int y) {
  for (int j = 0; j < CHINESE_HEIGHT; j++)
    for (int i = 0; i < CHINESE_WIDTH; i++)
      if (bit_of(chinese, j * CHINESE_WIDTH + i)) picture_box(picture, x + i, y + j, 1, 1, INK);
}

void codes_draw_text(struct picture *picture, const char *text, double x, double y, double size) {
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, picture->width, picture->height);
  cairo_t *cairo = cairo_create(surface);
  cairo_select_font_face(cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, size);
  cairo_move_to(cairo, x, y);
  cairo_show_text(cairo, text);
  cairo_surface_flush(surface);
  const unsigned char *ink = cairo_image_surface_get_data(surface);
  int stride = cairo_image_surface_get_stride(surface);
  for (int j = 0; j < picture->height; j++)
    for (int i = 0; i < picture->width; i++) {
      float share = (float)ink[j * stride + i] / 255, *value = picture_at(picture, i, j);
      for (int c = 0; c < picture->channels; c++) value[c] += share * (INK[c] - value[c]);
    }
  cairo_destroy(cairo);
  cairo_surface_destroy(surface);
}
