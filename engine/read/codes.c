#include "engine/read/codes.h"

#include "models/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

/* What is used of zbar. */
static struct {
  __typeof__(zbar_version) *version;
  __typeof__(zbar_image_create) *image_create;
  __typeof__(zbar_image_destroy) *image_destroy;
  __typeof__(zbar_image_set_format) *image_set_format;
  __typeof__(zbar_image_set_size) *image_set_size;
  __typeof__(zbar_image_set_data) *image_set_data;
  __typeof__(zbar_image_first_symbol) *first_symbol;
  __typeof__(zbar_image_scanner_create) *scanner_create;
  __typeof__(zbar_image_scanner_destroy) *scanner_destroy;
  __typeof__(zbar_image_scanner_set_config) *set_config;
  __typeof__(zbar_scan_image) *scan;
  __typeof__(zbar_symbol_next) *next;
  __typeof__(zbar_symbol_get_type) *get_type;
  __typeof__(zbar_symbol_get_data) *get_data;
  __typeof__(zbar_symbol_get_data_length) *get_data_length;
  __typeof__(zbar_symbol_get_loc_size) *get_loc_size;
  __typeof__(zbar_symbol_get_loc_x) *get_loc_x;
  __typeof__(zbar_symbol_get_loc_y) *get_loc_y;
} zbar;

static const struct library_function functions[] = {{"zbar_version", &zbar.version},
                                                    {"zbar_image_create", &zbar.image_create},
                                                    {"zbar_image_destroy", &zbar.image_destroy},
                                                    {"zbar_image_set_format", &zbar.image_set_format},
                                                    {"zbar_image_set_size", &zbar.image_set_size},
                                                    {"zbar_image_set_data", &zbar.image_set_data},
                                                    {"zbar_image_first_symbol", &zbar.first_symbol},
                                                    {"zbar_image_scanner_create", &zbar.scanner_create},
                                                    {"zbar_image_scanner_destroy", &zbar.scanner_destroy},
                                                    {"zbar_image_scanner_set_config", &zbar.set_config},
                                                    {"zbar_scan_image", &zbar.scan},
                                                    {"zbar_symbol_next", &zbar.next},
                                                    {"zbar_symbol_get_type", &zbar.get_type},
                                                    {"zbar_symbol_get_data", &zbar.get_data},
                                                    {"zbar_symbol_get_data_length", &zbar.get_data_length},
                                                    {"zbar_symbol_get_loc_size", &zbar.get_loc_size},
                                                    {"zbar_symbol_get_loc_x", &zbar.get_loc_x},
                                                    {"zbar_symbol_get_loc_y", &zbar.get_loc_y},
                                                    {NULL, NULL}};
static struct library libzbar = {
    .file = "libzbar.so.0", .package = "libzbar0", .lost = "codes cannot be read", .functions = functions};

enum status codes_here(char *about, size_t room, struct fault *fault) {
  enum status status = library_need(&libzbar, fault);
  if (status) {
    snprintf(about, room, "%s", libzbar.fault.text);
    return status;
  }
  unsigned major, minor, patch;
  zbar.version(&major, &minor, &patch);
  snprintf(about, room, "zbar %u.%u.%u", major, minor, patch);
  return STATUS_OK;
}

/* `any`: it is looked for where any kind will do. The others are so short or so loosely built that print and texture
 * pass for them. An EAN-13 with a leading 0 and a UPC-A are the same bars; as any code they are read as EAN-13. */
static const struct {
  zbar_symbol_type_t type;
  bool any;
} symbologies[CODE_KINDS] = {
    [CODE_QR] = {ZBAR_QRCODE, true},        [CODE_EAN_13] = {ZBAR_EAN13, true},
    [CODE_EAN_8] = {ZBAR_EAN8, true},       [CODE_UPC_A] = {ZBAR_UPCA, false},
    [CODE_UPC_E] = {ZBAR_UPCE, false},      [CODE_128] = {ZBAR_CODE128, true},
    [CODE_93] = {ZBAR_CODE93, true},        [CODE_39] = {ZBAR_CODE39, true},
    [CODE_CODABAR] = {ZBAR_CODABAR, false}, [CODE_INTERLEAVED] = {ZBAR_I25, false},
    [CODE_DATABAR] = {ZBAR_DATABAR, false}, [CODE_DATABAR_EXPANDED] = {ZBAR_DATABAR_EXP, false}};

/* A scanner learns from what it has seen; each picture gets a fresh one. */
static zbar_image_scanner_t *make_scanner(enum code_kind kind) {
  zbar_image_scanner_t *scanner = zbar.scanner_create();
  if (!scanner) return NULL;
  zbar.set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  for (int i = CODE_QR; i < CODE_KINDS; i++)
    if (kind == CODE_ANY ? symbologies[i].any : kind == (enum code_kind)i)
      zbar.set_config(scanner, symbologies[i].type, ZBAR_CFG_ENABLE, 1);
  zbar.set_config(scanner, ZBAR_NONE, ZBAR_CFG_POSITION, 1);
  zbar.set_config(scanner, ZBAR_NONE, ZBAR_CFG_X_DENSITY, 1);
  zbar.set_config(scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY, 1);
  return scanner;
}

static enum code_kind kind_of(zbar_symbol_type_t type) {
  for (int i = CODE_QR; i < CODE_KINDS; i++)
    if (symbologies[i].type == type) return (enum code_kind)i;
  return CODE_NONE;
}

static enum status add(const zbar_symbol_t *symbol, struct codes *codes, struct fault *fault) {
  enum code_kind kind = kind_of(zbar.get_type(symbol));
  unsigned points = zbar.get_loc_size(symbol);
  size_t size = zbar.get_data_length(symbol);
  if (kind == CODE_NONE || !points) return STATUS_OK;
  struct code_found *more = realloc(codes->items, (codes->count + 1) * sizeof *more);
  if (!more) return fault_set(fault, STATUS_MEMORY, "codes: out of memory");
  codes->items = more;
  struct code_found *code = &more[codes->count];
  *code = (struct code_found){.kind = kind, .size = size, .data = malloc(size + 1)};
  if (!code->data) return fault_set(fault, STATUS_MEMORY, "codes: out of memory");
  codes->count++;
  memcpy(code->data, zbar.get_data(symbol), size);
  code->data[size] = 0;
  double least[2] = {1e9, 1e9}, most[2] = {-1e9, -1e9};
  for (unsigned i = 0; i < points; i++) {
    double at[2] = {zbar.get_loc_x(symbol, i), zbar.get_loc_y(symbol, i)};
    for (int k = 0; k < 2; k++) {
      if (at[k] < least[k]) least[k] = at[k];
      if (at[k] > most[k]) most[k] = at[k];
    }
  }
  code->x = 0.5 * (least[0] + most[0]), code->y = 0.5 * (least[1] + most[1]);
  return STATUS_OK;
}

static int by_place(const void *a, const void *b) {
  const struct code_found *p = a, *q = b;
  if (p->y != q->y) return p->y < q->y ? -1 : 1;
  if (p->x != q->x) return p->x < q->x ? -1 : 1;
  int order = (int)p->kind - (int)q->kind;
  return order ? order : strcmp(p->data, q->data);
}

enum status codes_read(const struct plane *picture, enum code_kind kind, struct codes *codes, struct fault *fault) {
  char about[256];
  zbar_image_scanner_t *scanner = NULL;
  zbar_image_t *image = NULL;
  *codes = (struct codes){0};
  size_t size = (size_t)picture->width * (size_t)picture->height;
  enum status status = codes_here(about, sizeof about, fault);
  if (status) return status;
  uint8_t *pixels = malloc(size);
  scanner = make_scanner(kind);
  image = zbar.image_create();
  if (!pixels || !scanner || !image) {
    status = fault_set(fault, STATUS_MEMORY, "codes: out of memory");
    goto end;
  }
  for (int32_t y = 0; y < picture->height; y++)
    memcpy(pixels + (size_t)y * (size_t)picture->width, picture->pixels + (size_t)y * picture->stride,
           (size_t)picture->width);
  zbar.image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
  zbar.image_set_size(image, (unsigned)picture->width, (unsigned)picture->height);
  zbar.image_set_data(image, pixels, size, NULL);
  zbar.scan(scanner, image);
  for (const zbar_symbol_t *symbol = zbar.first_symbol(image); symbol && !status; symbol = zbar.next(symbol))
    status = add(symbol, codes, fault);
  if (codes->count) qsort(codes->items, codes->count, sizeof *codes->items, by_place);
end:
  if (image) zbar.image_destroy(image);
  if (scanner) zbar.scanner_destroy(scanner);
  free(pixels);
  if (status) codes_free(codes);
  return status;
}

void codes_free(struct codes *codes) {
  for (size_t i = 0; i < codes->count; i++) free(codes->items[i].data);
  free(codes->items);
  *codes = (struct codes){0};
}
