#!/bin/sh
# dieharder.sh STREAM_DUMP: interleaves 10,000 neighbouring streams and has dieharder judge them. Fails if a test says
# FAILED (less than one chance in a million); streams are fixed, so the verdict is the same every time.
set -eu

dump=${1:?usage: dieharder.sh path/to/stream_dump}
command -v dieharder >/dev/null || {
    echo "dieharder.sh: dieharder is not installed (apt-get install dieharder)" >&2
    exit 1
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
