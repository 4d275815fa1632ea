#!/usr/bin/env python3
"""Trains a target network of the adversarial-attack problem and writes it as safetensors.

    train_target.py cifar10 --data FOLDER --out cifar10.safetensors
    train_target.py mnist   --data FOLDER --out mnist.safetensors

FOLDER is what ZEROTH_DATA names.  The layers are data: the description below is what PyTorch trains, and what
is stored beside the weights for the program to read (problems/adversarial_attack/README.md says the format).

A checkpoint is written every few minutes and taken up again by the same command.  As long as the learning rate
is at its plateau, --epochs may still be changed: the result is that of a run which had it from the start.

Wants python3-torch and python3-numpy, and python3-pil for images in JPEG.
"""

import argparse
import gzip
import io
import json
import os
import pathlib
import struct
import sys
import time
import zipfile

import numpy as np
import torch
from torch import nn


def convolution(number, outputs, size):
    return {"kind": "convolution", "name": f"conv{number}", "outputs": outputs, "size": size}


def normalised_convolution(number, outputs):
    return [convolution(number, outputs, 3), {"kind": "batch_norm", "name": f"bn{number}"}, {"kind": "relu"}]


def linear(number, outputs):
    return {"kind": "linear", "name": f"fc{number}", "outputs": outputs}


POOL, RELU, FLATTEN, DROPOUT = {"kind": "max_pool", "size": 2}, {"kind": "relu"}, {"kind": "flatten"}, {"kind": "dropout"}

# The layers of the official ZO-LSTM code, and those of Cheng et al. for CIFAR-10.
NETWORKS = {
    "mnist": {
        "input": [1, 28, 28], "mean": [0.1307], "deviation": [0.3081],
        "layers": [convolution(1, 20, 5), RELU, POOL, convolution(2, 50, 5), RELU, POOL, FLATTEN,
                   linear(1, 500), RELU, linear(2, 10)]},
    "cifar10": {
        "input": [3, 32, 32], "mean": [0.0, 0.0, 0.0], "deviation": [1.0, 1.0, 1.0],
        "layers": [*normalised_convolution(1, 64), *normalised_convolution(2, 64), POOL,
                   *normalised_convolution(3, 128), *normalised_convolution(4, 128), POOL, FLATTEN,
                   linear(1, 256), RELU, DROPOUT, linear(2, 256), RELU, DROPOUT, linear(3, 10)]}}


class Normalise(nn.Module):
    """What the network sees of pixels in [0, 1]."""

    def __init__(self, mean, deviation):
        super().__init__()
        for name, values in ("mean", mean), ("deviation", deviation):
            self.register_buffer(name, torch.tensor(values).view(-1, 1, 1), persistent=False)

    def forward(self, x):
        return (x - self.mean) / self.deviation


def build(description, dropout=0.0):
    """The network of a description.  Tensors have the names that the description gives their layers."""
    (channels, height, width), flat = description["input"], False
    network = nn.Sequential()
    network.add_module("normalise", Normalise(description["mean"], description["deviation"]))
    for position, layer in enumerate(description["layers"]):
        kind, name = layer["kind"], layer.get("name", f"layer{position}")
        if kind == "convolution":
            stride, padding = layer.get("stride", 1), layer.get("padding", 0)
            module = nn.Conv2d(channels, layer["outputs"], layer["size"], stride, padding, bias=layer.get("bias", True))
            channels = layer["outputs"]
            height, width = ((side + 2 * padding - layer["size"]) // stride + 1 for side in (height, width))
        elif kind == "batch_norm":
            kind_of_norm = nn.BatchNorm1d if flat else nn.BatchNorm2d
            module = kind_of_norm(channels, eps=layer.get("epsilon", 1e-5))
        elif kind == "relu":
            module = nn.ReLU()
        elif kind == "max_pool":
            module = nn.MaxPool2d(layer["size"])
            height, width = height // layer["size"], width // layer["size"]
        elif kind == "flatten":
            module = nn.Flatten()
            channels, height, width, flat = channels * height * width, 1, 1, True
        elif kind == "dropout":
            module = nn.Dropout(dropout)
        elif kind == "linear":
            module = nn.Linear(channels, layer["outputs"], bias=layer.get("bias", True))
            channels = layer["outputs"]
        else:
            raise ValueError(f"unknown kind of layer: {kind}")
        network.add_module(name, module)
    return network


def write_safetensors(path, tensors, metadata):
    """tensors: {name: array}; float32 and float64 are stored as they are."""
    header, data = {"__metadata__": metadata}, b""
    for name, values in tensors.items():
        begin, values = len(data), np.ascontiguousarray(values)
        data += values.tobytes()
        header[name] = {"dtype": {"float32": "F32", "float64": "F64"}[str(values.dtype)],
                        "shape": list(values.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{path}.new", "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + data)
    os.replace(f"{path}.new", path)


def write_network(path, network, description, note):
    tensors = {name: values.detach().cpu().numpy() for name, values in network.state_dict().items()
               if not name.endswith("num_batches_tracked")}
    write_safetensors(path, tensors, {"zeroth.network": json.dumps(description), "note": note})


def read_idx(path):
    path = path if path.exists() else path.with_name(path.name + ".gz")
    data = path.read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    shape = struct.unpack(f">{data[3]}I", data[4:4 + 4 * data[3]])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def read_cifar(path):
    records = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 3073)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]


def read_jpegs(path):
    """A zip of <class>/<n>.jpg; the classes in alphabetical order are those of CIFAR-10."""
    from PIL import Image
    images, labels = [], []
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
        classes = sorted({name.split("/")[0] for name in names})
        for name in names:
            images.append(np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")).transpose(2, 0, 1))
            labels.append(classes.index(name.split("/")[0]))
    return np.stack(images), np.array(labels, np.uint8)


def first_that_exists(*paths):
    for path in paths:
        if path.exists():
            return path
    sys.exit("there is none of " + ", ".join(map(str, paths)) + "; set --data")


def read_data(name, folder):
    """(training images, labels), (test images, labels): bytes, n x channels x height x width."""
    if name == "mnist":
        return [(read_idx(folder / f"mnist/{part}-images-idx3-ubyte")[:, None],
                 read_idx(folder / f"mnist/{part}-labels-idx1-ubyte")) for part in ("train", "t10k")]
    folder = folder / "cifar10"
    if (folder / "data_batch_1.bin").exists():
        batches = [read_cifar(folder / f"data_batch_{k}.bin") for k in range(1, 6)]
        train = tuple(np.concatenate(part) for part in zip(*batches))
    else:
        train = read_jpegs(first_that_exists(folder / "train-jpeg.zip"))
    return train, read_cifar(first_that_exists(folder / "test_batch.bin", folder / "test_batch.first1017.bin"))


def orthogonalised(matrix):
    """About the nearest matrix with orthonormal rows or columns, by five Newton-Schulz steps."""
    x = matrix / (matrix.norm() + 1e-7)
    if x.shape[0] > x.shape[1]:
        return orthogonalised(x.T).T
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonalised steps, for the kernels of convolutions (K. Jordan et al., 2024).  The norm
    of a kernel is held at sqrt(outputs), so that the rate is the relative size of a step."""

    def __init__(self, parameters, lr, momentum=0.9):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for kernel in group["params"]:
                velocity = self.state[kernel].setdefault("velocity", torch.zeros_like(kernel))
                velocity.mul_(group["momentum"]).add_(kernel.grad)
                ahead = kernel.grad + group["momentum"] * velocity
                kernel.mul_(len(kernel) ** 0.5 / kernel.norm())
                step = orthogonalised(ahead.reshape(len(kernel), -1)).reshape(kernel.shape)
                kernel.add_(step, alpha=-group["lr"])


def right_positions(network, images, labels):
    """Positions of the images that the network is right about, in the precision and on the device of its weights."""
    weights = next(network.parameters())
    training = network.training
    network.eval()
    right = []
    with torch.no_grad():
        for at in range(0, len(images), 250):
            x = torch.from_numpy(images[at:at + 250].copy()).to(weights) / 255
            right.append(at + np.flatnonzero(network(x).argmax(1).cpu().numpy() == labels[at:at + 250]))
    network.train(training)
    return np.concatenate(right)


def write_split(path, positions, seed):
    """Which images are attacked: 100 to train on and 100 others to test on, of the test images that the network
    is right about, as the paper has it."""
    chosen = np.random.default_rng(seed).permutation(positions)[:200].tolist()
    text = {"what": "positions in the file of test images", "train": chosen[:100], "test": chosen[100:]}
    path.write_text(json.dumps(text) + "\n")


def train(name, options, images, labels, held_images, held_labels):
    torch.manual_seed(options.seed)
    description = NETWORKS[name]
    device = torch.device(options.device)
    network = build(description, options.dropout).to(device).to(memory_format=torch.channels_last).train()
    kernels = [p for p in network.parameters() if p.dim() == 4]
    others = [p for p in network.parameters() if p.dim() != 4]
    optimizers = [Muon(kernels, options.kernel_rate), torch.optim.Adam(others, options.rate, betas=(0.9, 0.99))]
    base_rates = [options.kernel_rate, options.rate]
    per_epoch = len(images) // options.batch
    steps = int(options.epochs * per_epoch)

    step, spent = 0, 0.0
    checkpoint = pathlib.Path(f"{options.out}.checkpoint")
    settings = {k: v for k, v in vars(options).items() if k not in ("data", "out", "epochs", "threads", "device")}
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device)
        made_with = state.get("settings")
        if made_with != settings:
            sys.exit(f"{checkpoint}: is of {made_with}; remove it, or name another --out")
        network.load_state_dict(state["network"])
        for optimizer, saved in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        torch.set_rng_state(state["random"].cpu())
        step, spent = state["step"], state["seconds"]
        if options.epochs != state["epochs"] and step > (1 - options.decay) * min(steps, state["steps"]):
            sys.exit(f"{checkpoint}: the rate is past its plateau, so --epochs must stay {state['epochs']}")
        print(f"goes on at step {step} of {steps}")

    def save():
        torch.save({"network": network.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "step": step,
                    "steps": steps, "epochs": options.epochs, "seconds": spent, "random": torch.get_rng_state(),
                    "settings": settings},
                   f"{checkpoint}.new")
        os.replace(f"{checkpoint}.new", checkpoint)

    last_saved = mark = time.monotonic()
    mean_loss = None
    while step < steps:
        epoch, position = divmod(step, per_epoch)
        # One flip of a coin an image and every second epoch: the two views of an image take turns.
        order = np.random.default_rng([options.seed, epoch]).permutation(len(images))
        flipped = np.random.default_rng(options.seed).random(len(images)) < 0.5
        chosen = order[position * options.batch:(position + 1) * options.batch]
        batch = images[chosen]
        if name != "mnist":
            mirror = flipped[chosen] ^ (epoch % 2 == 1)
            batch[mirror] = batch[mirror][..., ::-1]
        x = torch.from_numpy(batch).to(device).float().div(255).contiguous(memory_format=torch.channels_last)
        y = torch.from_numpy(labels[chosen].astype(np.int64)).to(device)

        scale = min(1, (step + 1) / options.warmup, (steps - step) / (options.decay * steps))
        for optimizer, rate in zip(optimizers, base_rates):
            optimizer.param_groups[0]["lr"] = rate * scale
            optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(x), y)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        step += 1
        mean_loss = loss.item() if mean_loss is None else 0.98 * mean_loss + 0.02 * loss.item()

        now = time.monotonic()
        spent, mark = spent + now - mark, now
        if step % 50 == 0:
            print(f"step {step} of {steps}  loss {mean_loss:.3f}  {spent:.0f} s, about {spent / step * (steps - step):.0f} s left",
                  flush=True)
        if step % (per_epoch // 2) == 0 or step == steps:
            print(f"epoch {step / per_epoch:.1f}: {len(right_positions(network, held_images, held_labels)) / len(held_labels):.4f} of the images held out",
                  flush=True)
        if now - last_saved > 120 or step == steps:
            save()
            last_saved = now
    return network, description, steps, spent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1e-3, help="of Adam, at the plateau")
    parser.add_argument("--kernel-rate", type=float, default=0.04, help="of Muon, at the plateau")
    parser.add_argument("--warmup", type=int, default=50, help="steps")
    parser.add_argument("--decay", type=float, default=0.6, help="last share of the steps, in which the rates fall to 0")
    parser.add_argument("--dropout", type=float, default=0.5)
    parser.add_argument("--held-out", type=int, default=2000, help="training images not trained on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    (images, labels), (test_images, test_labels) = read_data(options.network, options.data)
    order = np.random.default_rng(options.seed).permutation(len(images))
    held, used = order[:options.held_out], order[options.held_out:]
    print(f"{len(used)} images to train on, {len(held)} held out, {len(test_images)} for the test", flush=True)
    network, description, steps, spent = train(options.network, options, images[used], labels[used], images[held], labels[held])

    network = network.to("cpu", torch.float64)

    held_right = right_positions(network, images[held], labels[held])
    test_right = right_positions(network, test_images, test_labels)
    note = (f"train_target.py {options.network} --epochs {options.epochs:g} --batch {options.batch} --rate {options.rate:g} "
            f"--kernel-rate {options.kernel_rate:g} --warmup {options.warmup} --decay {options.decay:g} --dropout {options.dropout:g} "
            f"--held-out {options.held_out} --seed {options.seed}; torch {torch.__version__}, {options.device}; {steps} steps, {spent:.0f} s; "
            f"right on {len(held_right)} of {len(held)} images held out and on {len(test_right)} of {len(test_images)} test images")
    write_network(options.out, network.float(), description, note)
    write_split(pathlib.Path(options.out).with_suffix(".split.json"), test_right, options.seed)
    print(note)


if __name__ == "__main__":
    main()
