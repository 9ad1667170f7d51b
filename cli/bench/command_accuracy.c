#include "cli/bench/layouts.h"
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

struct accuracy_options {
  struct common_options common;
};

static const struct option options[] = {{.name = NULL}};

static const struct layout {
  const char *name, *operands, *help;
  size_t least, most; /* folders */
  enum status (*run)(const struct common_options *common, struct fault *fault);
} layouts[] = {
    {"alignment", "",
     "pairs that are sampled independently from drawn scenes under random affine maps: the error of the golden's\n"
     "corners beside the Cramer-Rao bound of the pairs, and beside OpenCV's findTransformECC started at the truth.\n"
     "With --json a line a scene and method: {\"finest_period_px\", \"by\", \"pairs\", \"refused\", \"bound_px\",\n"
     "\"rms_px\", \"mean_px\"}.",
     0, 0, accuracy_alignment},
    {"classes", "SET...",
     "sets of assay-synth with defects: of which class they were planted and by which the strongest region there is\n"
     "named, or that there is none. With --json a line a set and class: {\"set\", \"planted\", \"named\": {class: how "
     "many,\n"
     "..., \"other\", \"missed\"}}; of several sets then all together, \"set\": \"all\".",
     1, 1000, accuracy_classes},
    {"deeppcb", "FOLDER",
     "pairs of printed boards with people's marks: NAME_temp.jpg is the golden image, NAME_test.jpg the photo,\n"
     "NAME.txt has lines \"x1 y1 x2 y2 class\" (1 open, 2 short, 3 mousebite, 4 spur, 5 copper, 6 pin-hole). The\n"
     "findings' boxes are grown by 10 px, the margin of the marks; one is right when it overlaps a mark that nothing\n"
     "surer took by more than 0.33 (intersection over union), and, with class, when the class is the same.\n"
     "With --json: {\"pairs\", \"any_class\", \"with_class\"}, each of these {\"marked\", \"found\", \"right\",\n"
     "\"precision\", \"recall\", \"f\", \"average_precision\"}.",
     1, 1, accuracy_deeppcb},
    {"displacement", "SET...",
     "sets of assay-synth --loose, and of --bend and --distortion: how many parts that lie off are found as such, how\n"
     "well their displacement is told, and how many false regions there are. With --json a line a set: {\"set\",\n"
     "\"photos\", \"moved\", \"named\", \"false_moved\", \"false_regions\", \"rms_mm\", \"largest_mm\"}.",
     1, 1000, accuracy_displacement},
    {"oxford", "SERIES...",
     "series of photos of one scene: img1.png, img2.png, ... (or .ppm), and the homographies H1to2p, ... from img1 to\n"
     "each, nine numbers. How far the corners of img1 land from where these put them, the mean of the four, or that "
     "the\n"
     "photo was refused; and what the pictures say of both: how far patches of 48 px lie off under each (median), and\n"
     "how far the corners under the homography fitted to the patches are from those under each. With --json a line a\n"
     "photo: {\"series\", \"image\", \"aligned\", \"error_px\", \"patches\", \"patches_given_px\", \"patches_px\",\n"
     "\"fitted_given_px\", \"fitted_px\"}.",
     1, 1000, accuracy_oxford},
    {"poses", "[PRODUCT...]",
     "drawn products whose pose is hard to tell (even, repeating, symmetric, round ones), photographed in all the "
     "ways\n"
     "that go wrong: turned by a quarter or a half, far, near, partly outside, slanted, dark, glossy, on a cluttered\n"
     "table, beside another unit or product, covered, another one in its place, none at all. How many photos are "
     "judged\n"
     "with the pose right within 2 golden pixels, refused, and judged with a wrong one. With --json a line a product\n"
     "and view: {\"product\", \"view\", \"right\", \"refused\", \"wrong\"}. Products: print, plain, blisters, strip, "
     "board,\n"
     "gasket, symmetric, dial; all where none is named.",
     0, 8, accuracy_poses},
    {"refusals", "[SET...]",
     "sets of assay-synth --spoil: how many photos of each kind that cannot be judged are refused and named rightly,\n"
     "and how many good ones are refused. Where no set is named, three are made: of each product 20 photos of each "
     "kind\n"
     "and 167 good ones. With --json a line a set and kind: {\"set\", \"kind\" (null: good), \"photos\", \"refused\",\n"
     "\"right\"}.",
     0, 1000, accuracy_refusals},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static void list_layouts(FILE *out) {
  fputs("\nlayouts:\n", out);
  for (size_t i = 0; i < LAYOUTS; i++) {
    fprintf(out, "  %s %s\n", layouts[i].name, layouts[i].operands);
    for (const char *line = layouts[i].help, *end; *line; line = *end ? end + 1 : end) {
      end = line + strcspn(line, "\n");
      fprintf(out, "      %.*s\n", (int)(end - line), line);
    }
  }
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct common_options *common = &((const struct accuracy_options *)values)->common;
  const char *name = common->operands.items[0];
  size_t folders = common->operands.count - 1;
  char known[128] = "";
  for (size_t i = 0; i < LAYOUTS; i++) {
    const struct layout *layout = &layouts[i];
    if (!strcmp(layout->name, name)) {
      if (folders >= layout->least && folders <= layout->most) return layout->run(common, fault);
      return fault_set(fault, STATUS_USAGE, "%s: %zu operands after it; expected %s", name, folders, layout->operands);
    }
    size_t used = strlen(known);
    snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", layout->name);
  }
  return fault_set(fault, STATUS_USAGE, "%s: unknown layout; expected one of %s", name, known);
}

const struct command command_bench_accuracy = {
    .name = "bench accuracy",
    .summary = "how well what is found agrees with known truth",
    .text = "Judges photos whose truth is known and compares. What it takes goes by the layout of the data, below.",
    .example = "  assay bench accuracy deeppcb ../shared/data/deeppcb-dev\n"
               "  assay-synth --product label --spoil all --count 640 --megapixels 1 --out set && assay bench accuracy "
               "refusals set",
    .operands = {.usage = "LAYOUT [FOLDER...]", .least = 1, .most = 1001},
    .options = options,
    .values_size = sizeof(struct accuracy_options),
    .run = run,
    .more_help = list_layouts,
};
