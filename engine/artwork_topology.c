#include "engine/artwork_topology.h"

#include <string.h>

/* Of the group's area, what a severed piece has at least; pixels that a component of the photo shares with one of the
 * golden at least, if they are to be the same. */
static const double SEVERED = 0.3;
enum { SHARED = 3 };

/* Numbers the 8-connected components of plane == value inside the window from 0 on; -1 elsewhere. Gives how many, and
 * their areas. */
static int32_t label(const struct artwork_crop *c, const struct artwork_box *w, const uint8_t *plane, uint8_t value,
                     int32_t *stack, int32_t *labels, int32_t *areas) {
  int32_t count = 0, width = c->width;
  for (int32_t y = w->top; y <= w->bottom; y++)
    for (int32_t x = w->left; x <= w->right; x++) labels[y * width + x] = -1;
  for (int32_t y = w->top; y <= w->bottom; y++)
    for (int32_t x = w->left; x <= w->right; x++) {
      if (plane[y * width + x] != value || labels[y * width + x] >= 0) continue;
      int32_t top = 0, area = 0;
      labels[y * width + x] = count, stack[top++] = y * width + x;
      while (top) {
        int32_t i = stack[--top], u = i % width, v = i / width;
        area++;
        for (int32_t t = v > w->top ? v - 1 : v; t <= v + 1 && t <= w->bottom; t++)
          for (int32_t s = u > w->left ? u - 1 : u; s <= u + 1 && s <= w->right; s++)
            if (plane[t * width + s] == value && labels[t * width + s] < 0)
              labels[t * width + s] = count, stack[top++] = t * width + s;
      }
      areas[count++] = area;
    }
  return count;
}

/* How many components of the golden at `value` hang together, in the photo, with the group. The photo's components that
 * hold the group become the mask. */
static int touched(struct artwork_crop *c, const struct artwork_box *w, const struct artwork_group *g, uint8_t value,
                   int32_t dust) {
  int32_t *photo = c->labels[0], *golden = c->labels[1], *held = c->counts[0], *area = c->counts[1];
  int32_t *shared = c->counts[2];
  int32_t count = label(c, w, c->photo, value, c->stack, photo, held);
  memset(held, 0, (size_t)count * sizeof *held);
  for (int32_t y = g->box.top; y <= g->box.bottom; y++)
    for (int32_t x = g->box.left; x <= g->box.right; x++) {
      size_t i = (size_t)y * (size_t)c->width + (size_t)x;
      if (c->group[i] == g->number && photo[i] >= 0) held[photo[i]] = 1;
    }
  count = label(c, w, c->golden, value, c->stack, golden, area);
  memset(shared, 0, (size_t)count * sizeof *shared);
  for (int32_t y = w->top; y <= w->bottom; y++)
    for (int32_t x = w->left; x <= w->right; x++) {
      size_t i = (size_t)y * (size_t)c->width + (size_t)x;
      c->mask[i] = photo[i] >= 0 && held[photo[i]];
      if (c->mask[i] && golden[i] >= 0) shared[golden[i]]++;
    }
  int parts = 0;
  for (int32_t k = 0; k < count; k++) parts += area[k] >= dust && shared[k] >= SHARED;
  return parts;
}

/* The largest piece that what is laid bare (the mask) cuts off a component of the golden's material, the largest piece
 * of each left out. */
static int32_t severed(struct artwork_crop *c, const struct artwork_box *w, int32_t dust) {
  int32_t *whole = c->labels[0], *piece = c->labels[1], *area = c->counts[0], *part = c->counts[1];
  int32_t *largest = c->counts[2], most = 0;
  int32_t wholes = label(c, w, c->golden, 1, c->stack, whole, area);
  for (int32_t y = w->top; y <= w->bottom; y++)
    for (int32_t x = w->left; x <= w->right; x++) {
      size_t i = (size_t)y * (size_t)c->width + (size_t)x;
      c->mask[i] = c->golden[i] && !c->mask[i];
    }
  label(c, w, c->mask, 1, c->stack, piece, part);
  memset(largest, 0, (size_t)wholes * sizeof *largest);
  /* A piece is met at each of its pixels; it is counted once, at the first, and `part` is then its negative. */
  for (int32_t y = w->top; y <= w->bottom; y++)
    for (int32_t x = w->left; x <= w->right; x++) {
      size_t i = (size_t)y * (size_t)c->width + (size_t)x;
      if (piece[i] < 0 || part[piece[i]] < 0 || area[whole[i]] < dust) continue;
      int32_t size = part[piece[i]], smaller = size < largest[whole[i]] ? size : largest[whole[i]];
      if (size > largest[whole[i]]) largest[whole[i]] = size;
      if (smaller > most) most = smaller;
      part[piece[i]] = -size;
    }
  return most;
}

enum defect_class artwork_classify(struct artwork_crop *c, const struct artwork_group *g, int32_t margin,
                                   int32_t dust) {
  struct artwork_box w = {.left = g->box.left > margin ? g->box.left - margin : 0,
                          .top = g->box.top > margin ? g->box.top - margin : 0,
                          .right = g->box.right + margin < c->width ? g->box.right + margin : c->width - 1,
                          .bottom = g->box.bottom + margin < c->height ? g->box.bottom + margin : c->height - 1};
  bool extra = g->change == ARTWORK_EXTRA;
  int parts = touched(c, &w, g, extra, dust);
  if (extra) return parts == 0 ? CLASS_COPPER : parts == 1 ? CLASS_SPUR : CLASS_SHORT;
  if (parts != 1) return parts ? CLASS_OPEN : CLASS_PIN_HOLE;
  int32_t piece = severed(c, &w, dust);
  return piece >= dust && piece >= SEVERED * (double)g->area ? CLASS_OPEN : CLASS_MOUSEBITE;
}
