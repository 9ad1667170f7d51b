#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/output.h"
#include "cli/pair_judge.h"
#include "cli/parallel.h"
#include "cli/text.h"
#include "engine/measure/marker.h"
#include "engine/read/codes.h"
#include "engine/read/texts.h"
#include "kernels/cuda/cuda.h"

#include "kernels/kernels.h"

#include <cairo.h>
#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <yaml.h>
#include <zmq.h>

/* One thing looked at. */
struct finding {
  const char *what;
  bool ok;
  char text[256];
};

struct doctor {
  struct finding findings[16];
  size_t count;
};

static void found(struct doctor *doctor, const char *what, bool ok, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void found(struct doctor *doctor, const char *what, bool ok, const char *format, ...) {
  struct finding *finding = &doctor->findings[doctor->count++];
  finding->what = what;
  finding->ok = ok;
  va_list args;
  va_start(args, format);
  vsnprintf(finding->text, sizeof finding->text, format, args);
  va_end(args);
}

static void look_at_versions(struct doctor *doctor) {
  int zmq[3];
  zmq_version(&zmq[0], &zmq[1], &zmq[2]);
  found(doctor, "assay", true, "%s", ASSAY_VERSION);
  found(doctor, "libraries", true, "ZeroMQ %d.%d.%d, SQLite %s, libsodium %s, jansson %s, libyaml %s, Cairo %s", zmq[0],
        zmq[1], zmq[2], sqlite3_libversion(), sodium_version_string(), JANSSON_VERSION, yaml_get_version_string(),
        cairo_version_string());
}

static void look_at_processor(struct doctor *doctor) {
  char features[160] = "";
#if defined __x86_64__
  const struct {
    const char *name;
    bool there;
  } known[] = {{"sse4.2", __builtin_cpu_supports("sse4.2")},     {"avx", __builtin_cpu_supports("avx")},
               {"avx2", __builtin_cpu_supports("avx2")},         {"fma", __builtin_cpu_supports("fma")},
               {"avx512f", __builtin_cpu_supports("avx512f")},   {"avx512bw", __builtin_cpu_supports("avx512bw")},
               {"avx512vl", __builtin_cpu_supports("avx512vl")}, {"avx512dq", __builtin_cpu_supports("avx512dq")}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i].there) {
      size_t used = strlen(features);
      snprintf(features + used, sizeof features - used, " %s", known[i].name);
    }
#endif
  found(doctor, "processor", true, "%zu threads;%s", parallel_threads(0), *features ? features : " no known features");
}

static void look_at_gpu(struct doctor *doctor) {
  char text[sizeof doctor->findings->text], why[160];
  int count = kernel_cuda_count();
  size_t used = 0;
  for (int i = 0; i < (count ? count : 1) && used < sizeof text; i++) {
    kernel_cuda_here(i, why, sizeof why);
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? "; " : "", why);
  }
  found(doctor, "gpu", true, "%s", text);
}

/* Where pixels would be worked on, as inspector_open chooses for these options. */
static void look_at_backend(struct doctor *doctor, const struct common_options *common) {
  static const uint8_t header[] = "P5 32 32 255\n";
  enum { SIDE = 32 };
  uint8_t bytes[sizeof header - 1 + SIDE * SIDE] = {0};
  memcpy(bytes, header, sizeof header - 1);
  for (int i = 0; i < SIDE * SIDE; i++) bytes[sizeof header - 1 + (size_t)i] = (uint8_t)(i * 37 % 251);
  struct photo photo = {0};
  struct pair_judge judge = {0};
  struct result result = {0};
  struct fault fault = {0};
  const struct inspect_options inspect = {.backend = common->backend, .cpu = common->cpu};
  enum status status = photo_from_bytes("test picture", bytes, sizeof bytes, &photo, &fault);
  if (!status) status = inspector_open_photo(&photo, &inspect, &judge.inspector, &fault);
  if (!status) status = inspection_open(judge.inspector, &judge.inspection, &fault);
  if (!status) status = inspect_align(judge.inspection, &photo, &result, &fault);
  char why[256] = "";
  /* OpenCV is loaded when something of it is asked for. */
  uint8_t cells[MARKER_MAX_BITS * MARKER_MAX_BITS];
  int side;
  if (!status) status = marker_cells("4x4_50", 0, cells, &side, &fault);
  if (!status) status = inspect_try(&inspect, why, sizeof why, &fault);
  if (status)
    found(doctor, "backend", false, "%s", fault.text);
  else
    found(doctor, "backend", true, "%s; libjpeg-turbo %s, OpenCV %s", why, result.libjpeg_turbo, result.opencv);
  result_free(&result);
  pair_judge_close(&judge);
  photo_free(&photo);
}

/* Goldens that demand neither do without. */
static void look_at_readers(struct doctor *doctor) {
  char codes[200], texts[200];
  struct fault unheard;
  codes_here(codes, sizeof codes, &unheard);
  texts_here(texts, sizeof texts, &unheard);
  found(doctor, "codes", true, "%s", codes);
  found(doctor, "texts", true, "%s", texts);
}

static void look_at_limits(struct doctor *doctor) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files))
    found(doctor, "open files", false, "the limit cannot be read: %s", strerror(errno));
  else
    found(doctor, "open files", files.rlim_cur >= 256, "%llu%s", (unsigned long long)files.rlim_cur,
          files.rlim_cur >= 256 ? "" : "; expected 256 at least (ulimit -n)");
}

static void look_at_temporary(struct doctor *doctor) {
  char *path = NULL;
  struct fault fault = {0};
  if (folder_make_temporary(&path, &fault)) {
    found(doctor, "temporary", false, "%s", fault.text);
    return;
  }
  struct statvfs disk;
  double free_gb = statvfs(path, &disk) ? 0 : (double)disk.f_bavail * (double)disk.f_frsize / 1e9;
  found(doctor, "temporary", true, "%s: can be written, %.1f GB free", folder_temporary(), free_gb);
  folder_remove(path);
  free(path);
}

/* Of the service's data folder, or the nearest folder above it that is there. */
static void look_at_data(struct doctor *doctor) {
  char *path = folder_data(), *above = path ? strdup(path) : NULL;
  if (!path || !above) {
    found(doctor, "data", false, "out of memory");
  } else {
    bool there = !access(above, F_OK);
    char *slash;
    while (access(above, F_OK) && (slash = strrchr(above, '/'))) *slash = 0;
    bool writable = !access(*above ? above : "/", W_OK | X_OK);
    found(doctor, "data", writable, "%s: %s", path,
          !writable ? "cannot be written; assay serve --data names another folder"
          : there   ? "can be written"
                    : "will be made by assay serve");
  }
  free(path);
  free(above);
}

static enum status print_json(const struct doctor *doctor, bool ok, struct fault *fault) {
  json_t *findings = json_array();
  for (size_t i = 0; i < doctor->count; i++)
    json_array_append_new(findings, json_pack("{s:s, s:b, s:s}", "what", doctor->findings[i].what, "ok",
                                              doctor->findings[i].ok, "text", doctor->findings[i].text));
  return output_json(json_pack("{s:b, s:o}", "ok", ok, "findings", findings), fault);
}

static void print_text(const struct doctor *doctor) {
  bool coloured = text_coloured(stdout);
  for (size_t i = 0; i < doctor->count; i++) {
    const struct finding *finding = &doctor->findings[i];
    const char *style = text_style(finding->ok ? STYLE_GREEN : STYLE_RED);
    printf("%s%-4s%s  %-10s  %s\n", coloured ? style : "", finding->ok ? "ok" : "BAD",
           coloured ? text_style(STYLE_PLAIN) : "", finding->what, finding->text);
  }
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct common_options *common = values;
  struct doctor doctor = {.count = 0};
  look_at_versions(&doctor);
  look_at_gpu(&doctor);
  look_at_backend(&doctor, common);
  look_at_processor(&doctor);
  look_at_readers(&doctor);
  look_at_limits(&doctor);
  look_at_temporary(&doctor);
  look_at_data(&doctor);
  bool ok = true;
  for (size_t i = 0; i < doctor.count; i++) ok = ok && doctor.findings[i].ok;
  *exit_code = ok ? 0 : 1;
  if (common->json) return print_json(&doctor, ok, fault);
  print_text(&doctor);
  return STATUS_OK;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "what assay runs on, and whether all is well",
    .text =
        "Versions, backend and why, processor features, limits, temporary and data folders. Exit code 0 when all is\n"
        "well, else 1.",
    .example = "  assay doctor",
    .operands = {.usage = "", .least = 0, .most = 0},
    .values_size = sizeof(struct common_options),
    .run = run,
};
