/* Cairo as the program has it: only what draws pictures asks for it. */
#include "cli/loaded/loaded.h"

#include <cairo.h>

#define FUNCTIONS(VALUE, NOTHING)                                                                                      \
  VALUE(cairo_t *, cairo_create, (cairo_surface_t * a), (a))                                                           \
  NOTHING(cairo_destroy, (cairo_t * a), (a))                                                                           \
  NOTHING(cairo_fill, (cairo_t * a), (a))                                                                              \
  NOTHING(cairo_font_extents, (cairo_t * a, cairo_font_extents_t * b), (a, b))                                         \
  VALUE(cairo_surface_t *, cairo_image_surface_create, (cairo_format_t a, int b, int c), (a, b, c))                    \
  VALUE(unsigned char *, cairo_image_surface_get_data, (cairo_surface_t * a), (a))                                     \
  VALUE(int, cairo_image_surface_get_height, (cairo_surface_t * a), (a))                                               \
  VALUE(int, cairo_image_surface_get_stride, (cairo_surface_t * a), (a))                                               \
  VALUE(int, cairo_image_surface_get_width, (cairo_surface_t * a), (a))                                                \
  NOTHING(cairo_line_to, (cairo_t * a, double b, double c), (a, b, c))                                                 \
  NOTHING(cairo_move_to, (cairo_t * a, double b, double c), (a, b, c))                                                 \
  NOTHING(cairo_paint, (cairo_t * a), (a))                                                                             \
  NOTHING(cairo_rectangle, (cairo_t * a, double b, double c, double d, double e), (a, b, c, d, e))                     \
  NOTHING(cairo_select_font_face, (cairo_t * a, const char *b, cairo_font_slant_t c, cairo_font_weight_t d),           \
          (a, b, c, d))                                                                                                \
  NOTHING(cairo_set_dash, (cairo_t * a, const double *b, int c, double d), (a, b, c, d))                               \
  NOTHING(cairo_set_font_size, (cairo_t * a, double b), (a, b))                                                        \
  NOTHING(cairo_set_line_width, (cairo_t * a, double b), (a, b))                                                       \
  NOTHING(cairo_set_source_rgb, (cairo_t * a, double b, double c, double d), (a, b, c, d))                             \
  NOTHING(cairo_set_source_rgba, (cairo_t * a, double b, double c, double d, double e), (a, b, c, d, e))               \
  NOTHING(cairo_set_source_surface, (cairo_t * a, cairo_surface_t * b, double c, double d), (a, b, c, d))              \
  NOTHING(cairo_show_text, (cairo_t * a, const char *b), (a, b))                                                       \
  VALUE(cairo_status_t, cairo_status, (cairo_t * a), (a))                                                              \
  VALUE(const char *, cairo_status_to_string, (cairo_status_t a), (a))                                                 \
  NOTHING(cairo_stroke, (cairo_t * a), (a))                                                                            \
  NOTHING(cairo_stroke_preserve, (cairo_t * a), (a))                                                                   \
  NOTHING(cairo_surface_destroy, (cairo_surface_t * a), (a))                                                           \
  NOTHING(cairo_surface_flush, (cairo_surface_t * a), (a))                                                             \
  NOTHING(cairo_surface_mark_dirty, (cairo_surface_t * a), (a))                                                        \
  VALUE(cairo_status_t, cairo_surface_status, (cairo_surface_t * a), (a))                                              \
  VALUE(cairo_status_t, cairo_surface_write_to_png, (cairo_surface_t * a, const char *b), (a, b))                      \
  VALUE(cairo_status_t, cairo_surface_write_to_png_stream, (cairo_surface_t * a, cairo_write_func_t b, void *c),       \
        (a, b, c))                                                                                                     \
  NOTHING(cairo_text_extents, (cairo_t * a, const char *b, cairo_text_extents_t *c), (a, b, c))                        \
  VALUE(const char *, cairo_version_string, (void), ())

LOADED(FUNCTIONS, "libcairo.so.2", "libcairo2", "no picture can be drawn")
