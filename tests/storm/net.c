#include "tests/storm/net.h"

#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS = 24 };

/* `ip` with these words, which have no spaces in them. */
static bool ip(const char *format, ...) {
  char text[512], *words[WORDS] = {"ip"}, *rest = text;
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  for (size_t i = 1; i < WORDS - 1 && (words[i] = strsep(&rest, " ")); i++) {
  }
  int status = -1;
  pid_t child = fork();
  if (!child) {
    int none = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(none, STDOUT_FILENO);
    dup2(none, STDERR_FILENO);
    execvp(words[0], words);
    _exit(127);
  }
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool join(const struct storm_net *net, const char *end, const char *name, const char *address) {
  return ip("link add %s netns %s type veth peer name %s netns %s", name, end, name, net->middle) &&
         ip("-n %s addr add %s/24 dev %s", end, address, name) && ip("-n %s link set %s up", end, name) &&
         ip("-n %s link set lo up", end) && ip("-n %s link set %s up", net->middle, name);
}

static bool start_wire(struct storm_net *net, const struct storm_line_quality *quality) {
  int ends[2];
  char ready;
  if (pipe(ends)) return false;
  net->wire = fork();
  if (!net->wire) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    execlp("ip", "ip", "netns", "exec", net->middle, STORM_WIRE, "near", "far", quality->delay_ms, quality->jitter_ms,
           quality->loss_percent, "77", (char *)NULL);
    _exit(127);
  }
  close(ends[1]);
  bool stands = net->wire > 0 && read(ends[0], &ready, 1) == 1;
  close(ends[0]);
  return stands;
}

bool storm_net_open(struct storm_net *net, const struct storm_line_quality *quality) {
  *net = (struct storm_net){.near = support_text("assay-%ld-near", (long)getpid()),
                            .far = support_text("assay-%ld-far", (long)getpid()),
                            .middle = support_text("assay-%ld-middle", (long)getpid())};
  if (ip("netns add %s", net->near) && ip("netns add %s", net->far) && ip("netns add %s", net->middle) &&
      join(net, net->near, "near", STORM_NET_ADDRESS) && join(net, net->far, "far", "10.77.0.2") &&
      start_wire(net, quality))
    return true;
  print_message("skipped: network namespaces cannot be made here (they need root, iproute2 and veth)\n");
  return false;
}

void storm_net_cut(const struct storm_net *net, bool cut) {
  assert_int_equal(kill(net->wire, cut ? SIGUSR1 : SIGUSR2), 0);
}

void storm_net_close(struct storm_net *net) {
  if (net->wire > 0) {
    kill(net->wire, SIGKILL);
    waitpid(net->wire, NULL, 0);
  }
  char *const names[] = {net->near, net->far, net->middle};
  for (size_t i = 0; i < 3; i++) {
    if (names[i]) ip("netns del %s", names[i]);
    free(names[i]);
  }
  *net = (struct storm_net){.wire = 0};
}
