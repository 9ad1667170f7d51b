/* Reads what zones demand, from a photo's own pixels. */
#ifndef ASSAY_ENGINE_READ_READ_H
#define ASSAY_ENGINE_READ_READ_H

#include "engine/placement.h"
#include "engine/read/demand.h"
#include "engine/read/texts.h"
#include "engine/read/window.h"

/* What a luma plane shows at a demand's place. End with seen_free. */
struct seen {
  bool fits;           /* the demand */
  enum code_kind kind; /* of a code that was read; CODE_NONE for a text or nothing */
  char *data;          /* what was read, size bytes and a NUL; NULL: nothing */
  size_t size;
  double share; /* of the zone's surroundings that the photo shows */
};
void seen_free(struct seen *seen);

/* One thread's working memory. All zero is none yet; end with read_work_free. */
struct read_work {
  struct window_picture picture;
  struct text_reader *reader;
  char language[64]; /* of the reader */
};
void read_work_free(struct read_work *work);

/* How the golden is looked at in place of a photo: at a photo's scale, and as soft as it. */
struct read_as {
  double scale;     /* photo pixels for one of the golden */
  double sharpness; /* of its edges against the golden's; 1 and more: as it is */
};

/* Looks at several sizes, slanted and inverted, in a fixed order, until something fits; else what was read first stands
 * (for a code, one that lies in the zone). `placement` NULL: `luma` is the golden's own, looked at `as` a photo (NULL:
 * as it is). STATUS_UNAVAILABLE where codes, or texts of the language, cannot be read here. */
enum status read_demand(const struct demand *demand, const struct plane *luma, const struct placement *placement,
                        const struct read_as *as, struct read_work *work, struct seen *seen, struct fault *fault);

/* Whether all that is demanded can be read here. */
enum status read_possible(const struct demands *demands, struct fault *fault);

#endif
