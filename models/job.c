#include "models/job.h"
#include "models/utf8.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(field, column, limit)                                                                                     \
  { #field, column, offsetof(struct job, field), limit }
const struct job_text job_texts[JOB_TEXTS] = {
    TEXT(golden_path, "golden", JOB_PATH_MAX), TEXT(photo, "photo", JOB_PATH_MAX), TEXT(lot, "lot", JOB_FIELD_MAX),
    TEXT(factory, "factory", JOB_FIELD_MAX),   TEXT(line, "line", JOB_FIELD_MAX),  TEXT(shift, "shift", JOB_FIELD_MAX),
    TEXT(stage, "stage", JOB_FIELD_MAX),       TEXT(unit, "unit", JOB_FIELD_MAX),  TEXT(view, "view", JOB_FIELD_MAX),
    TEXT(captured, "captured", JOB_FIELD_MAX),
};

char **job_text(struct job *job, size_t index) {
  return (char **)((char *)job + job_texts[index].offset);
}

const char *job_text_get(const struct job *job, size_t index) {
  return *(char *const *)((const char *)job + job_texts[index].offset);
}

/* Two digits, or -1. */
static int two_digits(const char *text) {
  if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') return -1;
  return 10 * (text[0] - '0') + text[1] - '0';
}

static bool in_range(const char *text, int least, int most) {
  int value = two_digits(text);
  return value >= least && value <= most;
}

static int days_in(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

bool job_time_valid(const char *text) {
  if (strlen(text) < 16) return false;
  int century = two_digits(text), years = two_digits(text + 2);
  if (century < 0 || years < 0 || text[4] != '-' || !in_range(text + 5, 1, 12) || text[7] != '-') return false;
  if (!in_range(text + 8, 1, days_in(100 * century + years, two_digits(text + 5)))) return false;
  if (text[10] != 'T' || !in_range(text + 11, 0, 23) || text[13] != ':' || !in_range(text + 14, 0, 59)) return false;
  text += 16;
  if (text[0] == ':') {
    if (!in_range(text + 1, 0, 59)) return false;
    text += 3;
    if (text[0] == '.') {
      size_t digits = strspn(text + 1, "0123456789");
      if (!digits || digits > 9) return false;
      text += 1 + digits;
    }
  }
  if (!strcmp(text, "") || !strcmp(text, "Z")) return true;
  return (text[0] == '+' || text[0] == '-') && in_range(text + 1, 0, 23) && text[3] == ':' &&
         in_range(text + 4, 0, 59) && !text[6];
}

static int64_t milliseconds(const char *digits) {
  int64_t ms = 0;
  for (int i = 0; i < 3; i++) {
    bool digit = *digits >= '0' && *digits <= '9';
    ms = 10 * ms + (digit ? *digits - '0' : 0);
    if (digit) digits++;
  }
  return ms;
}

/* Days since 1970 of the Gregorian calendar; years are counted from March, so that a leap day is the last of one.
 * timegm takes many times as long, and every result has a time. */
static int64_t days_of(int year, int month, int day) {
  int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, of_era = y - 400 * era;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return 146097 * era + 365 * of_era + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool job_time_parse(const char *text, int64_t *ms) {
  if (!job_time_valid(text)) return false;
  int64_t days = days_of(100 * two_digits(text) + two_digits(text + 2), two_digits(text + 5), two_digits(text + 8));
  int64_t seconds = 86400 * days + 3600 * two_digits(text + 11) + 60 * two_digits(text + 14);
  text += 16;
  int64_t fraction = 0;
  if (text[0] == ':') {
    seconds += two_digits(text + 1);
    text += 3;
    if (text[0] == '.') fraction = milliseconds(text + 1);
  }
  text += strcspn(text, "+-");
  int64_t minutes = *text ? 60 * two_digits(text + 1) + two_digits(text + 4) : 0;
  *ms = 1000 * (seconds - (*text == '-' ? -60 : 60) * minutes) + fraction;
  return true;
}

bool job_text_valid(size_t index, const char *value, const char **expected) {
  const struct job_text *field = &job_texts[index];
  const char *why = NULL;
  size_t size = strlen(value);
  if (size > field->limit)
    why = field->limit == JOB_PATH_MAX ? "at most 4095 bytes" : "at most 255 bytes";
  else if (field->limit != JOB_PATH_MAX && !utf8_printable(value, size))
    why = "UTF-8 text without control characters";
  else if (field->offset == offsetof(struct job, captured) && !job_time_valid(value))
    why = "an ISO 8601 time such as 2026-03-01T22:14:05";
  if (expected) *expected = why;
  return !why;
}

static void identify_field(crypto_generichash_state *state, const char *value) {
  uint64_t size = value ? strlen(value) : UINT64_MAX;
  unsigned char length[8];
  for (int i = 0; i < 8; i++) length[i] = (unsigned char)(size >> 8 * i);
  crypto_generichash_update(state, length, sizeof length);
  if (value) crypto_generichash_update(state, (const unsigned char *)value, size);
}

void job_identify(struct job *job) {
  crypto_generichash_state state;
  unsigned char hash[32];
  crypto_generichash_init(&state, NULL, 0, sizeof hash);
  identify_field(&state, job->golden_sha256[0] ? job->golden_sha256 : NULL);
  identify_field(&state, job->photo);
  identify_field(&state, job->photo_id[0] ? job->photo_id : NULL);
  identify_field(&state, job->lot);
  identify_field(&state, job->unit);
  identify_field(&state, job->view);
  crypto_generichash_final(&state, hash, sizeof hash);
  sodium_bin2hex(job->id, sizeof job->id, hash, JOB_ID_CHARS / 2);
}

enum status job_copy(const struct job *job, struct job *copy, struct fault *fault) {
  *copy = *job;
  for (size_t i = 0; i < JOB_TEXTS; i++) *job_text(copy, i) = NULL;
  for (size_t i = 0; i < JOB_TEXTS; i++) {
    const char *value = job_text_get(job, i);
    if (!value) continue;
    *job_text(copy, i) = strdup(value);
    if (!*job_text(copy, i)) {
      job_free(copy);
      return fault_set(fault, STATUS_MEMORY, "job: out of memory");
    }
  }
  return STATUS_OK;
}

void job_free(struct job *job) {
  for (size_t i = 0; i < JOB_TEXTS; i++) free(*job_text(job, i));
  *job = (struct job){0};
}
