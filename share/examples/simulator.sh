#!/bin/sh
# A simulator that is run once for every point, wrapped: here awk computes, yours may be any program.
#
# zeroth minimize --command 'sh simulator.sh' --dimension 2 --bounds -5,5 --queries 300
while read -r x y; do
  awk -v x="$x" -v y="$y" 'BEGIN { printf "%.17g\n", (x * x + y - 11) ^ 2 + (x + y * y - 7) ^ 2 }' ||
    echo nan # this point has no value
done
