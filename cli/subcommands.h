/* The subcommands of `ulam`, one file each. Each takes its own argument vector, argv[0] being its name, and returns the
 * exit status: 0 done, 1 failed, 2 bad input, 3 stopped early. */

#ifndef ULAM_SUBCOMMANDS_H
#define ULAM_SUBCOMMANDS_H

int ulam_check_main(int argc, char **argv);
int ulam_export_main(int argc, char **argv);
int ulam_merge_main(int argc, char **argv);
int ulam_models_main(int argc, char **argv);
int ulam_new_main(int argc, char **argv);
int ulam_plot_main(int argc, char **argv);
int ulam_replay_main(int argc, char **argv);
int ulam_report_main(int argc, char **argv);
int ulam_run_main(int argc, char **argv);
int ulam_show_main(int argc, char **argv);
int ulam_watch_main(int argc, char **argv);

#endif
