#include "tests/datasets/stage.h"

bool stage_begin(struct stage *s, int count, char **words) {
  if (options_parse(&s->options, count, words, NULL)) return false;
  if (scene_make(&s->scene, PRODUCT_LABEL, 1, NULL)) return false;
  s->scene.item_count = s->scene.part_count = 0, s->scene.current_part = -1, s->scene.fibre = 0;
  return true;
}

bool stage_light(struct stage *s, double texels) {
  struct unit unit = {0};
  plan_shot(&s->options, &s->scene, &unit, 5, &s->shot);
  if (artwork_make(&s->artwork, &s->scene, texels * plan_nominal_scale(&s->options, &s->scene), NULL)) return false;
  s->view.artwork = &s->artwork;
  return !studio_make(&s->studio, &s->artwork, s->shot.width, 1, NULL);
}

void stage_strike(struct stage *s) {
  view_truncate(&s->view, 0);
  darkroom_free(&s->darkroom);
  studio_free(&s->studio);
  artwork_free(&s->artwork);
  scene_free(&s->scene);
}
