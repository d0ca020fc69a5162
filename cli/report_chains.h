/* What a report says of chains. Each writes nothing where a result's runs are none. */

#ifndef ULAM_REPORT_CHAINS_H
#define ULAM_REPORT_CHAINS_H

#include <stdio.h>

#include "result_file.h"

/* How long they are, as an entry of the summary. */
void ulam_report_sweeps(const ulam_result *result, FILE *out);

/* What they are to be doubted for, as warnings. */
void ulam_report_doubts(const ulam_result *result, FILE *out);

/* The behaviour of every scalar observable along them, as a table. */
void ulam_report_chains(const ulam_result *result, FILE *out);

#endif
