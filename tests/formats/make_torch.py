#!/usr/bin/env python3
"""Makes the files of tests/formats/torch with PyTorch, their outputs, and what a training step makes of them. Run by
hand, never by ctest:

    python3 tests/formats/make_torch.py        (needs torch and safetensors)

All weights are multiples of 1/64, so that each type of numbers holds them exactly.
"""
import pathlib

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn

here = pathlib.Path(__file__).parent / "torch"
torch.manual_seed(5)


class Small(nn.Module):
    """A layer of each kind of weights, and a flatten whose order matters."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
            nn.ConvTranspose2d(4, 3, 2, stride=2), nn.Conv2d(3, 3, 3, groups=3), nn.PReLU(3))
        self.classifier = nn.Sequential(nn.Dropout(0.0), nn.Linear(48, 3))

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class Twins(nn.Module):
    """Two layers with tensors of one shape, which only their order tells apart."""

    def __init__(self):
        super().__init__()
        self.second = nn.Linear(3, 3)
        self.first = nn.Linear(3, 3)

    def forward(self, x):
        return self.first(torch.tanh(self.second(x.flatten(1))))


def rounded(module):
    for name, tensor in module.state_dict().items():
        if not tensor.is_floating_point():
            continue
        drawn = torch.randint(-48, 49, tensor.shape) / 64
        tensor.copy_(drawn.abs() + 1 / 64 if name.endswith("running_var") else drawn)
    return module.eval()


def cast(state, dtype):
    return {name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in state.items()}


def channels_last(x):
    return x.permute(0, 2, 3, 1).contiguous()


small = rounded(Small())
twins = rounded(Twins())
state = small.state_dict()
torch.save(state, here / "small.pt")
torch.save({"epoch": 3, "state_dict": {"module." + n: t for n, t in cast(state, torch.bfloat16).items()}}, here / "wrapped.pth")
torch.save({"model": cast(state, torch.float16)}, here / "half.pt")
torch.save(cast(state, torch.float64), here / "double.pt")
# As it lies in memory: the kernels channels last, so that their strides are no row-major ones; two tensors share a storage.
strided = {n: t.to(memory_format=torch.channels_last) if t.dim() == 4 else t for n, t in state.items()}
both = torch.stack((state["features.1.weight"], state["features.1.bias"]), 1)
strided["features.1.weight"], strided["features.1.bias"] = both[:, 0], both[:, 1]
torch.save(strided, here / "strided.pt")
safetensors.torch.save_file(state, here / "small.safetensors")
torch.save(twins.state_dict(), here / "twins.pt")
safetensors.torch.save_file(twins.state_dict(), here / "twins.safetensors")
torch.save(state, here / "old.pt", _use_new_zipfile_serialization=False)
torch.save(twins, here / "module.pt")
torch.jit.script(nn.Sequential(nn.Linear(2, 1))).save(here / "script.pt")

values = {}
x = torch.randint(-64, 65, (5, 2, 6, 6)) / 64
values["x"] = channels_last(x)
values["y"] = small(x).detach()
pairs = torch.randint(-64, 65, (4, 3, 1, 1)) / 64
values["twins_x"] = channels_last(pairs)
values["twins_y"] = twins(pairs).detach()

# One step of stochastic gradient descent, in training mode.
labels = torch.tensor([0, 1, 2, 1, 0])
small.train()
optimizer = torch.optim.SGD(small.parameters(), lr=0.1)
loss = F.cross_entropy(small(x), labels)
loss.backward()
optimizer.step()
for name, tensor in small.state_dict().items():
    if tensor.is_floating_point():
        values["stepped." + name] = tensor.detach().clone()
safetensors.torch.save_file(values, here / "values.safetensors")
