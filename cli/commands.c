#include "cli/commands.h"

const struct command_group command_groups[] = {
    {"golden samples",
     (const struct command *const[]){&command_golden_create, &command_golden_check, &command_golden_show,
                                     &command_golden_history, &command_golden_spec, &command_golden_approve,
                                     &command_golden_calibrate, &command_golden_gauge, NULL}},
    {"photos", (const struct command *const[]){&command_run, &command_diff, &command_align, &command_measure,
                                               &command_calibrate, &command_gauge_study, NULL}},
    {"lots, drift, comparison",
     (const struct command *const[]){&command_lot_plan, &command_lot_judge, &command_lot_drift, &command_lot_compare,
                                     &command_compare, &command_lot_image, &command_lot_capability, &command_lot_report,
                                     &command_action_import, &command_action_list, NULL}},
    {"as a service", (const struct command *const[]){&command_serve, &command_worker, &command_submit, &command_status,
                                                     &command_results, &command_cancel, &command_retry, NULL}},
    {"set-up", (const struct command *const[]){&command_keygen, &command_doctor, &command_completion, NULL}},
    {"how exact and how fast it is",
     (const struct command *const[]){&command_bench_speed, &command_bench_kernels, &command_bench_run,
                                     &command_bench_service, &command_bench_accuracy, &command_bench_lots,
                                     &command_bench_light, &command_bench_measure, &command_bench_group,
                                     &command_bench_reuse, &command_bench_charts, &command_bench_season,
                                     &command_bench_results, NULL}},
    {NULL, NULL}};
