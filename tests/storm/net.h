/* Two network namespaces with a bad line between them (see wire.c). */
#ifndef ASSAY_TESTS_STORM_NET_H
#define ASSAY_TESTS_STORM_NET_H

#include <stdbool.h>
#include <sys/types.h>

#define STORM_NET_ADDRESS "10.77.0.1" /* of the near end */

struct storm_net {
  char *near, *far, *middle; /* namespaces: ip netns exec NAME ... */
  pid_t wire;
};

struct storm_line_quality {
  const char *delay_ms, *jitter_ms, *loss_percent;
};

/* False, with a word to the reader, where this machine or this user cannot make them. Either way ends with
 * storm_net_close. */
bool storm_net_open(struct storm_net *net, const struct storm_line_quality *quality);
void storm_net_cut(const struct storm_net *net, bool cut);
void storm_net_close(struct storm_net *net);

#endif
