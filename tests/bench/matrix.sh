#!/bin/sh
# Two threads against one on the MNIST matrix, interleaved; and the memory of a matrix of 10,000 runs against one
# of 1,000.  Usage: sh tests/bench/matrix.sh [PATH OF zeroth]      Needs the MNIST data and GNU time.
set -eu
zeroth=${1:-build/release/bin/zeroth}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

seconds() {  # THREADS: wall time of 20 runs
  rm -f "$folder/m.zeroth"
  /usr/bin/time -f %e -o "$folder/time" "$zeroth" run share/experiments/mnist-attack.toml -o "$folder/m.zeroth" -j "$1" \
    --set problem.adversarial-attack.instances=2 --set trials=4 --only ZO-SGD >/dev/null 2>&1
  cat "$folder/time"
}
echo "seconds with one thread, with two, ratio (at least 1.85)"
for repeat in 1 2 3 4 5; do
  one=$(seconds 1)
  two=$(seconds 2)
  echo "$one $two $(echo "scale=3; $one / $two" | bc)"
done | sort -k3 -n | awk '{print} {ratio[NR] = $3} END {print "median ratio", ratio[(NR + 1) / 2]}'

echo "peak memory in MiB of a matrix of 1,000 and of 10,000 runs"
for trials in 20 200; do
  rm -f "$folder/q.zeroth"
  /usr/bin/time -f %M -o "$folder/memory" "$zeroth" run share/experiments/quickstart.toml -o "$folder/q.zeroth" \
    --set "trials=$trials" --set budget.iterations=100 >/dev/null 2>&1
  echo "$((trials * 50)) runs: $(($(cat "$folder/memory") / 1024)) MiB"
done
