"""Golden values for the tests of host/report:  python3 signed_rank_ties.py > signed_rank_ties.json

Exact signed-rank tests with ties, infinities and zeros: all signs of the ranks, by scipy's permutation test.
"""
import json

import numpy as np
import scipy
from scipy.stats import permutation_test, rankdata

INFINITY = 1e9  # as far as ranks go


def signed_rank(name, differences):
    d = np.array([x for x in differences if x != 0])
    signed = np.sign(d) * rankdata(np.abs(d))
    found = permutation_test((signed, np.zeros_like(signed)), lambda a, b: np.maximum(a - b, 0).sum(),
                             permutation_type="samples", vectorized=False, n_resamples=np.inf)
    return {"name": name, "differences": differences, "rank_sum": float(found.statistic), "p": float(found.pvalue)}


ties = [1, -1, 2, 2, -3, 4, 4, 4, 5, -6]
print(json.dumps({"source": f"scipy {scipy.__version__}", "signed_rank": [
    signed_rank("with ties", ties),
    signed_rank("with zeros", [0, 0] + ties),
    signed_rank("all tied", [-INFINITY] * 5),
    signed_rank("two", [3, 3]),
    signed_rank("halves", [1, 1, -2, -2, 2, 5, 5, -5, -5, 7, 9]),
    signed_rank("one pair of ties", [0.5, 1, 1, 2, 3, 4, 5, 6, 7, 8]),
]}, indent=1))
