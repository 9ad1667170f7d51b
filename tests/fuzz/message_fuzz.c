/* The first two frames of a message: 8 bytes, and the header after them. */
#include "ipc/message.h"
#include "models/job.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#define ID "\"00112233445566778899aabbccddeeff\""
#define SHA "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\""
#define JOB                                                                                                            \
  "{\"id\":" ID ",\"golden_sha256\":" SHA ",\"photo_id\":" SHA                                                         \
  ",\"photo\":\"a.jpg\",\"lot\":\"L-7\",\"captured\":\"2026-03-01T22:14:05\"}"

static const struct {
  int kind;
  const char *header;
} seeds[] = {
    {MESSAGE_HELLO, "{\"role\":\"worker\",\"id\":" ID ",\"name\":\"host:1\",\"holding\":[" ID "]}"},
    {MESSAGE_WELCOME,
     "{\"broker\":\"b\",\"heartbeat_ms\":1000,\"silence_ms\":4000,\"window_jobs\":1,\"window_bytes\":1}"},
    {MESSAGE_ERROR, "{\"code\":\"bad_message\",\"text\":\"why\",\"about\":16}"},
    {MESSAGE_HEARTBEAT, "{}"},
    {MESSAGE_SUBMIT,
     "{\"submission\":" ID ",\"jobs\":[{\"position\":0,\"priority\":-5,\"photo\":\"path\",\"path\":\"/a\","
     "\"job\":" JOB "},{\"position\":1,\"photo\":\"bytes\",\"job\":" JOB "}]}"},
    {MESSAGE_ACCEPTED, "{\"submission\":" ID ",\"positions\":[0,1],\"refused\":[{\"position\":2,\"code\":\"bad_job\","
                       "\"text\":\"id\"}]}"},
    {MESSAGE_SUBSCRIBE, "{\"submission\":null,\"order\":\"completion\",\"after\":0,\"credit\":9,\"follow\":true}"},
    {MESSAGE_RESULTS, "{\"submission\":" ID ",\"results\":[{\"sequence\":1,\"position\":0,\"job\":" ID
                      ",\"state\":\"done\"}],\"end\":false}"},
    {MESSAGE_CREDIT, "{\"credit\":10}"},
    {MESSAGE_STATUS, "{\"broker\":\"b\",\"jobs\":{\"waiting\":1,\"leased\":2,\"done\":3,\"set_aside\":4},\"clients\":1,"
                     "\"workers\":[{\"id\":" ID ",\"name\":\"w\",\"holds\":1,\"done\":2,\"seen_ms\":3}]}"},
    {MESSAGE_GOLDEN, "{\"sha256\":" SHA ",\"files\":[{\"name\":\"seal.json\"}]}"},
    {MESSAGE_READY, "{\"credit\":4}"},
    {MESSAGE_WORK, "{\"jobs\":[{\"job\":" JOB ",\"photo\":\"path\",\"path\":\"/a\",\"losses\":1}]}"},
    {MESSAGE_DONE, "{\"jobs\":[" ID "]}"},
    {MESSAGE_RETURN, "{\"jobs\":[{\"job\":" ID ",\"lost\":true,\"error\":\"why\"}]}"},
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  size_t first = size < PROTOCOL_PREFIX_SIZE ? size : PROTOCOL_PREFIX_SIZE;
  int kind;
  json_t *header;
  if (message_decode((struct span){bytes, first}, (struct span){bytes + first, size - first}, &kind, &header, NULL))
    return 0;
  size_t index;
  const json_t *item;
  json_array_foreach(json_object_get(header, "jobs"), index, item) {
    struct job job;
    if (job_from_json(json_object_get(item, "job"), &job, NULL)) continue;
    job_identify(&job);
    job_free(&job);
  }
  json_decref(header);
  return 0;
}

uint8_t *fuzz_seed(int i, size_t *size) {
  if (i < 0 || (size_t)i >= sizeof seeds / sizeof *seeds) return NULL;
  size_t length = strlen(seeds[i].header);
  uint8_t *bytes = malloc(PROTOCOL_PREFIX_SIZE + length);
  if (!bytes) return NULL;
  const uint8_t prefix[PROTOCOL_PREFIX_SIZE] = {'A', 'S', 'S', 'A', 'Y', PROTOCOL_VERSION, (uint8_t)seeds[i].kind, 0};
  memcpy(bytes, prefix, sizeof prefix);
  memcpy(bytes + sizeof prefix, seeds[i].header, length);
  *size = sizeof prefix + length;
  return bytes;
}
