#include "cli/commands.h"

const struct command *const commands[] = {&command_doctor, NULL};
