/* CUDA programs with and without a planted fault. */
#ifndef ASSAY_TESTS_CUDA_ON_CPU_PLANTED_H
#define ASSAY_TESTS_CUDA_ON_CPU_PLANTED_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum planted_watch { WATCH_ALWAYS, WATCH_ADDRESS, WATCH_ACCESSES };

struct planted {
  const char *name;
  void (*faulty)(void); /* does not return where `watch` is on */
  void (*mended)(void); /* the same without the fault: returns */
  enum planted_watch watch;
  const char *said; /* part of what is on stderr */
};
extern const struct planted planted_faults[];
extern const size_t planted_fault_count;

/* Programs whose answer is right only without the fault; true: the answer was right. */
struct planted_answer {
  const char *name;
  bool (*run)(bool fault);
  bool deferred; /* shows itself with deferred streams; else in one of the orders */
};
extern const struct planted_answer planted_answers[];
extern const size_t planted_answer_count;

/* Programs that are asked for `right` while each of their calls fails in turn: they must say false, or give the right
 * answer, and hold nothing. */
struct planted_manner {
  const char *name;
  bool (*run)(bool fault, int *answer);
  int right;
};
extern const struct planted_manner planted_manners[];
extern const size_t planted_manner_count;

/* Programs that are right; NULL or what was wrong. */
struct sound_program {
  const char *name;
  const char *(*run)(void);
};
extern const struct sound_program sound_programs[];
extern const size_t sound_program_count;

#ifdef __cplusplus
}
#endif

#endif
