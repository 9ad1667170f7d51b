/* What a supervisor such as systemd is told where it asks for it ($NOTIFY_SOCKET, sd_notify(3)); else nothing happens.
 */
#ifndef ASSAY_CLI_SUPERVISOR_H
#define ASSAY_CLI_SUPERVISOR_H

void supervisor_ready(void);
void supervisor_alive(void *unused); /* for a watchdog; to be called about every second */
void supervisor_stopping(void);

#endif
