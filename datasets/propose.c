#include "datasets/defect.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* No defect comes nearer to the product's edge than this, mm: the golden's zone ends before. */
static const double border = 2.0;

static struct colour ground_at(const struct view *view, double x, double y) {
  double scale = view->artwork->scale;
  uint32_t texel = view_pixel(view, (int)((x + ARTWORK_MARGIN) * scale), (int)((y + ARTWORK_MARGIN) * scale));
  return colour_hex(texel & 0xFFFFFF);
}

static struct mark *add_mark(struct proposal *proposal, enum mark_kind kind) {
  struct mark *mark = &proposal->change.marks[proposal->change.mark_count++];
  *mark = (struct mark){.kind = kind, .strength = 1};
  return mark;
}

static void box_round(struct proposal *proposal, double x, double y, double half_w, double half_h) {
  proposal->box[0] = x - half_w, proposal->box[1] = y - half_h;
  proposal->box[2] = x + half_w, proposal->box[3] = y + half_h;
}

static bool inside(const struct scene *scene, const double box[4]) {
  return box[0] >= border && box[1] >= border && box[2] <= scene->width - border && box[3] <= scene->height - border;
}

static void place_mark(const struct scene *scene, struct random *random, struct mark *mark, double half_w,
                       double half_h) {
  mark->x = random_range(random, border + half_w, scene->width - border - half_w);
  mark->y = random_range(random, border + half_h, scene->height - border - half_h);
  mark->shape = random_bits(random);
}

/* Dark on light ground, light on dark. */
static struct colour against(struct colour ground, struct colour dark, struct colour light) {
  return colour_luma(ground) > 0.45 ? dark : light;
}

static bool propose_spot(const struct options *options, const struct view *view, double px, enum defect_class class,
                         struct random *random, struct proposal *proposal) {
  static const enum mark_kind kinds[] = {
      [DEFECT_EXTRA] = MARK_SPECK, [DEFECT_STAIN] = MARK_STAIN, [DEFECT_COLOUR] = MARK_TINT};
  const struct scene *scene = view->artwork->scene;
  struct mark *mark = add_mark(proposal, kinds[class]);
  double small = random_log_range(random, options->min_size * 1.1, options->max_size * 1.1 + 0.01) / px;
  mark->h = small, mark->w = small * random_range(random, 1, 1.8);
  mark->angle = random_range(random, 0, NUMBER_PI);
  double half = 0.62 * mark->w + 0.2;
  if (2 * (half + border) > scene->height) return false;
  place_mark(scene, random, mark, half, half);
  struct colour ground = ground_at(view, mark->x, mark->y);
  proposal->strength = &mark->strength;
  snprintf(proposal->where, sizeof proposal->where, "%s",
           class == DEFECT_EXTRA   ? "speck"
           : class == DEFECT_STAIN ? "stain"
                                   : "tint");
  if (class == DEFECT_EXTRA) {
    mark->colour = against(ground, colour_hex(0x1B1815), colour_hex(0xE8E4DA));
    if (scene->metal && random_below(random, 2)) {
      mark->kind = MARK_HOLE, proposal->strength = NULL;
      mark->colour = scene->ground;
      snprintf(proposal->where, sizeof proposal->where, "hole");
    } else if (scene->solder && random_below(random, 2)) {
      mark->kind = MARK_BALL, proposal->strength = NULL;
      mark->colour = colour_hex(0xA9ADB0);
      snprintf(proposal->where, sizeof proposal->where, "solder ball");
    }
  } else if (class == DEFECT_STAIN) {
    static const uint32_t dirt[] = {0x4A3018, 0x2B2A28, 0x5A4A20};
    mark->colour = against(ground, colour_hex(dirt[random_below(random, 3)]), colour_hex(0xD9D2BF));
  } else {
    /* Another hue of the same luma. */
    double y = colour_luma(ground), angle = random_range(random, 0, 2 * NUMBER_PI);
    double cb = 0.24 * number_cos(angle), cr = 0.24 * number_sin(angle);
    mark->colour = (struct colour){fmin(fmax(y + 1.402 * cr, 0), 1), fmin(fmax(y - 0.344 * cb - 0.714 * cr, 0), 1),
                                   fmin(fmax(y + 1.772 * cb, 0), 1)};
  }
  if (proposal->strength) mark->strength = 0.4;
  box_round(proposal, mark->x, mark->y, half, half);
  return true;
}

static bool propose_scratch(const struct options *options, const struct view *view, double px, struct random *random,
                            struct proposal *proposal) {
  const struct scene *scene = view->artwork->scene;
  struct mark *mark = add_mark(proposal, MARK_SCRATCH);
  mark->w = random_log_range(random, 5 * options->min_size, 40 * options->min_size) / px;
  mark->h = options->min_size / 6 * random_range(random, 2.5, 4) / px;
  mark->angle = random_range(random, 0, NUMBER_PI);
  double half_w = 0.5 * mark->w * fabs(number_cos(mark->angle)) + 0.14 * mark->w + 0.5;
  double half_h = 0.5 * mark->w * fabs(number_sin(mark->angle)) + 0.14 * mark->w + 0.5;
  if (2 * (half_w + border) > scene->width || 2 * (half_h + border) > scene->height) return false;
  place_mark(scene, random, mark, half_w, half_h);
  mark->colour = against(ground_at(view, mark->x, mark->y), colour_hex(0x2A2622), colour_hex(0xF1EEE6));
  mark->strength = 0.6;
  proposal->strength = &mark->strength;
  proposal->strokes = true;
  box_round(proposal, mark->x, mark->y, half_w, half_h);
  snprintf(proposal->where, sizeof proposal->where, "scratch");
  return true;
}

static bool part_fits(const struct scene *scene, const struct part *part, double least, double most) {
  double w = part->x1 - part->x0, h = part->y1 - part->y0;
  (void)scene;
  return fmin(w, h) >= least && fmax(w, h) <= most;
}

enum want { WANT_REMOVABLE, WANT_MOVABLE, WANT_COPYABLE };

/* A part at random among those that fit, or -1. */
static int choose_part(const struct scene *scene, struct random *random, enum want want, double least) {
  int chosen = -1, seen = 0;
  for (int i = 0; i < scene->part_count; i++) {
    const struct part *part = &scene->parts[i];
    bool wanted = want == WANT_REMOVABLE ? part->removable : want == WANT_MOVABLE ? part->movable : part->copyable;
    if (wanted && part_fits(scene, part, least, 60) && random_below(random, ++seen) == 0) chosen = i;
  }
  return chosen;
}

static bool changed_already(const struct change *change, int part) {
  for (int i = 0; i < change->part_count; i++)
    if (change->parts[i].part == part) return true;
  return false;
}

static bool propose_part(const struct options *options, const struct view *view, double px, enum defect_class class,
                         struct random *random, struct proposal *proposal) {
  const struct scene *scene = view->artwork->scene;
  struct change *change = &proposal->change;
  enum want want = class == DEFECT_MISSING ? WANT_REMOVABLE : class == DEFECT_MOVED ? WANT_MOVABLE : WANT_COPYABLE;
  int index = choose_part(scene, random, want, options->min_size / px);
  if (index < 0 || changed_already(change, index) || change->part_count == CHANGE_PARTS) return false;
  const struct part *part = &scene->parts[index];
  double x = (part->x0 + part->x1) / 2, y = (part->y0 + part->y1) / 2, pad = 1.2;
  double half_w = (part->x1 - part->x0) / 2 + pad, half_h = (part->y1 - part->y0) / 2 + pad;
  snprintf(proposal->where, sizeof proposal->where, "%s", part->name);
  if (class == DEFECT_EXTRA) {
    struct mark *mark = add_mark(proposal, MARK_COPY);
    mark->part = index;
    place_mark(scene, random, mark, half_w, half_h);
    box_round(proposal, mark->x, mark->y, half_w, half_h);
    return true;
  }
  int slot = change->part_count++;
  change->parts[slot].part = index;
  change->parts[slot].missing = class == DEFECT_MISSING;
  if (class == DEFECT_MISSING) {
    proposal->strokes = part->thin;
    box_round(proposal, x, y, half_w, half_h);
    return true;
  }
  proposal->strokes = true;
  double far = random_log_range(random, options->min_size, 5 * options->min_size) / px;
  double direction = random_range(random, 0, 2 * NUMBER_PI), turn = random_range(random, -0.05, 0.05);
  double dx = far * number_cos(direction), dy = far * number_sin(direction);
  change->parts[slot].dx = dx, change->parts[slot].dy = dy, change->parts[slot].angle = turn;
  box_round(proposal, x + dx / 2, y + dy / 2, half_w + fabs(dx) / 2 + 0.06 * half_h,
            half_h + fabs(dy) / 2 + 0.06 * half_w);
  return true;
}

/* Another sign of the same kind, unlike the old one. */
static char other_sign(struct random *random, char sign) {
  static const char digits[] = "0123456789", upper[] = "ABCDEHKLMNPRSTUXZ", lower[] = "abcdeghmnoprstuw";
  const char *signs = isdigit((unsigned char)sign) ? digits : isupper((unsigned char)sign) ? upper : lower;
  char other;
  do other = signs[random_below(random, (int)strlen(signs))];
  while (other == sign);
  return other;
}

/* One sign of a text is another one, or is missing. */
static bool propose_text(const struct options *options, const struct view *view, double px, enum defect_class class,
                         struct random *random, struct proposal *proposal) {
  const struct scene *scene = view->artwork->scene;
  struct change *change = &proposal->change;
  int chosen = -1, seen = 0;
  for (int i = 0; i < scene->item_count; i++) {
    const struct item *item = &scene->items[i];
    if (item->kind == ITEM_TEXT && item->part >= 0 && item->h * 0.7 * px >= options->min_size &&
        random_below(random, ++seen) == 0)
      chosen = i;
  }
  if (chosen < 0 || change->text_count == CHANGE_PARTS || changed_already(change, scene->items[chosen].part))
    return false;
  const struct item *item = &scene->items[chosen];
  int length = (int)strlen(item->text), at = random_below(random, length);
  if (!isalnum((unsigned char)item->text[at])) return false;
  int slot = change->text_count++;
  change->texts[slot].item = chosen;
  char *text = change->texts[slot].text;
  memcpy(text, item->text, sizeof item->text);
  text[at] = class == DEFECT_MISSING ? ' ' : other_sign(random, text[at]);
  proposal->strokes = true;
  /* All of the text is redrawn: behind a sign of another width the rest moves. */
  double c = number_cos(item->angle), s = number_sin(item->angle), x0 = 1e9, y0 = 1e9, x1 = -1e9, y1 = -1e9;
  for (int i = 0; i < 4; i++) {
    double u = i & 1 ? item->w * 1.1 + item->h : -0.3 * item->h, v = i & 2 ? 0.35 * item->h : -0.95 * item->h;
    double x = item->x + c * u - s * v, y = item->y + s * u + c * v;
    x0 = fmin(x0, x), y0 = fmin(y0, y), x1 = fmax(x1, x), y1 = fmax(y1, y);
  }
  /* Cut to the product: short of its border no text is drawn. */
  proposal->box[0] = fmax(x0, border), proposal->box[1] = fmax(y0, border);
  proposal->box[2] = fmin(x1, scene->width - border), proposal->box[3] = fmin(y1, scene->height - border);
  snprintf(proposal->where, sizeof proposal->where, "%s", scene->parts[item->part].name);
  return true;
}

bool defect_propose(const struct options *options, const struct view *view, double px_per_mm, enum defect_class class,
                    const struct change *change, struct random *random, struct proposal *proposal) {
  *proposal = (struct proposal){.change = *change};
  if (change->mark_count == CHANGE_MARKS) return false;
  bool done = false;
  switch (class) {
  case DEFECT_MISSING:
    done = random_below(random, 4) ? propose_part(options, view, px_per_mm, class, random, proposal)
                                   : propose_text(options, view, px_per_mm, class, random, proposal);
    break;
  case DEFECT_EXTRA:
    done = random_below(random, 2) ? propose_part(options, view, px_per_mm, class, random, proposal)
                                   : propose_spot(options, view, px_per_mm, class, random, proposal);
    break;
  case DEFECT_SCRATCH:
    done = propose_scratch(options, view, px_per_mm, random, proposal);
    break;
  case DEFECT_STAIN:
  case DEFECT_COLOUR:
    done = propose_spot(options, view, px_per_mm, class, random, proposal);
    break;
  case DEFECT_PRINT:
    done = propose_text(options, view, px_per_mm, class, random, proposal);
    break;
  case DEFECT_MOVED:
    done = propose_part(options, view, px_per_mm, class, random, proposal);
    break;
  case DEFECT_CLASSES:
    break;
  }
  return done && inside(view->artwork->scene, proposal->box);
}
