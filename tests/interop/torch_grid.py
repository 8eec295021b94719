"""Small networks of each layer and option, in and out of PyTorch through the built convoy; run by hand.

    python tests/interop/torch_grid.py [CONVOY] [--short | WORDS]     default: build/unity/convoy, all cases

Needs torch, safetensors and numpy. For each case, convoy trains a step, exports, PyTorch loads the module with
strict=True and runs it; then the file is imported again. Where a case has a module of PyTorch's own, its state_dict
(.pt and .safetensors) is imported too. Prints the largest difference of outputs, relative to the largest output, and
whether the weights are equal in bytes; exits with 1 where a difference is above 1e-5 or a byte is another.
"""

import sys


import importlib.util
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import zlib

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn

convoy = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/unity/convoy")
words = sys.argv[2:]
SHORT = ["conv2d padding 1, stride 2", "conv2d same stride 2", "depthwise", "separable", "transpose stride 2 pad 1 out 1",
         "batch_norm", "group_norm", "layer_norm", "max_pool2d", "avg_pool2d", "up_sampling2d bilinear",
         "reshape there and back", "concat of flattened", "squeeze and excite", "residual", "gelu", "prelu channel", "names"]
limit = 1e-5
random = np.random.default_rng(7)


def layer(type, **keys):
    return {"type": type, **keys}


def toml(shape, layers):
    def value(v):
        return "true" if v is True else "false" if v is False else json.dumps(v)

    text = f'name = "case"\ninput_shape = {list(shape)}\n[data]\ndataset = "numpy"\npath = "data.npz"\n'
    text += "[train]\nepochs = 1\nbatch_size = 8\n"
    text += '[optimizer]\ntype = "sgd"\nlearning_rate = 0.01\n'
    for one in layers:
        text += "[[layer]]\n" + "".join(f"{key} = {value(v)}\n" for key, v in one.items())
    return text


def png(file, image):
    """One image, height x width x (1 or 3), of bytes."""
    height, width, channels = image.shape
    rows = b"".join(b"\0" + image[y].tobytes() for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def run(*command):
    done = subprocess.run([convoy, *map(str, command)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(" ".join(map(str, command)) + "\n" + done.stdout[-500:] + done.stderr)
    return done.stdout


def outputs(model, last, images, folder):
    """What convoy gives for each image."""
    files = []
    for i, image in enumerate(images):
        files.append(folder / f"{i}.png")
        png(files[-1], image)
    lines = run("predict", model, *files, "--layer", last, "--json").splitlines()
    return np.array([json.loads(line)["values"] for line in lines if '"output"' in line], dtype=np.float64)


def channels_last(y):
    y = y.detach().double()
    return (y.permute(0, 2, 3, 1) if y.dim() == 4 else y).flatten(1).numpy()


def difference(a, b):
    assert a.shape == b.shape, (a.shape, b.shape)
    return np.abs(a - b).max() / max(np.abs(b).max(), 1e-30)


def equal_bytes(a, b):
    a, b = safetensors.numpy.load_file(a), safetensors.numpy.load_file(b)
    return a.keys() == b.keys() and all(a[k].tobytes() == b[k].tobytes() for k in a)


def load_source(file):
    spec = importlib.util.spec_from_file_location("exported", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(name, shape, layers, module=None, head=True):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="convoy-torch-"))
    images = random.integers(0, 256, (6, *shape), dtype=np.uint8)
    np.savez(folder / "data.npz", x_train=random.integers(0, 256, (8, *shape), dtype=np.uint8),
             y_train=np.arange(8) % 3, x_test=images, y_test=np.arange(6) % 3)
    layers = [dict(one) for one in layers]
    if head:
        layers += [layer("flatten"), layer("dense", units=3)]
    layers[-1]["name"] = "last"
    config = folder / "case.toml"
    config.write_text(toml(shape, layers))
    x = torch.from_numpy(images.astype(np.float32)).permute(0, 3, 1, 2)
    worst, equal = 0.0, True
    try:
        run("train", config, "--out", folder / "run", "--quiet")
        model = folder / "a.safetensors"
        model.write_bytes((folder / "run" / "best.safetensors").read_bytes())
        run("export", model, "--to", "torch", "-o", folder / "t.safetensors")
        exported = load_source(folder / "t.py").load()
        here = outputs(model, "last", images, folder)
        worst = max(worst, difference(channels_last(exported(x)), here))
        run("import", folder / "t.safetensors", "--into", config, "-o", folder / "b.safetensors")
        equal &= equal_bytes(model, folder / "b.safetensors")
        # The module of the export again, saved by PyTorch.
        torch.save({"state_dict": {"module." + k: v for k, v in exported.state_dict().items()}}, folder / "again.pt")
        run("import", folder / "again.pt", "--into", config, "-o", folder / "c.safetensors")
        equal &= equal_bytes(model, folder / "c.safetensors")
        if module is not None:
            module.eval()
            if head:
                flat = module(x / 255).flatten(1).shape[1]
                module = nn.Sequential(module, nn.Flatten(), nn.Linear(flat, 3))
            for tensor in list(module.parameters()) + list(module.buffers()):
                if tensor.is_floating_point():
                    tensor.data += 0.1 * torch.rand_like(tensor)
            module.eval()
            there = channels_last(module(x / 255))
            torch.save(module.state_dict(), folder / "m.pt")
            run("import", folder / "m.pt", "--into", config, "-o", folder / "d.safetensors")
            worst = max(worst, difference(outputs(folder / "d.safetensors", "last", images, folder), there))
            run("export", folder / "d.safetensors", "-o", folder / "u.safetensors")
            worst = max(worst, difference(channels_last(load_source(folder / "u.py").load()(x)), there))
            back = list(load_source(folder / "u.py").load().state_dict().values())
            mine = list(module.state_dict().values())
            equal &= len(back) == len(mine) and all(
                torch.equal(a.reshape(-1).float(), b.reshape(-1).float()) for a, b in zip(back, mine))
    except Exception as error:  # the next case is run all the same
        print(f"{name:34} FAILED in {folder}\n{error}")
        return False
    fine = worst <= limit and equal
    print(f"{name:34} {worst:9.1e}  {'equal' if equal else 'OTHER WEIGHTS'}{'' if fine else '  <-- ' + str(folder)}")
    return fine


class Lambda(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def pad_same(k, s=1, d=1, n=8):
    """TensorFlow's "same": the odd pixel at the end."""
    e = (k - 1) * d + 1
    total = max(0, ((n - 1) // s) * s + e - n)
    return nn.ZeroPad2d((total // 2, total - total // 2, total // 2, total - total // 2))


class Normed(nn.Module):
    """LayerNorm over the channels of each pixel."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels, eps=1e-3)

    def forward(self, x):
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(4)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(x + self.bn2(self.conv2(x)))


class TwoBranches(nn.Module):
    """Two images are flattened, joined and go through a batch norm of numbers."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 2, 3)
        self.b = nn.Conv2d(3, 4, 5)
        self.bn = nn.BatchNorm1d(136)
        self.fc = nn.Linear(136, 3)

    def forward(self, x):
        return self.fc(self.bn(torch.cat((self.a(x).flatten(1), self.b(x).flatten(1)), 1)))


image = (8, 8, 3)
L = layer
torch.manual_seed(3)

cases = []


def case(name, layers, module=None, shape=image, head=True):
    cases.append((name, shape, layers, module, head))


def conv(**keys):
    return L("conv2d", filters=4, kernel=3, **keys)


case("conv2d", [conv()], lambda: nn.Conv2d(3, 4, 3))
case("conv2d no bias", [conv(use_bias=False)], lambda: nn.Conv2d(3, 4, 3, bias=False))
case("conv2d 3x2 stride 2x1", [L("conv2d", filters=4, kernel=[3, 2], stride=[2, 1])], lambda: nn.Conv2d(3, 4, (3, 2), stride=(2, 1)))
case("conv2d padding 1", [conv(padding=1)], lambda: nn.Conv2d(3, 4, 3, padding=1))
case("conv2d padding 1, stride 2", [conv(padding=1, stride=2)], lambda: nn.Conv2d(3, 4, 3, padding=1, stride=2))
case("conv2d padding 2x1", [conv(padding=[2, 1])], lambda: nn.Conv2d(3, 4, 3, padding=(2, 1)))
case("conv2d padding 0 1 2 0", [conv(padding=[0, 1, 2, 0])], lambda: nn.Sequential(nn.ZeroPad2d((2, 0, 0, 1)), nn.Conv2d(3, 4, 3)))
case("conv2d same", [conv(padding="same")], lambda: nn.Conv2d(3, 4, 3, padding="same"))
case("conv2d same stride 2", [conv(padding="same", stride=2)], lambda: nn.Sequential(pad_same(3, 2), nn.Conv2d(3, 4, 3, stride=2)))
case("conv2d same 4x4", [L("conv2d", filters=4, kernel=4, padding="same")], lambda: nn.Sequential(pad_same(4), nn.Conv2d(3, 4, 4)))
case("conv2d dilation 2", [conv(dilation=2)], lambda: nn.Conv2d(3, 4, 3, dilation=2))
case("conv2d groups", [L("conv2d", filters=6, kernel=3, groups=3)], lambda: nn.Conv2d(3, 6, 3, groups=3))
case("conv2d 1x1", [L("conv2d", filters=5, kernel=1)], lambda: nn.Conv2d(3, 5, 1))
case("conv2d relu", [conv(activation="relu")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))
case("conv2d leaky_relu(0.1)", [conv(activation="leaky_relu(0.1)")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.LeakyReLU(0.1)))
case("conv2d elu(0.5)", [conv(activation="elu(0.5)")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.ELU(0.5)))
case("depthwise", [L("depthwise_conv2d", kernel=3)], lambda: nn.Conv2d(3, 3, 3, groups=3))
case("depthwise multiplier 2, same", [L("depthwise_conv2d", kernel=3, depth_multiplier=2, padding="same", stride=2)],
     lambda: nn.Sequential(pad_same(3, 2), nn.Conv2d(3, 6, 3, groups=3, stride=2)))
case("separable", [L("separable_conv2d", filters=5, kernel=3, depth_multiplier=2)],
     lambda: nn.Sequential(nn.Conv2d(3, 6, 3, groups=3, bias=False), nn.Conv2d(6, 5, 1)))
case("separable same stride 2 relu", [L("separable_conv2d", filters=5, kernel=3, padding="same", stride=2, activation="relu")])
case("transpose", [L("conv2d_transpose", filters=4, kernel=3)], lambda: nn.ConvTranspose2d(3, 4, 3))
case("transpose stride 2 pad 1 out 1", [L("conv2d_transpose", filters=4, kernel=3, stride=2, padding=1, output_padding=1)],
     lambda: nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1))
for k in (1, 2, 3, 4, 5):
    for s in (1, 2, 3):
        for p in ("same", "valid"):
            case(f"transpose {p} {k}/{s}", [L("conv2d_transpose", filters=2, kernel=k, stride=s, padding=p)])
case("transpose uneven", [L("conv2d_transpose", filters=2, kernel=[3, 4], stride=[1, 2], padding=[1, 0, 2, 1])])
case("transpose dilation", [L("conv2d_transpose", filters=2, kernel=3, dilation=2, stride=2, padding="same")])
case("dense", [L("flatten"), L("dense", units=5, activation="tanh")], lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 5), nn.Tanh()))
case("dense no bias", [L("flatten"), L("dense", units=5, use_bias=False)], lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 5, bias=False)))
case("batch_norm", [conv(), L("batch_norm", preset="torch")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)))
case("batch_norm keras", [conv(), L("batch_norm")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, eps=1e-3)))
case("batch_norm no affine", [conv(), L("batch_norm", preset="torch", center=False, scale=False)],
     lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, affine=False)))
case("batch_norm center only", [conv(), L("batch_norm", scale=False)])
case("batch_norm scale only", [conv(), L("batch_norm", center=False, momentum=0.7)])
case("batch_norm of vectors", [L("flatten"), L("batch_norm", preset="torch"), L("dense", units=5)],
     lambda: nn.Sequential(nn.Flatten(), nn.BatchNorm1d(192), nn.Linear(192, 5)))
case("group_norm", [conv(), L("group_norm", groups=2)], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4, eps=1e-3)))
case("group_norm of flattened", [conv(), L("flatten"), L("group_norm", groups=2)])
case("layer_norm", [conv(), L("layer_norm")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), Normed(4)))
case("layer_norm of flattened", [conv(), L("flatten"), L("layer_norm")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.LayerNorm(144, eps=1e-3)))
case("instance_norm", [conv(), L("instance_norm")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.InstanceNorm2d(4, eps=1e-3, affine=True)))
case("instance_norm no affine", [conv(), L("instance_norm", center=False, scale=False)], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.InstanceNorm2d(4, eps=1e-3)))
case("instance_norm scale only", [conv(), L("instance_norm", center=False)])
case("local_response_norm", [conv(), L("local_response_norm", size=3, alpha=0.01, beta=0.6, k=2)],
     lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.LocalResponseNorm(3, 0.01, 0.6, 2)))
case("local_response_norm 4", [conv(), L("local_response_norm", size=4)], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.LocalResponseNorm(4)))
case("affine", [conv(), L("affine")])
case("affine center", [conv(), L("affine", scale=False), L("flatten"), L("affine")])
case("affine of nothing", [conv(), L("affine", scale=False, center=False)])
pools = [dict(), dict(pool=3, stride=2), dict(pool=3, stride=2, padding=1), dict(pool=3, stride=2, ceil_mode=True),
         dict(pool=3, stride=2, padding=1, ceil_mode=True), dict(pool=2, padding="same"), dict(pool=3, stride=2, padding="same"),
         dict(pool=3, stride=1, padding="same"), dict(pool=[2, 3], stride=[3, 1], padding=[0, 1, 2, 0]),
         dict(pool=4, stride=1, padding=3), dict(pool=3, stride=2, padding=[1, 2, 0, 1], ceil_mode=True), dict(pool=2, stride=3, padding="same"),
         dict(pool=2, stride=3, ceil_mode=True)]
for keys in pools:
    for n in (8, 7):
        title = " ".join(f"{k}={v}" for k, v in keys.items()).replace(" ", "") + f" of {n}"
        case("max " + title, [L("max_pool2d", **keys)], shape=(n, n, 3))
        case("avg " + title, [L("avg_pool2d", **keys)], shape=(n, n, 3))
        case("avg count " + title, [L("avg_pool2d", count_padding=True, **keys)], shape=(n, n, 3))
case("max_pool2d", [conv(), L("max_pool2d")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2)))
case("avg_pool2d", [conv(), L("avg_pool2d", pool=3, stride=2, padding=1, count_padding=True, ceil_mode=True)],
     lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.AvgPool2d(3, 2, padding=1, ceil_mode=True)))
case("adaptive_avg_pool2d", [conv(), L("adaptive_avg_pool2d", size=[4, 5])], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d((4, 5))))
case("global_avg_pool", [conv(), L("global_avg_pool")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1)))
case("global_max_pool", [conv(), L("global_max_pool")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveMaxPool2d(1)))
case("zero_padding2d", [L("zero_padding2d", padding=[1, 2, 0, 3]), conv()], lambda: nn.Sequential(nn.ZeroPad2d((0, 3, 1, 2)), nn.Conv2d(3, 4, 3)))
case("cropping2d", [L("cropping2d", cropping=[1, 2, 0, 3]), conv()], lambda: nn.Sequential(nn.ZeroPad2d((0, -3, -1, -2)), nn.Conv2d(3, 4, 3)))
case("up_sampling2d", [L("up_sampling2d", size=[2, 3]), conv()], lambda: nn.Sequential(nn.Upsample(scale_factor=(2, 3)), nn.Conv2d(3, 4, 3)))
case("up_sampling2d bilinear", [L("up_sampling2d", size=[3, 2], interpolation="bilinear"), conv()],
     lambda: nn.Sequential(nn.Upsample(scale_factor=(3, 2), mode="bilinear"), nn.Conv2d(3, 4, 3)))
case("reshape of a dense", [L("flatten"), L("dense", units=48, activation="relu"), L("batch_norm", preset="torch"), L("reshape", shape=[4, 3, 4]), conv(padding=1)],
     lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 48), nn.ReLU(), nn.BatchNorm1d(48), nn.Unflatten(1, (4, 4, 3)), nn.Conv2d(4, 4, 3, padding=1)))
case("reshape of an image", [conv(), L("reshape", shape=[4, 9, 4]), conv()])
case("reshape to rows", [conv(), L("reshape", shape=[12, 12]), L("relu"), L("layer_norm")])
case("reshape of a flattened", [conv(), L("flatten"), L("reshape", shape=[4, 9, 4]), conv()])
case("reshape there and back", [conv(), L("flatten"), L("relu"), L("reshape", shape=[6, 6, 4]), conv()],
     lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.ReLU(), nn.Unflatten(1, (4, 6, 6)), nn.Conv2d(4, 4, 3)))
case("flatten at the end", [conv(), L("flatten")], head=False, shape=(4, 4, 1))
case("flatten and norms", [conv(), L("flatten"), L("prelu"), L("dropout", rate=0.2), L("layer_norm", scale=False)])
case("dropout", [conv(), L("dropout", rate=0.3), L("spatial_dropout", rate=0.2)], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.Dropout(0.3), nn.Dropout2d(0.2)))
case("noise", [conv(), L("noise", deviation=0.2), L("noise", redrawn=True), L("activity_regularization", l2=0.1)])
for two in ("add", "subtract", "multiply", "maximum", "average", "concat"):
    case(two, [conv(name="a"), conv(name="b", inputs=["input"]), L(two, inputs=["a", "b"]), conv()])
case("add of three", [conv(name="a"), L("relu", name="b"), L("tanh", name="c"), L("add", inputs=["a", "b", "c"])])
case("average of three", [conv(name="a"), L("relu", name="b"), L("tanh", name="c"), L("average", inputs=["a", "b", "c"])])
case("maximum of three", [conv(name="a"), L("relu", name="b"), L("tanh", name="c"), L("maximum", inputs=["a", "b", "c"])])
case("squeeze and excite", [conv(name="a"), L("global_avg_pool"), L("dense", units=4, activation="sigmoid", name="gate"), L("multiply", inputs=["a", "gate"])])
case("gate 1x1", [conv(name="a"), L("adaptive_avg_pool2d", name="gate"), L("multiply", inputs=["gate", "a"])])
case("input taken twice", [conv(padding="same", name="a"), L("concat", inputs=["input", "a"]), conv()])
case("concat of flattened", [L("conv2d", filters=2, kernel=3, name="a"), L("conv2d", filters=4, kernel=5, name="b", inputs=["input"]),
                             L("flatten", name="fa", inputs=["a"]), L("flatten", name="fb", inputs=["b"]), L("concat", inputs=["fa", "fb"]),
                             L("batch_norm", preset="torch"), L("dense", units=3)], TwoBranches, head=False)
case("add of two orders", [conv(name="a"), L("flatten", name="fa"), L("reshape", name="r", shape=[12, 12], inputs=["a"]),
                           L("flatten", name="fb"), L("add", inputs=["fa", "fb"])])
case("residual", [conv(padding=1), L("batch_norm", preset="torch"), L("relu", name="r"), conv(padding=1, use_bias=False),
                  L("batch_norm", preset="torch", name="n"), L("add", inputs=["r", "n"]), L("relu")], Residual)
functions = {"relu": nn.ReLU(), "relu6": nn.ReLU6(), "leaky_relu": nn.LeakyReLU(0.2), "elu": nn.ELU(), "selu": nn.SELU(), "sigmoid": nn.Sigmoid(),
             "hard_sigmoid": nn.Hardsigmoid(), "tanh": nn.Tanh(), "gelu": nn.GELU(), "gelu_tanh": nn.GELU("tanh"), "silu": nn.SiLU(),
             "hard_swish": nn.Hardswish(), "mish": nn.Mish(), "softplus": nn.Softplus(), "softmax": nn.Softmax(1), "log_softmax": nn.LogSoftmax(1)}
for function, its in functions.items():
    case(function, [conv(), L(function)], lambda its=its: nn.Sequential(nn.Conv2d(3, 4, 3), its))
    case("activation " + function, [conv(), L("activation", function=function)])
case("leaky_relu slope", [conv(), L("leaky_relu", slope=0.01)], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.LeakyReLU()))
case("elu alpha", [conv(), L("elu", alpha=0.3)], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.ELU(0.3)))
case("prelu channel", [conv(), L("prelu", slopes="channel")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.PReLU(4)))
case("prelu one", [conv(), L("prelu", slopes="one")], lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.PReLU()))
case("prelu each", [conv(), L("prelu")])
case("prelu of rows", [conv(), L("reshape", shape=[12, 12]), L("prelu"), L("prelu", slopes="channel"), L("softmax")])
case("softmax at the end", [L("flatten"), L("dense", units=3), L("softmax")], lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 3), nn.Softmax(1)), head=False)
case("names", [conv(name="forward"), conv(name="1x1"), conv(name="a-b"), conv(name="a_b", use_bias=False), L("relu", name="class"), L("batch_norm", name="training")],
     shape=(12, 12, 3))

if words == ["--short"]:
    cases = [one for one in cases if one[0] in SHORT]
else:
    cases = [one for one in cases if not words or any(word in one[0] for word in words)]
failed = 0
for name, shape, layers, module, head in cases:
    failed += not check(name, shape, layers, module() if module else None, head)
print(f"{failed} of {len(cases)} failed")
sys.exit(failed > 0)
