#include "datasets/scene.h"
void plate_layout(struct scene *scene, struct random *random) {
  label_layout(scene, random);
}
