#!/usr/bin/env python3
"""Mean loss of every optimizer at some iterations, and a paired test of the first named against each other.

  zeroth export results.zeroth --csv csv
  python3 tests/bench/compare_optimizers.py csv "ZO-LSTM" 50 100 200

Iterations count as the official code does: 1 is the initial point. The test is Wilcoxon's signed-rank test on the
means over trials, instance by instance (two-sided, normal approximation with continuity and tie correction).
"""
import collections
import csv
import math
import sys


def wilcoxon(differences):
    """Two-sided p-value."""
    nonzero = sorted((d for d in differences if d != 0), key=abs)
    n = len(nonzero)
    if n == 0:
        return 1.0
    ranks, ties, i = [0.0] * n, 0.0, 0
    while i < n:
        j = i
        while j < n and abs(nonzero[j]) == abs(nonzero[i]):
            j += 1
        for k in range(i, j):
            ranks[k] = (i + 1 + j) / 2
        ties += (j - i) ** 3 - (j - i)
        i = j
    above = sum(r for r, d in zip(ranks, nonzero) if d > 0)
    mean = n * (n + 1) / 4
    deviation = math.sqrt(n * (n + 1) * (2 * n + 1) / 24 - ties / 48)
    z = max(0.0, abs(above - mean) - 0.5) / deviation
    return math.erfc(z / math.sqrt(2))


def main(folder, first, iterations):
    with open(f"{folder}/runs.csv", encoding="utf-8") as file:
        runs = {row["run"]: (row["optimizer_label"], row["instance"]) for row in csv.DictReader(file)}
    losses = collections.defaultdict(lambda: collections.defaultdict(list))
    with open(f"{folder}/trace.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            label, instance = runs[row["run"]]
            if int(row["iteration"]) + 1 in iterations:
                losses[label, int(row["iteration"]) + 1][instance].append(float(row["loss"]))
    means = {key: {i: sum(v) / len(v) for i, v in by_instance.items()} for key, by_instance in losses.items()}
    labels = sorted({label for label, _ in means}, key=lambda l: l != first)
    if first not in labels:
        sys.exit(f"there is no optimizer '{first}' in {folder}; there are: {', '.join(labels)}")
    width = max(map(len, labels))
    print(f"{'optimizer':<{width}}  " + "  ".join(f"{'mean at ' + str(t):>12} {'p':>8}" for t in iterations))
    for label in labels:
        cells = []
        for t in iterations:
            ours, theirs = means[first, t], means[label, t]
            p = wilcoxon([theirs[i] - ours[i] for i in ours if i in theirs])
            test = "" if label == first else f"{p:.1e}"
            cells.append(f"{sum(theirs.values()) / len(theirs):12.4f} {test:>8}")
        print(f"{label:<{width}}  " + "  ".join(cells))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], [int(t) for t in sys.argv[3:]])
