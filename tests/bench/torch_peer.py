#!/usr/bin/env python3
"""The networks of configs/ in PyTorch, timed on random images; prints one JSON object. Needs Debian's python3-torch.

    torch_peer.py MODEL [--batch 32] [--threads 2] [--layout nchw|nhwc] [--infer-batch 32]
"""
import argparse
import json
import time

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("model", choices=["mnist_cnn", "mnist_bn_maxpool", "mnist_residual"])
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--infer-batch", type=int, default=32)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--layout", default="nchw", choices=["nchw", "nhwc"])
parser.add_argument("--seconds", type=float, default=3)
options = parser.parse_args()
torch.set_num_threads(options.threads)


def norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class Block(nn.Module):
    """Two convolutions and a shortcut, which averages and repeats the channels where the block halves the image."""

    def __init__(self, inputs, filters):
        super().__init__()
        self.halves = inputs != filters
        stride = 2 if self.halves else 1
        self.way = nn.Sequential(nn.Conv2d(inputs, filters, 3, stride, 1, bias=False), norm(filters), nn.ReLU(),
                                 nn.Conv2d(filters, filters, 3, 1, 1, bias=False), norm(filters))

    def forward(self, x):
        shortcut = x
        if self.halves:
            half = nn.functional.avg_pool2d(x, 2)
            shortcut = torch.cat([half, half], 1)
        return torch.relu(self.way(x) + shortcut)


def network():
    if options.model == "mnist_cnn":
        return (1, 28, 28), nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), norm(32), nn.Conv2d(32, 64, 3), nn.ReLU(),
                                          norm(64), nn.Flatten(), nn.Linear(36864, 10))
    if options.model == "mnist_bn_maxpool":
        return (1, 28, 28), nn.Sequential(norm(1), nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), norm(32),
                                          nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), norm(64), nn.Flatten(),
                                          nn.Linear(1600, 10))
    layers = [nn.Conv2d(3, 16, 3, 1, 1), nn.ReLU(), nn.Conv2d(16, 16, 3, 1, 1, bias=False), norm(16), nn.ReLU()]
    inputs = 16
    for filters in (16, 32, 64):
        for _ in range(3):
            layers.append(Block(inputs, filters))
            inputs = filters
    return (3, 32, 32), nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def median_seconds(work):
    """Of single runs over the given time, after some to warm up."""
    for _ in range(3):
        work()
    times = []
    end = time.perf_counter() + options.seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


shape, net = network()
images = torch.rand(max(options.batch, options.infer_batch), *shape)
labels = torch.arange(options.batch) % 10
if options.layout == "nhwc":
    net, images = net.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
optimizer, loss = torch.optim.Adam(net.parameters(), 1e-3, eps=1e-7), nn.CrossEntropyLoss()


def step():
    optimizer.zero_grad(set_to_none=True)
    loss(net(images[:options.batch]), labels).backward()
    optimizer.step()


train = median_seconds(step) / options.batch
net.eval()
with torch.no_grad():
    infer = median_seconds(lambda: net(images[:options.infer_batch])) / options.infer_batch
    one = median_seconds(lambda: net(images[:1]))
print(json.dumps({"version": torch.__version__, "train_us_per_image": train * 1e6, "infer_us_per_image": infer * 1e6,
                  "infer_one_us": one * 1e6}))
