#!/bin/sh
# Rolls COUNT dice and prints their sum: usage: dice.sh COUNT SEED
awk -v count="$1" -v seed="$2" 'BEGIN {
    srand(seed); rand()
    for (i = 0; i < count; i++) sum += 1 + int(6 * rand())
    print count, sum
}'
