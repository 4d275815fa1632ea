#!/usr/bin/env python3
"""Compares the MNIST attack with the curves of the official code.

  zeroth run share/experiments/mnist-attack.toml -o mnist.zeroth
  zeroth export mnist.zeroth --csv mnist-csv
  python3 tests/bench/compare_official.py mnist-csv ../shared/reference/mnist-attack-official.csv

Both programs attack the same ten images from the same start, so only the spread within an image is noise: the
standard error of the difference is s sqrt(1/n + 1/20), s the pooled standard deviation within an image of our
n runs, 20 the official number of runs. The exit code is 0 if all differences are within three of these.
"""
import collections
import csv
import math
import sys

OFFICIAL_RUNS = 20
ITERATIONS = (1, 10, 50, 100, 200)  # the official count: iteration 1 is the initial point, our 0


def main(folder, reference):
    with open(reference, encoding="utf-8") as file:
        official = {int(row["iteration"]): row for row in csv.DictReader(l for l in file if not l.startswith("#"))}
    with open(f"{folder}/runs.csv", encoding="utf-8") as file:
        runs = {row["run"]: (row["optimizer"], row["instance"]) for row in csv.DictReader(file)}
    losses = collections.defaultdict(lambda: collections.defaultdict(list))
    with open(f"{folder}/trace.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            optimizer, instance = runs[row["run"]]
            losses[optimizer, int(row["iteration"]) + 1][instance].append(float(row["loss"]))
    worst = 0.0
    print("optimizer   iteration  runs      ours  official  difference  standard errors")
    for optimizer in ("zo-sgd", "zo-signsgd", "zo-adam"):
        for iteration in ITERATIONS:
            images = losses[optimizer, iteration]
            n = sum(map(len, images.values()))
            mean = sum(map(sum, images.values())) / n
            squares = sum((x - sum(xs) / len(xs)) ** 2 for xs in images.values() for x in xs)
            error = math.sqrt(squares / (n - len(images)) * (1 / n + 1 / OFFICIAL_RUNS))
            expected = float(official[iteration][f"{optimizer}.mean"])
            difference = mean - expected
            errors = abs(difference) / error if error > 1e-9 else (0.0 if abs(difference) < 1e-5 else math.inf)
            worst = max(worst, errors)
            print(f"{optimizer:<11} {iteration:9} {n:5} {mean:9.4f} {expected:9.4f} {difference:11.4f} {errors:16.2f}")
    print(f"largest: {worst:.2f} standard errors")
    return 0 if worst <= 3 else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
