"""The least that a Python program needs: numbers in a line, the value in a line.

zeroth minimize --command 'python3 rosenbrock.py' --dimension 10 --bounds -5,5 --queries 20000 --target 1e-9
"""
import sys


def simulate(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


for line in sys.stdin:
    x = [float(word) for word in line.split()]
    print(simulate(x), flush=True)  # without flush the answer waits in a buffer
