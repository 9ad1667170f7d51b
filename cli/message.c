#include "cli/message.h"

#include "cli/text.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct {
  bool on, drawn;
  const char *what;
  size_t first, done, total; /* `first` were done before it began: they say nothing about the rate */
  bool counted;
  double start, last;
} bar;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void wipe(void) {
  if (bar.drawn) fputs("\r\033[K", stderr);
  bar.drawn = false;
}

static void (*elsewhere)(const char *level, const char *text);

void message_go_to(void (*write)(const char *level, const char *text)) {
  elsewhere = write;
}

static void print_message(const char *kind, enum text_style style, const char *text) {
  bool coloured = text_coloured(stderr);
  wipe();
  fprintf(stderr, "%sassay: %s%s%s\n", coloured ? text_style(style) : "", kind, coloured ? text_style(STYLE_PLAIN) : "",
          text);
}

static void say(const char *kind, enum text_style style, const char *format, va_list args) {
  char *text = NULL, *clean = NULL;
  if (vasprintf(&text, format, args) < 0) text = NULL;
  if (text) clean = text_clean(text, 0, false);
  if (!clean) style = STYLE_RED, kind = "error: ";
  pthread_mutex_lock(&lock);
  if (elsewhere)
    elsewhere(style == STYLE_RED      ? "error"
              : style == STYLE_YELLOW ? "warning"
                                      : "info",
              clean ? clean : "out of memory");
  else
    print_message(kind, style, clean ? clean : "out of memory");
  pthread_mutex_unlock(&lock);
  free(text);
  free(clean);
}

void message_error(const char *format, ...) {
  va_list args;
  va_start(args, format);
  say("error: ", STYLE_RED, format, args);
  va_end(args);
}

void message_warning(const char *format, ...) {
  va_list args;
  va_start(args, format);
  say("warning: ", STYLE_YELLOW, format, args);
  va_end(args);
}

void message_note(const char *format, ...) {
  va_list args;
  va_start(args, format);
  say("", STYLE_PLAIN, format, args);
  va_end(args);
}

void message_fault(const struct fault *fault) {
  message_error("%s", *fault->text ? fault->text : "failed without a message, which is a fault of assay");
}

static void append_time(char *text, size_t size, double seconds) {
  long s = (long)(seconds + 0.5);
  size_t used = strlen(text);
  if (s >= 3600)
    snprintf(text + used, size - used, "%ld h %02ld min", s / 3600, s / 60 % 60);
  else if (s >= 60)
    snprintf(text + used, size - used, "%ld min %02ld s", s / 60, s % 60);
  else
    snprintf(text + used, size - used, "%ld s", s);
}

static void draw(double time) {
  char right[160];
  double rate = time > bar.start ? (double)(bar.done - bar.first) / (time - bar.start) : 0;
  int used = bar.total ? snprintf(right, sizeof right, " %zu/%zu", bar.done, bar.total)
                       : snprintf(right, sizeof right, " %zu", bar.done);
  if (rate > 0) {
    used += snprintf(right + used, sizeof right - (size_t)used, "  %.1f/s", rate);
    if (bar.total > bar.done) {
      snprintf(right + used, sizeof right - (size_t)used, "  left ");
      append_time(right, sizeof right, (double)(bar.total - bar.done) / rate);
    }
  }
  struct winsize window = {0};
  int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col ? window.ws_col : 80;
  int room = columns - (int)strlen(bar.what) - (int)strlen(right) - 4;
  fprintf(stderr, "\r\033[K%s ", bar.what);
  if (bar.total && room >= 10) {
    if (room > 40) room = 40;
    int full = (int)((double)bar.done / (double)bar.total * room);
    fputc('[', stderr);
    for (int i = 0; i < room; i++) fputc(i < full ? '#' : '.', stderr);
    fputc(']', stderr);
  }
  fputs(right, stderr);
  fflush(stderr);
  bar.drawn = true;
  bar.last = time;
}

void progress_begin(const char *what, size_t total) {
  pthread_mutex_lock(&lock);
  const char *term = getenv("TERM");
  memset(&bar, 0, sizeof bar);
  bar.on = isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
  bar.what = what;
  bar.total = total;
  bar.start = now();
  pthread_mutex_unlock(&lock);
}

void progress_set(size_t done, size_t total) {
  pthread_mutex_lock(&lock);
  if (bar.on) {
    double time = now();
    if (!bar.counted) {
      bar.first = done > 1 ? done - 1 : 0;
      bar.counted = true;
    }
    bar.done = done;
    bar.total = total;
    if (!bar.drawn || time - bar.last >= 0.1) draw(time);
  }
  pthread_mutex_unlock(&lock);
}

void progress_hide(void) {
  pthread_mutex_lock(&lock);
  wipe();
  if (bar.on) fflush(stderr);
  pthread_mutex_unlock(&lock);
}

void progress_end(void) {
  pthread_mutex_lock(&lock);
  wipe();
  bar.on = false;
  pthread_mutex_unlock(&lock);
}
