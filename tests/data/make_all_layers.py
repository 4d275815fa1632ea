#!/usr/bin/env python3
"""Writes all_layers.safetensors: a small network of all kinds of layers with random weights, and what PyTorch
makes of five points, in float64: y, and dx, the gradient of y . direction.

    python3 tests/data/make_all_layers.py tests/data/all_layers.safetensors

Wants python3-torch.
"""

import json
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "share/models"))
import train_target  # noqa: E402

DESCRIPTION = {
    "input": [3, 11, 9], "mean": [0.1, 0.2, 0.3], "deviation": [0.5, 1.0, 2.0],
    "layers": [
        {"kind": "batch_norm", "name": "bn0"},
        {"kind": "convolution", "name": "conv1", "outputs": 6, "size": 3, "padding": 1},
        {"kind": "batch_norm", "name": "bn1"},
        {"kind": "relu"},
        {"kind": "max_pool", "size": 2},
        {"kind": "convolution", "name": "conv2", "outputs": 5, "size": 3, "stride": 2, "padding": 1, "bias": False},
        {"kind": "batch_norm", "name": "bn2", "epsilon": 1e-3},
        {"kind": "relu"},
        {"kind": "flatten"},
        {"kind": "linear", "name": "fc1", "outputs": 8},
        {"kind": "batch_norm", "name": "bn3"},
        {"kind": "relu"},
        {"kind": "batch_norm", "name": "bn4"},
        {"kind": "dropout"},
        {"kind": "linear", "name": "fc2", "outputs": 4}]}

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
network = train_target.build(DESCRIPTION, dropout=0.5).eval()
with torch.no_grad():
    for name, values in network.state_dict().items():
        if values.is_floating_point():
            values.copy_(0.5 + torch.rand_like(values) if name.endswith("var") else 0.3 * torch.randn_like(values))
x = torch.rand(5, *DESCRIPTION["input"], requires_grad=True)
direction = torch.tensor([1.0, -2.0, 0.5, 3.0])
y = network(x)
(y @ direction).sum().backward()
tensors = {name: values.numpy() for name, values in network.state_dict().items()
           if not name.endswith("num_batches_tracked")}
tensors |= {"x": x.detach().numpy(), "y": y.detach().numpy(), "dx": x.grad.numpy(), "direction": direction.numpy()}
train_target.write_safetensors(sys.argv[1], tensors, {
    "zeroth.network": json.dumps(DESCRIPTION), "note": f"tests/data/make_all_layers.py, torch {torch.__version__}"})
