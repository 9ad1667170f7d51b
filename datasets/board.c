#include "datasets/scene.h"
void board_layout(struct scene *scene, struct random *random) {
  label_layout(scene, random);
}
