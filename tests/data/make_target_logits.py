#!/usr/bin/env python3
"""Writes target_logits.safetensors: what PyTorch computes with the networks of share/models on the first 100 test
images, in float64.

    python3 tests/data/make_target_logits.py DATA tests/data/target_logits.safetensors     DATA: as ZEROTH_DATA

Wants python3-torch and python3-numpy.
"""

import json
import pathlib
import struct
import sys

import numpy as np
import torch

share = pathlib.Path(__file__).resolve().parents[2] / "share"
sys.path.insert(0, str(share / "models"))
import train_target  # noqa: E402


def load(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    description = json.loads(header.pop("__metadata__")["zeroth.network"])
    network = train_target.build(description).double().eval()
    state = network.state_dict()
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + begin:8 + length + end], np.float32).reshape(entry["shape"])
        state[name] = torch.from_numpy(values.astype(np.float64))
    network.load_state_dict(state)
    return network


torch.set_default_dtype(torch.float64)  # also of mean and deviation


def main():
    tensors = {}
    for name in "mnist", "cifar10":
        _, (images, _) = train_target.read_data(name, pathlib.Path(sys.argv[1]))
        with torch.no_grad():
            tensors[name] = load(share / "models" / f"{name}.safetensors")(
                torch.from_numpy(images[:100].astype(np.float64) / 255)).numpy()
    train_target.write_safetensors(sys.argv[2], tensors,
                                   {"note": f"tests/data/make_target_logits.py, torch {torch.__version__}"})


main()
