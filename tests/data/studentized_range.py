"""Golden values for the tests of host/report:  python3 studentized_range.py > studentized_range.json

Quantiles of the studentized range with infinite degrees of freedom, by integration and root finding with 40 digits
(mpmath); Vargha & Delaney's A and quantiles by scipy and numpy.
"""
import json

import mpmath
import mpmath as mp
import numpy as np
import scipy
from scipy.stats import mannwhitneyu

mp.mp.dps = 40


def probability(q, k):
    def density(z):
        return mp.npdf(z) * (mp.ncdf(z) - mp.ncdf(z - q)) ** (k - 1)

    return k * mp.quad(density, [-14, -8, -4, -2, 0, 2, 4, 8, 14])


def quantile(p, k, guess):
    return mp.findroot(lambda q: probability(q, k) - p, (guess, guess + mp.mpf("0.1")))


rng = np.random.default_rng(4)
ranges = []
for k, guess in ((2, 2.8), (3, 3.3), (5, 3.9), (10, 4.5), (20, 5.0), (50, 5.6)):
    for level in ("0.05", "0.1"):
        q = quantile(1 - mp.mpf(level), k, guess)
        ranges.append({"k": k, "p": 1 - float(level), "q": float(q)})
pairs = []
for m, n, shift, digits in ((8, 8, 0.5, 6), (20, 13, 0.2, 1), (5, 5, 9, 6)):
    a, b = np.round(rng.normal(0, 1, m), digits), np.round(rng.normal(shift, 1, n), digits)
    above = mannwhitneyu(b, a).statistic  # pairs in which b is larger, ties half
    pairs.append({"a": a.tolist(), "b": b.tolist(), "A": above / (m * n)})
quantiles = []
for n in (1, 2, 7, 30):
    x = np.round(rng.normal(0, 3, n), 6)
    p = [0, 0.1, 0.25, 0.5, 0.75, 0.99, 1]
    quantiles.append({"x": x.tolist(), "p": p, "q": np.quantile(x, p).tolist(), "mean": x.mean(),
                      "deviation": x.std(ddof=1) if n > 1 else None})
print(json.dumps({"source": f"mpmath {mpmath.__version__}, "
                            f"scipy {scipy.__version__}, numpy {np.__version__}",
                  "studentized_range": ranges, "vargha_delaney": pairs, "quantiles": quantiles}, indent=1))
