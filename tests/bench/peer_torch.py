#!/usr/bin/env python3
"""Times a network in PyTorch, eager and compiled, in both of its layouts, with each of its Adams."""
import importlib.util
import itertools
import re
import warnings

from peer import INFER, TRAIN, Cells, arguments

options = arguments(__doc__, "the Python source that `convoy export --to torch` wrote")
warnings.filterwarnings("ignore")
import torch

torch.set_num_threads(options.threads)
spec = importlib.util.spec_from_file_location("exported", options.file)
exported = importlib.util.module_from_spec(spec)
spec.loader.exec_module(exported)

LAYOUTS = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}
ADAMS = {"default": {}, "foreach": {"foreach": True}, "fused": {"fused": True}}
shape = [int(n) for n in re.search(r"Input: N x ([\d x]+)", exported.__doc__)[1].split(" x ")]


def network(way, layout):
    torch.manual_seed(0)
    net = exported.Network().to(memory_format=LAYOUTS[layout])
    torch._dynamo.reset()
    return torch.compile(net) if way == "compiled" else net


def images(batch, layout):
    return (torch.rand(batch, *shape) * 255).contiguous(memory_format=LAYOUTS[layout])


def training(batch, way, layout, adam):
    net = network(way, layout)
    x, y = images(batch, layout), torch.arange(batch) % 10
    optimizer, loss = torch.optim.Adam(net.parameters(), 1e-3, eps=1e-7, **ADAMS[adam]), torch.nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(net(x), y).backward()
        optimizer.step()
    return step


def inference(batch, way, layout):
    x = images(batch, layout)
    if way == "frozen":
        traced = torch.jit.trace(network("eager", layout).eval(), x)
        net = torch.jit.optimize_for_inference(torch.jit.freeze(traced))
    else:
        net = network(way, layout).eval()
    return lambda: net(x)


cells = Cells(options)
for way, layout in itertools.product(("eager", "compiled"), LAYOUTS):
    for batch, adam in itertools.product(TRAIN, ADAMS):
        cells.time("train", batch, f"{way} {layout}, Adam {adam}", lambda: training(batch, way, layout, adam))
with torch.inference_mode():
    for way, layout, batch in itertools.product(("eager", "compiled", "frozen"), LAYOUTS, INFER):
        cells.time("infer", batch, f"{way} {layout}", lambda: inference(batch, way, layout))
cells.report(f"PyTorch {torch.__version__.split('+')[0]}")
