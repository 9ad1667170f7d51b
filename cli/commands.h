/* The commands, one a file. */
#ifndef ASSAY_CLI_COMMANDS_H
#define ASSAY_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command command_golden_create, command_golden_check, command_golden_show, command_golden_history,
    command_golden_spec, command_run, command_diff, command_align, command_measure, command_bench_measure,
    command_golden_gauge, command_keygen, command_completion, command_serve, command_worker, command_submit,
    command_status, command_results, command_lot_plan, command_lot_judge, command_lot_compare, command_compare,
    command_lot_drift, command_lot_report, command_bench_charts, command_bench_season, command_doctor,
    command_bench_speed, command_bench_kernels, command_gauge_study, command_calibrate, command_lot_capability,
    command_bench_accuracy;
extern const struct command command_bench_group, command_lot_image, command_bench_service, command_cancel,
    command_retry, command_bench_run;
extern const struct command command_bench_light, command_bench_lots;
extern const struct command command_bench_reuse;
extern const struct command command_bench_results;
extern const struct command command_golden_approve, command_golden_calibrate;
extern const struct command command_action_import, command_action_list;

#endif
