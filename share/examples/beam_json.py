"""JSON, several points at a time, and points that fail: the lightest cantilever that holds its load.

zeroth minimize --command 'python3 beam_json.py' --protocol json --batch 4 \
  --bounds '0.01,0.2; 0.01,0.4' --queries 1000

x is width and height of the cross-section in metres, f the mass in kilograms.
"""
import json
import sys

LENGTH, LOAD, YOUNG, STRENGTH, DENSITY = 2.0, 5e3, 210e9, 250e6, 7850.0  # m, N, Pa, Pa, kg/m^3


def mass(x):
    width, height = x
    if height > 6 * width:
        return None  # would buckle: this point has no value
    inertia = width * height**3 / 12
    stress = LOAD * LENGTH * height / 2 / inertia
    bend = LOAD * LENGTH**3 / (3 * YOUNG * inertia)
    excess = max(0.0, stress / STRENGTH - 1) + max(0.0, bend / (LENGTH / 200) - 1)
    return DENSITY * width * height * LENGTH * (1 + 10 * excess)


for line in sys.stdin:
    question = json.loads(line)
    if "X" in question:
        answer = {"F": [mass(x) for x in question["X"]]}
    else:
        answer = {"f": mass(question["x"])}
    print(json.dumps(answer), flush=True)
