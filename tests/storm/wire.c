/* wire INTERFACE INTERFACE DELAY_MS JITTER_MS LOSS_PERCENT SEED
 *
 * A bad line between two interfaces: what comes in at one goes out at the other later, in order, or is lost. Does what
 * `tc netem` does where the kernel has no netem. SIGUSR1 cuts it, SIGUSR2 mends it; it writes "." to standard output
 * when it stands. */
#include "tests/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MAX = (int)sizeof(struct virtio_net_hdr) + ETH_HLEN + 65536, MOST_WAITING = 4096 };

struct frame {
  struct frame *next;
  int64_t due_us;
  size_t size;
  uint8_t bytes[];
};

struct way {
  int from, to;
  struct frame *first, **end;
  size_t waiting;
  int64_t last_due_us;
};

static volatile sig_atomic_t is_cut;

static void cut(int number) {
  is_cut = number == SIGUSR1;
}

static void give_up(const char *what) {
  fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
  exit(1);
}

/* With the header that carries what the kernel left to the device: checksums, and segments to be cut. */
static int open_interface(const char *name) {
  const int on = 1, room = 8 << 20;
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
  int file = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  address.sll_ifindex = (int)if_nametoindex(name);
  if (file < 0 || !address.sll_ifindex || setsockopt(file, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) ||
      setsockopt(file, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) ||
      bind(file, (struct sockaddr *)&address, sizeof address))
    give_up(name);
  (void)setsockopt(file, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  return file;
}

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void take(struct way *way, int64_t delay_us, bool lost) {
  static uint8_t bytes[FRAME_MAX];
  ssize_t size = recv(way->from, bytes, sizeof bytes, MSG_DONTWAIT);
  if (size <= 0 || lost || is_cut || way->waiting == MOST_WAITING) return;
  struct frame *frame = malloc(sizeof *frame + (size_t)size);
  if (!frame) give_up("memory");
  int64_t due = now_us() + delay_us;
  way->last_due_us = due > way->last_due_us ? due : way->last_due_us;
  *frame = (struct frame){.due_us = way->last_due_us, .size = (size_t)size};
  memcpy(frame->bytes, bytes, (size_t)size);
  *way->end = frame;
  way->end = &frame->next;
  way->waiting++;
}

/* Sends what is due; returns the microseconds until the next is, or -1. */
static int64_t pass(struct way *way) {
  for (struct frame *frame; (frame = way->first);) {
    int64_t left = frame->due_us - now_us();
    if (left > 0) return left;
    if (!is_cut) (void)!send(way->to, frame->bytes, frame->size, 0); /* one that cannot go is lost */
    way->first = frame->next;
    if (!way->first) way->end = &way->first;
    way->waiting--;
    free(frame);
  }
  return -1;
}

int main(int argc, char **argv) {
  if (argc != 7) return 64;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGUSR1, cut);
  signal(SIGUSR2, cut);
  const int one = open_interface(argv[1]), other = open_interface(argv[2]);
  const int64_t delay = atoll(argv[3]) * 1000, jitter = atoll(argv[4]) * 1000;
  const double loss = strtod(argv[5], NULL) / 100;
  uint64_t random = strtoull(argv[6], NULL, 10);
  struct way ways[2] = {{.from = one, .to = other}, {.from = other, .to = one}};
  for (int i = 0; i < 2; i++) ways[i].end = &ways[i].first;
  if (write(STDOUT_FILENO, ".", 1) != 1) return 1;
  for (;;) {
    int64_t wait = -1;
    for (int i = 0; i < 2; i++) {
      int64_t left = pass(&ways[i]);
      if (left >= 0 && (wait < 0 || left < wait)) wait = left;
    }
    struct pollfd files[2] = {{.fd = one, .events = POLLIN}, {.fd = other, .events = POLLIN}};
    const struct timespec span = {.tv_sec = wait / 1000000, .tv_nsec = wait % 1000000 * 1000};
    if (ppoll(files, 2, wait < 0 ? NULL : &span, NULL) < 0 && errno != EINTR) give_up("poll");
    for (int i = 0; i < 2; i++)
      if (files[i].revents) {
        int64_t extra = jitter ? (int64_t)(support_random(&random) % (uint64_t)jitter) : 0;
        take(&ways[i], delay + extra, support_uniform(&random) < loss);
      }
  }
}
