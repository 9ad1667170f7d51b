/* What a product looks like: a list of items in millimetres, drawn in order. A scene knows nothing of cameras; a defect
 * or a unit's own dimensions are a `change` to it, so that any patch of the product can be drawn with and without. */
#ifndef ASSAY_DATASETS_SCENE_H
#define ASSAY_DATASETS_SCENE_H

#include "datasets/number.h"
#include "models/status.h"

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct colour {
  double r, g, b; /* sRGB value, 0..1 */
};
struct colour colour_hex(uint32_t rrggbb);
/* (1 - t) a + t b */
struct colour colour_mix(struct colour a, struct colour b, double t);
double colour_luma(struct colour colour); /* 0..1, of the sRGB values */

enum item_kind {
  ITEM_BOX,     /* w x h, rounded by `radius` */
  ITEM_DISC,    /* outer diameter w, inner diameter h (0: none) */
  ITEM_LINE,    /* polyline of the scene's points, `radius` wide */
  ITEM_POLYGON, /* closed polyline, filled */
  ITEM_TEXT,    /* left end of the baseline at x, y; w is measured, h the font's size */
  ITEM_BARS,    /* EAN-13 of the 12 digits in `text`, w x h */
  ITEM_CELLS,   /* square code of w x w, cells from a hash of `text` */
  ITEM_HOLE,    /* bore of diameter w with a chamfer up to diameter h */
  ITEM_SLOT     /* bore of w x h with round ends and a chamfer of `radius` */
};
enum finish {
  FINISH_FLAT,
  FINISH_BODY,    /* moulded: light upper left edge, dark lower right edge */
  FINISH_METAL,   /* a band of light across */
  FINISH_BALL,    /* light from the upper left, as on solder or fruit */
  FINISH_FADE,    /* from `fill` above to `other` below */
  FINISH_ENGRAVED /* text: the far wall of the cut, `other`, catches the light */
};
enum font {
  FONT_SANS,
  FONT_SANS_BOLD,
  FONT_NARROW,
  FONT_NARROW_BOLD,
  FONT_SERIF_BOLD,
  FONT_SERIF_ITALIC,
  FONT_MONO,
  FONT_MONO_BOLD,
  FONT_COUNT
};

struct item {
  enum item_kind kind;
  enum finish finish;
  enum font font;
  double x, y, w, h, angle, radius; /* mm, centre; radians clockwise */
  double lift;                      /* height over the product, mm: casts a shadow */
  struct colour fill, other;
  char text[64];
  int first, count; /* points */
  int part;         /* -1: belongs to none */
};

/* A group of items that can be missing, moved or copied as a whole. */
struct part {
  char name[24];
  double x0, y0, x1, y1; /* mm */
  bool removable, movable, copyable;
  bool thin; /* nothing but text and lines */
};

/* A dimension with its truth: the diameter of item a, or the distance from the centre of a to the centre of b. */
struct dimension {
  char name[24];
  int a, b;                  /* b -1: diameter */
  double nominal, tolerance; /* mm; to either side */
};

enum { SCENE_ITEMS = 4000, SCENE_POINTS = 12000, SCENE_PARTS = 600, SCENE_DIMENSIONS = 12 };

struct scene {
  double width, height, corner; /* mm */
  struct colour ground;
  double fibre, brush; /* share of light by which the unit's own texture varies (standard deviation) */
  double texel;        /* mm a texel of that texture */
  bool metal, solder;  /* stray holes, or solder balls, may turn up */
  struct colour table; /* what the product lies on */
  int table_kind;      /* 0 cloth, 1 belt, 2 wood */
  struct item *items;
  double (*points)[2];
  struct part *parts;
  int item_count, point_count, part_count, current_part;
  struct dimension dimensions[SCENE_DIMENSIONS];
  int dimension_count;
  cairo_t *ruler; /* measures text */
};

enum product { PRODUCT_LABEL, PRODUCT_BOARD, PRODUCT_PLATE };

/* Lays a product out from the seed; STATUS_MEMORY on failure. `scene` is freed by scene_free, also after a failure. */
enum status scene_make(struct scene *scene, enum product product, uint64_t seed, struct fault *fault);
void scene_free(struct scene *scene);

/* The largest part that can be moved, or -1. */
int scene_loose_part(const struct scene *scene);

/* Frees what Cairo and fontconfig keep for the process, at its end: no scene may be left, no thread may be drawing. */
void scene_end(void);

/* For the layouts. An item is added to the part opened last; the returned pointer is valid until the next call, and
 * points to a spare item when the scene is full. */
struct item *scene_add(struct scene *scene, enum item_kind kind, double x, double y, double w, double h,
                       struct colour fill);
struct item *scene_text(struct scene *scene, enum font font, double size, double x, double y, double align,
                        struct colour fill, const char *format, ...) __attribute__((format(printf, 8, 9)));
struct item *scene_path(struct scene *scene, enum item_kind kind, const double (*points)[2], int count, double width,
                        struct colour fill);
void scene_open(struct scene *scene, const char *name, bool removable, bool movable, bool copyable);
void scene_close(struct scene *scene);
/* A text from a form: # becomes a digit, & one from 1 to 9, @ a letter from A to F. Returns `text`. */
const char *scene_serial(char text[64], struct random *random, const char *form);
double scene_text_width(struct scene *scene, enum font font, double size, const char *text);
void scene_dimension(struct scene *scene, const char *name, int a, int b);
void label_layout(struct scene *scene, struct random *random);
void board_layout(struct scene *scene, struct random *random);
void plate_layout(struct scene *scene, struct random *random);

enum mark_kind { MARK_SCRATCH, MARK_STAIN, MARK_TINT, MARK_SPECK, MARK_BALL, MARK_HOLE, MARK_COPY };

/* Something that does not belong to the product. */
struct mark {
  enum mark_kind kind;
  double x, y, w, h, angle; /* mm; scratch: w long, h wide */
  double strength;          /* 0..1 */
  struct colour colour;
  uint64_t shape; /* seed of the outline */
  int part;       /* MARK_COPY: which part is there once more */
};

/* How one item of one unit differs: the legitimate spread of its dimensions, and their creep. */
struct tweak {
  int item;
  double dw, dx; /* mm */
};

enum { CHANGE_MARKS = 8, CHANGE_TWEAKS = 16, CHANGE_PARTS = 8 };

struct change {
  struct tweak tweaks[CHANGE_TWEAKS];
  struct mark marks[CHANGE_MARKS];
  struct {
    int part;
    bool missing;
    double dx, dy, angle;
  } parts[CHANGE_PARTS];
  struct {
    int item;
    char text[64];
  } texts[CHANGE_PARTS];
  int tweak_count, mark_count, part_count, text_count;
};

/* Draws the scene in user units of mm, its upper left corner at the origin. `change` may be NULL. Thread-safe for
 * different contexts. */
void scene_draw(const struct scene *scene, const struct change *change, cairo_t *cairo);
void mark_draw(const struct scene *scene, const struct mark *mark, cairo_t *cairo);
void item_draw(const struct item *item, const double (*points)[2], cairo_t *cairo);
void font_select(cairo_t *cairo, enum font font, double size);

#endif
