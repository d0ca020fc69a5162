#!/bin/sh
# coverage.sh BUILD: intervals of jobs that stop when they are precise enough hold the truth as often as docs/statistics.md says.
exec "$1/tests/coverage"
