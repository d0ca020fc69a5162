#!/bin/sh
# failed_run.sh MPIRUN PROGRAM: a failure ends all ranks, with exit status 1 and one message, within seconds.
mpirun=$1 program=$2
output=$(mktemp)
trap 'rm -f "$output"' EXIT

expect() { # arguments of the program, seconds at most, the message
    start=$(date +%s)
    timeout 40 "$mpirun" -n 4 --bind-to none "$program" $1 >"$output" 2>&1
    status=$?
    seconds=$(($(date +%s) - start))
    count=$(grep -c "$3" "$output")
    echo "{\"case\": \"${1:-run}\", \"exit\": $status, \"messages\": $count, \"seconds\": $seconds}"
    if [ $status -ne 1 ] || [ "$count" -ne 1 ] || [ $seconds -gt "$2" ]; then
        cat "$output"
        exit 1
    fi
}

expect '' 5 "^message: model 'sleeper', point 0 (x=5000), run 150: it diverged"
expect long 9 "^ulam: model 'sleeper', point 0 (x=5000), run 150: it diverged"
grep -q '"runs": 1\|"runs": 0' "$output" || { cat "$output"; exit 1; } # the state was put before the end
expect sink 5 '^message: the disk is full'
