#include "cli/picture.h"

#include "cli/picture_area.h"
#include "cli/picture_pixels.h"
#include "cli/report.h"
#include "cli/text.h"
#include "engine/crew.h"

#include <cairo.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  MARGIN = 24,
  GAP = 16,
  LINE = 24,
  CAPTION = 30,
  PANEL_MAX_HEIGHT = 1100,
  PANEL_GOOD_WIDTH = 280, /* smaller goldens are enlarged */
  PANEL_MOST_ENLARGED = 16,
  LABELS_MAX = 40,
  CROPS_MAX = 6,
  CROP_GOOD_WIDTH = 210,
  REASONS_SHOWN = 4
};

/* Where everything goes, in pixels of the picture. */
struct layout {
  int width, height;
  int panel_width, panel_height;
  double scale; /* picture pixels a golden pixel, in the panels */
  int reasons, panels_y, crops_y;
  int crops, crops_a_row, crop_side, crop_row_height;
};

/* A part of golden (0), photo (1) or map (2) at the size that is shown. */
struct pane {
  int shown;
  struct picture_area area;
  int width, height;
  cairo_surface_t *surface; /* NULL: out of memory */
};

enum { SHOWN = 3, PANES_MAX = SHOWN * (1 + CROPS_MAX) };

struct sheet {
  const struct picture *picture;
  struct layout layout;
  cairo_t *cairo;
  const struct region **worst; /* by falling peak */
  size_t count;
  struct pane panes[PANES_MAX]; /* the panels, then the crops', in order */
  size_t pane_count;
  bool failed; /* out of memory on the way */
};

static int smaller(int a, int b) {
  return a < b ? a : b;
}
static int larger(int a, int b) {
  return a > b ? a : b;
}

static struct layout lay_out(const struct result *result, int32_t width, int32_t height) {
  struct layout layout = {0};
  int room = (PICTURE_MAX_WIDTH - 2 * MARGIN - 2 * GAP) / 3;
  double across = (double)room / width, down = (double)PANEL_MAX_HEIGHT / height;
  layout.scale = across < down ? across : down;
  if (layout.scale > 1) {
    int enlarged = smaller((PANEL_GOOD_WIDTH + width - 1) / width, PANEL_MOST_ENLARGED);
    layout.scale = larger(1, smaller(enlarged, (int)layout.scale));
  }
  layout.panel_width = larger(1, (int)(width * layout.scale + 0.5));
  layout.panel_height = larger(1, (int)(height * layout.scale + 0.5));
  layout.width = 2 * MARGIN + 2 * GAP + 3 * larger(layout.panel_width, PANEL_GOOD_WIDTH);
  layout.reasons = smaller((int)result->reason_count, REASONS_SHOWN);
  layout.panels_y = MARGIN + 40 + LINE * (1 + layout.reasons) + CAPTION;
  layout.crops_y = layout.panels_y + layout.panel_height + GAP + 8;

  int content = layout.width - 2 * MARGIN;
  layout.crops = smaller((int)result->region_count, CROPS_MAX);
  layout.crops_a_row = larger(1, (content + 2 * GAP) / (3 * CROP_GOOD_WIDTH + 2 * 4 + 2 * GAP));
  layout.crop_side = ((content + 2 * GAP) / layout.crops_a_row - 2 * GAP - 2 * 4) / 3;
  layout.crop_row_height = CAPTION + layout.crop_side + GAP;
  int rows = (layout.crops + layout.crops_a_row - 1) / layout.crops_a_row;
  layout.height = layout.crops_y + rows * layout.crop_row_height + MARGIN;
  return layout;
}

static void set_colour(cairo_t *cairo, uint32_t rgb) {
  cairo_set_source_rgb(cairo, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

static uint32_t severity_colour(enum severity severity) {
  switch (severity) {
  case SEVERITY_CRITICAL:
    return 0xFF3B5C;
  case SEVERITY_MAJOR:
    return 0xFF9F1C;
  case SEVERITY_MINOR:
    return 0x3EC1FF;
  }
  return 0xFFFFFF;
}

static void set_font(cairo_t *cairo, double size, bool bold) {
  cairo_select_font_face(cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, size);
}

static double text_advance(cairo_t *cairo, const char *text) {
  cairo_text_extents_t extents;
  cairo_text_extents(cairo, text, &extents);
  return extents.x_advance;
}

/* Shows text with its base line at y, cut to fit into `room`; returns where it ends. */
static double show_text(struct sheet *sheet, double x, double y, double room, const char *text) {
  size_t columns = 0;
  char *clean = text_clean(text, 0, false);
  while (clean && text_advance(sheet->cairo, clean) > room) {
    columns = columns ? columns - 1 : text_width(clean) - 1;
    free(clean);
    if (!columns) return x;
    clean = text_clean(text, columns, false);
  }
  if (!clean) {
    sheet->failed = true;
    return x;
  }
  cairo_move_to(sheet->cairo, x, y);
  cairo_show_text(sheet->cairo, clean);
  double end = x + text_advance(sheet->cairo, clean);
  free(clean);
  return end;
}

static void draw_heading(struct sheet *sheet) {
  cairo_t *cairo = sheet->cairo;
  const struct result *result = sheet->picture->result;
  double y = MARGIN, room = sheet->layout.width - 2 * MARGIN;
  const uint32_t badge[] = {0x1E8E4E, 0xC62828, 0x9A6A00};
  const char *const words[] = {"PASS", "FAIL", "CANNOT JUDGE"};
  set_font(cairo, 19, true);
  double width = text_advance(cairo, words[result->verdict]) + 24;
  set_colour(cairo, badge[result->verdict]);
  cairo_rectangle(cairo, MARGIN, y, width, 32);
  cairo_fill(cairo);
  set_colour(cairo, 0xFFFFFF);
  show_text(sheet, MARGIN + 12, y + 23, width, words[result->verdict]);
  set_colour(cairo, 0xF2F2F2);
  show_text(sheet, MARGIN + width + 14, y + 23, room - width - 14, result->photo ? result->photo : "");

  char line[512], score[48] = "no score";
  if (result->verdict != VERDICT_CANNOT_JUDGE)
    snprintf(score, sizeof score, "score %.2f of 100 (50 is the limit)", result->score);
  snprintf(line, sizeof line, "golden %s   \xC2\xB7   %s   \xC2\xB7   %zu finding%s", sheet->picture->golden, score,
           result->region_count, result->region_count == 1 ? "" : "s");
  set_font(cairo, 14, false);
  set_colour(cairo, 0xB9C0CC);
  y += 40;
  show_text(sheet, MARGIN, y + 16, room, line);
  set_colour(cairo, 0xF2F2F2);
  for (int i = 0; i < sheet->layout.reasons; i++) {
    y += LINE;
    snprintf(line, sizeof line, "\xE2\x80\xA2 %s", result->reasons[i].text);
    show_text(sheet, MARGIN, y + 16, room, line);
  }
}

static void draw_pane(struct sheet *sheet, const struct pane *pane, double x, double y) {
  if (!pane->surface) {
    sheet->failed = true;
    return;
  }
  cairo_set_source_surface(sheet->cairo, pane->surface, x, y);
  cairo_paint(sheet->cairo);
}

static void outline(cairo_t *cairo, double x, double y, double width, double height, uint32_t colour) {
  cairo_rectangle(cairo, x, y, width, height);
  set_colour(cairo, 0x000000);
  cairo_set_line_width(cairo, 4);
  cairo_stroke_preserve(cairo);
  set_colour(cairo, colour);
  cairo_set_line_width(cairo, 2);
  cairo_stroke(cairo);
}

/* A tag above the box at (x, y), or below it where there is no room, kept within the panel. */
static void draw_tag(struct sheet *sheet, double left, double x, double y, double box_height, uint32_t colour,
                     const char *text) {
  const struct layout *layout = &sheet->layout;
  set_font(sheet->cairo, 13, true);
  double width = text_advance(sheet->cairo, text) + 8, height = 18, right = left + layout->panel_width;
  double top = y - height - 2;
  if (top < layout->panels_y) top = y + box_height + 2;
  if (top + height > layout->panels_y + layout->panel_height) top = layout->panels_y;
  if (x + width > right) x = right - width;
  if (x < left) x = left;
  set_colour(sheet->cairo, colour);
  cairo_rectangle(sheet->cairo, x, top, width, height);
  cairo_fill(sheet->cairo);
  set_colour(sheet->cairo, 0x000000);
  show_text(sheet, x + 4, top + 14, width, text);
}

/* Outlines of all findings, and tags of the worst. `words`: with class and peak, else only the number. */
static void draw_findings(struct sheet *sheet, double left, bool words) {
  const struct layout *layout = &sheet->layout;
  for (size_t i = sheet->count; i-- > 0;) {
    const struct region *region = sheet->worst[i];
    double x = left + region->golden_box[0] * layout->scale - 3, width = region->golden_box[2] * layout->scale + 6;
    double y = layout->panels_y + region->golden_box[1] * layout->scale - 3;
    double height = region->golden_box[3] * layout->scale + 6;
    uint32_t colour = severity_colour(region->severity);
    outline(sheet->cairo, x, y, width, height, colour);
    if (i >= LABELS_MAX) continue;
    char text[64];
    if (words)
      snprintf(text, sizeof text, "%zu %s %.1f", i + 1, class_name(region->class_), region->peak);
    else
      snprintf(text, sizeof text, "%zu", i + 1);
    draw_tag(sheet, left, x, y, height, colour, text);
  }
}

/* The fixed scale, ending at `right`. */
static void draw_legend(struct sheet *sheet, double right, double y) {
  enum { BAR = 160 };
  cairo_t *cairo = sheet->cairo;
  double left = right - BAR - 14;
  for (int i = 0; i < BAR; i++) {
    set_colour(cairo, picture_map_colour((i + 0.5) * PICTURE_MAP_LAST / BAR));
    cairo_rectangle(cairo, left + i, y + 12, 1, 10);
    cairo_fill(cairo);
  }
  set_font(cairo, 11, false);
  set_colour(cairo, 0xB9C0CC);
  for (int i = 0; i <= PICTURE_MAP_LAST; i++) {
    char text[8];
    snprintf(text, sizeof text, i == PICTURE_MAP_LAST ? "%d+" : "%d", i);
    show_text(sheet, left + (double)i * BAR / PICTURE_MAP_LAST - 3, y + 9, 40, text);
  }
}

static void draw_panels(struct sheet *sheet) {
  const struct layout *layout = &sheet->layout;
  const char *const captions[] = {"golden sample", "photo, aligned, in the golden's light",
                                  "difference, in tolerances"};
  int slot = (layout->width - 2 * MARGIN - 2 * GAP) / 3;
  for (int i = 0; i < SHOWN; i++) {
    double left = MARGIN + i * (slot + GAP), y = layout->panels_y;
    set_font(sheet->cairo, 14, true);
    set_colour(sheet->cairo, 0xF2F2F2);
    show_text(sheet, left, y - 10, i == 2 ? slot - 190 : slot, captions[i]);
    if (i == 2) draw_legend(sheet, left + slot, y - CAPTION);
    draw_pane(sheet, &sheet->panes[i], left, y);
    if (i < 2) draw_findings(sheet, left, i == 1);
  }
}

/* The first text waits for the fonts: as long as all the rest of the drawing takes. */
static void load_fonts(void) {
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
  cairo_t *cairo = cairo_create(surface);
  for (int bold = 0; bold < 2; bold++) {
    set_font(cairo, 14, bold == 1);
    text_advance(cairo, "x");
  }
  cairo_destroy(cairo);
  cairo_surface_destroy(surface);
}

/* What is made before the panes. */
enum { PIECE_FONTS, PIECE_GROUND, PIECES_FIRST };

/* Its pages are taken here, all of them. */
static void paint_ground(struct sheet *sheet) {
  set_colour(sheet->cairo, 0x20242C);
  cairo_paint(sheet->cairo);
}

static enum status make_piece(void *context, size_t index, struct fault *fault) {
  struct sheet *sheet = context;
  if (index == PIECE_FONTS) load_fonts();
  if (index == PIECE_GROUND) paint_ground(sheet);
  if (index < PIECES_FIRST) return STATUS_OK;
  struct pane *pane = &sheet->panes[index - PIECES_FIRST];
  const struct inspect_evidence *evidence = sheet->picture->evidence;
  (void)fault;
  pane->surface = pane->shown == 2 ? picture_of_map(evidence->map, pane->area, pane->width, pane->height)
                                   : picture_of_image(pane->shown ? evidence->photo : evidence->golden, pane->area,
                                                      pane->width, pane->height);
  return STATUS_OK;
}

static void add_panes(struct sheet *sheet, struct picture_area area, int width, int height) {
  for (int i = 0; i < SHOWN; i++) sheet->panes[sheet->pane_count++] = (struct pane){i, area, width, height, NULL};
}

/* All that is shown of the pictures, before any of it is drawn. */
static void make_panes(struct sheet *sheet) {
  const struct image *golden = sheet->picture->evidence->golden;
  const struct layout *layout = &sheet->layout;
  add_panes(sheet, (struct picture_area){0, 0, golden->width, golden->height}, layout->panel_width,
            layout->panel_height);
  for (int i = 0; i < layout->crops; i++) {
    struct picture_area area =
        picture_area_of(sheet->worst[i]->golden_box, sheet->picture->evidence->map, layout->crop_side, layout->scale);
    double scale = picture_area_scale(area, layout->crop_side);
    add_panes(sheet, area, larger(1, (int)(area.width * scale)), larger(1, (int)(area.height * scale)));
  }
  const struct crew crew = {sheet->picture->threads, make_piece, sheet};
  crew_run(&crew, sheet->pane_count + PIECES_FIRST, NULL);
}

static void draw_crop(struct sheet *sheet, int index) {
  const struct layout *layout = &sheet->layout;
  const struct region *region = sheet->worst[index];
  const struct pane *panes = &sheet->panes[SHOWN * (index + 1)];
  int group = 3 * layout->crop_side + 2 * 4 + 2 * GAP;
  int row = index / layout->crops_a_row, left = MARGIN + index % layout->crops_a_row * group;
  double y = layout->crops_y + row * layout->crop_row_height;
  struct picture_area area = panes->area;
  double scale = picture_area_scale(area, layout->crop_side);
  const int32_t *box = region->golden_box;
  /* What of its box is shown. */
  int first_x = larger(box[0], area.x), last_x = smaller(box[0] + box[2], area.x + area.width);
  int first_y = larger(box[1], area.y), last_y = smaller(box[1] + box[3], area.y + area.height);
  bool whole = last_x - first_x == box[2] && last_y - first_y == box[3];

  char text[256];
  snprintf(text, sizeof text, "%d  %s, %s: %.1f tolerances, %d x %d px at (%d, %d)%s%s%s", index + 1,
           class_name(region->class_), severity_name(region->severity), region->peak, box[2], box[3], box[0], box[1],
           *region->zone ? " in " : "", region->zone, whole ? "" : "; its worst place");
  set_font(sheet->cairo, 13, false);
  set_colour(sheet->cairo, severity_colour(region->severity));
  show_text(sheet, left, y + 18, group - 2 * GAP, text);
  y += CAPTION - 4;
  for (int i = 0; i < SHOWN; i++) {
    double x = left + i * (layout->crop_side + 4);
    draw_pane(sheet, &panes[i], x, y);
    outline(sheet->cairo, x + (first_x - area.x) * scale - 3, y + (first_y - area.y) * scale - 3,
            (last_x - first_x) * scale + 6, (last_y - first_y) * scale + 6, severity_colour(region->severity));
  }
}

static enum status pack(cairo_surface_t *surface, int threads, struct png **packed, struct fault *fault) {
  cairo_surface_flush(surface);
  return png_pack((const uint32_t *)(const void *)cairo_image_surface_get_data(surface),
                  cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface),
                  (size_t)cairo_image_surface_get_stride(surface) / sizeof(uint32_t), threads, packed, fault);
}

enum status picture_draw(const struct picture *picture, struct png **packed, struct fault *fault) {
  const struct result *result = picture->result;
  *packed = NULL;
  struct sheet sheet = {.picture = picture, .count = result->region_count};
  enum status status = STATUS_OK;
  sheet.layout = lay_out(result, picture->evidence->golden->width, picture->evidence->golden->height);
  sheet.worst = report_strongest(result);
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, sheet.layout.width, sheet.layout.height);
  sheet.cairo = cairo_create(surface);
  if (!sheet.worst || cairo_status(sheet.cairo)) {
    status = fault_set(fault, STATUS_MEMORY, "out of memory for the picture");
    goto end;
  }
  make_panes(&sheet);
  draw_heading(&sheet);
  draw_panels(&sheet);
  for (int i = 0; i < sheet.layout.crops; i++) draw_crop(&sheet, i);
  if (sheet.failed || cairo_status(sheet.cairo))
    status = fault_set(fault, STATUS_MEMORY, "out of memory for the picture");
  else
    status = pack(surface, picture->threads, packed, fault);
end:
  for (size_t i = 0; i < sheet.pane_count; i++)
    if (sheet.panes[i].surface) cairo_surface_destroy(sheet.panes[i].surface);
  cairo_destroy(sheet.cairo);
  cairo_surface_destroy(surface);
  free(sheet.worst);
  return status;
}

enum status picture_write(const struct picture *picture, const char *path, struct fault *fault) {
  struct png *packed;
  enum status status = picture_draw(picture, &packed, fault);
  if (status) {
    fault_prefix(fault, "%s", path);
    return status;
  }
  return png_put(packed, path, fault);
}
