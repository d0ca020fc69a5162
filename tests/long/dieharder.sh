#!/bin/sh
# dieharder.sh BUILD: interleaves 10,000 neighbouring streams and has dieharder judge them. Fails if a test says
# FAILED (less than one chance in a million); streams are fixed, so the verdict is the same every time.
set -eu

dump=${1:?usage: dieharder.sh BUILD}/tests/stream_dump
command -v dieharder >/dev/null || {
    echo "dieharder is not installed"
    exit 77
}

status=0
for family in runs points seeds substreams; do
    for test in 0 15 100 204 206; do
        verdict=$("$dump" "$family" | dieharder -g 200 -d "$test" | grep -E 'PASSED|WEAK|FAILED') || verdict="no verdict: FAILED"
        echo "$verdict" | sed "s/^/$family: /"
        case $verdict in *FAILED*) status=1 ;; esac
    done
done
exit $status
