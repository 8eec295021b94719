"""ONNX and back, against ONNX Runtime: run by hand, with PyTorch, onnx, onnxruntime and, for some, Keras or tf2onnx.

    tests/interop/onnx_grid.py [build/release/convoy] [--short] [--only NAME] [--with torch,dynamo,keras,tf2onnx]

Small models, one for each layer and option, are exported by a framework's own exporter, imported by convoy, exported by
it again and run by ONNX Runtime. Printed are the largest difference of the outputs over the largest output, and whether
the weights of a second import are those of the first, byte for byte.
"""

import sys


import argparse
import logging
import os
import pathlib
import subprocess
import tempfile

import numpy as np

LIMIT = 1e-5
SHORT = {"torch": ["conv_stride_pad", "transpose_stride", "batch_norm", "group_norm", "max_pool_ceil_pad", "flatten_norm", "lrn",
                   "gelu_relu", "residual", "scaled", "channels_last"],
         "torch11": ["layer_norm_flat", "channels_last"],
         "dynamo": ["batch_norm_folded", "softplus", "avg_pool_ceil_pad", "squeeze", "decoder"],
         "keras": ["conv_same", "separable", "group_norm", "up", "flatten_dense", "reshape"]}


# Keras with PyTorch repeats the border of images for an average that counts none.
REFUSED = {"keras": ["avg_same", "avg_same_behind_conv"]}


def torch_models():
    """Name, module, shape of one sample."""
    import torch
    from torch import nn

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
            self.bn1 = nn.BatchNorm2d(8)
            self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
            self.bn2 = nn.BatchNorm2d(8)
            self.short = nn.Conv2d(3, 8, 1)
            self.fc = nn.Linear(8, 5)

        def forward(self, x):
            y = torch.relu(self.bn1(self.conv1(x)))
            y = torch.relu(self.bn2(self.conv2(y)) + self.short(x))
            return self.fc(y.mean((2, 3)))

    class Squeeze(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3)
            self.down = nn.Linear(8, 2)
            self.up = nn.Linear(2, 8)
            self.down2 = nn.Conv2d(8, 2, 1)
            self.up2 = nn.Conv2d(2, 8, 1)

        def forward(self, x):
            y = self.conv(x)
            gate = torch.sigmoid(self.up(torch.relu(self.down(y.mean((2, 3))))))
            y = y * gate[:, :, None, None]
            gate = torch.sigmoid(self.up2(torch.relu(self.down2(torch.nn.functional.adaptive_avg_pool2d(y, 1)))))
            return y * gate

    class Two(nn.Module):
        def __init__(self, join):
            super().__init__()
            self.a = nn.Conv2d(3, 6, 3)
            self.b = nn.Conv2d(3, 6, 3)
            self.join = join

        def forward(self, x):
            return self.join(self.a(x), self.b(x))

    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x):
            mean = torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1)
            deviation = torch.tensor([0.2, 0.3, 0.4]).view(1, 3, 1, 1)
            return self.conv((x / 255 - mean) / deviation)

    class View(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, stride=2)
            self.fc = nn.Linear(4 * 5 * 4, 7)

        def forward(self, x):
            y = torch.relu(self.conv(x))
            return self.fc(y.view(y.size(0), -1))

    class ChannelsLast(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 6, 3)
            self.norm = nn.LayerNorm(6)
            self.fc = nn.Linear(6, 9)

        def forward(self, x):
            y = self.norm(self.conv(x).permute(0, 2, 3, 1))
            return torch.nn.functional.gelu(self.fc(y)).permute(0, 3, 1, 2)

    class NormByHand(nn.Module):
        """As ConvNeXt's code has it: over the channels of images that have them first."""

        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 6, 3)
            self.weight, self.bias = nn.Parameter(torch.ones(6)), nn.Parameter(torch.zeros(6))

        def forward(self, x):
            x = self.conv(x)
            u = x.mean(1, keepdim=True)
            s = (x - u).pow(2).mean(1, keepdim=True)
            x = (x - u) / torch.sqrt(s + 1e-6)
            return self.weight[:, None, None] * x + self.bias[:, None, None]

    class SoftmaxByHand(nn.Module):
        def __init__(self, logarithm):
            super().__init__()
            self.fc, self.logarithm = nn.Linear(20, 4), logarithm

        def forward(self, x):
            x = self.fc(x)
            x = x - x.max(1, keepdim=True)[0]
            return x - x.exp().sum(1, keepdim=True).log() if self.logarithm else x.exp() / x.exp().sum(1, keepdim=True)

    image = (3, 12, 10)
    flat = (20,)
    body = lambda *layers: nn.Sequential(nn.Conv2d(3, 6, 3), *layers)
    for name, layers in {
        "conv": [nn.Conv2d(3, 6, 3)],
        "conv_no_bias": [nn.Conv2d(3, 6, 3, bias=False)],
        "conv_stride_pad": [nn.Conv2d(3, 6, (3, 5), stride=(2, 1), padding=(1, 2))],
        "conv_same": [nn.Conv2d(3, 6, 4, padding="same")],
        "conv_dilation": [nn.Conv2d(3, 6, 3, dilation=2, padding=2)],
        "conv_groups": [nn.Conv2d(3, 6, 1), nn.Conv2d(6, 4, 3, groups=2)],
        "depthwise": [nn.Conv2d(3, 6, 3, groups=3, padding=1)],
        "transpose": [nn.ConvTranspose2d(3, 6, 3)],
        "transpose_stride": [nn.ConvTranspose2d(3, 6, 4, stride=2, padding=1)],
        "transpose_output_padding": [nn.ConvTranspose2d(3, 6, 3, stride=2, padding=1, output_padding=1)],
        "transpose_small": [nn.ConvTranspose2d(3, 6, 2, stride=3)],
        "transpose_dilation": [nn.ConvTranspose2d(3, 6, 3, dilation=2)],
        "batch_norm": [nn.Conv2d(3, 6, 3), nn.ReLU(), nn.BatchNorm2d(6)],
        "batch_norm_folded": [nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU()],
        "group_norm": [nn.Conv2d(3, 6, 3), nn.GroupNorm(2, 6)],
        "group_norm_plain": [nn.Conv2d(3, 6, 3), nn.GroupNorm(3, 6, affine=False)],
        "instance_norm": [nn.Conv2d(3, 6, 3), nn.InstanceNorm2d(6, affine=True)],
        "instance_norm_plain": [nn.Conv2d(3, 6, 3), nn.InstanceNorm2d(6)],
        "lrn": [nn.Conv2d(3, 6, 3), nn.LocalResponseNorm(3)],
        "max_pool": [nn.MaxPool2d(2)],
        "max_pool_pad": [nn.MaxPool2d(3, stride=2, padding=1)],
        "max_pool_ceil": [nn.MaxPool2d(3, stride=2, ceil_mode=True)],
        "max_pool_ceil_pad": [nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)],
        "avg_pool": [nn.AvgPool2d(2)],
        "avg_pool_pad": [nn.AvgPool2d(3, stride=2, padding=1)],
        "avg_pool_not_counted": [nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)],
        "avg_pool_ceil": [nn.AvgPool2d(3, stride=2, ceil_mode=True)],
        "avg_pool_ceil_pad": [nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True)],
        "adaptive": [nn.AdaptiveAvgPool2d((4, 5))],
        "global_avg": [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 4)],
        "global_max": [nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(3, 4)],
        "zero_pad": [nn.ZeroPad2d((1, 2, 3, 0)), nn.Conv2d(3, 6, 3)],
        "crop": [nn.ZeroPad2d((-1, -2, -3, 0)), nn.Conv2d(3, 6, 3)],
        "up_nearest": [nn.Upsample(scale_factor=2)],
        "up_bilinear": [nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)],
        "flatten_dense": [nn.Conv2d(3, 6, 3), nn.Flatten(), nn.Linear(6 * 10 * 8, 7)],
        "flatten_norm": [nn.Conv2d(3, 6, 5), nn.Flatten(), nn.BatchNorm1d(6 * 8 * 6), nn.ReLU(), nn.Linear(6 * 8 * 6, 7)],
        "dropout": [nn.Conv2d(3, 6, 3), nn.Dropout(0.2), nn.Dropout2d(0.3)],
        "relu": body(nn.ReLU()), "relu6": body(nn.ReLU6()), "leaky_relu": body(nn.LeakyReLU(0.1)),
        "elu": body(nn.ELU(0.7)), "selu": body(nn.SELU()), "celu": body(nn.CELU()), "prelu_one": body(nn.PReLU()),
        "prelu": body(nn.PReLU(6)), "sigmoid": body(nn.Sigmoid()), "hardsigmoid": body(nn.Hardsigmoid()),
        "tanh": body(nn.Tanh()), "gelu": body(nn.GELU()), "gelu_tanh": body(nn.GELU(approximate="tanh")),
        "silu": body(nn.SiLU()), "hardswish": body(nn.Hardswish()), "mish": body(nn.Mish()),
        "softplus": body(nn.Softplus()), "softmax_channels": body(nn.Softmax(1)),
        "gelu_relu": body(nn.ReLU(), nn.GELU(), nn.Tanh(), nn.SiLU()),
    }.items():
        yield name, nn.Sequential(*layers), image
    yield "mlp", nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Dropout(), nn.BatchNorm1d(16), nn.Linear(16, 4, bias=False), nn.Softmax(-1)), flat
    yield "layer_norm_flat", nn.Sequential(nn.Linear(20, 16), nn.LayerNorm(16), nn.GELU(), nn.Linear(16, 4), nn.LogSoftmax(1)), flat
    yield "decoder", nn.Sequential(nn.Linear(20, 12), nn.Unflatten(1, (12, 1, 1)), nn.ConvTranspose2d(12, 5, 4), nn.ReLU(), nn.ConvTranspose2d(5, 1, 4, 2, 1)), flat
    yield "decoder_wide", nn.Sequential(nn.Linear(20, 5 * 4 * 3), nn.ReLU(), nn.Unflatten(1, (5, 4, 3)), nn.Conv2d(5, 2, 3)), flat
    yield "decoder_norm", nn.Sequential(nn.Linear(20, 5 * 4 * 3), nn.BatchNorm1d(60), nn.ReLU(), nn.Dropout(), nn.Unflatten(1, (5, 4, 3)), nn.ConvTranspose2d(5, 2, 3)), flat
    yield "layer_norm_by_hand", NormByHand(), image
    yield "softmax_by_hand", SoftmaxByHand(False), flat
    yield "log_softmax_by_hand", SoftmaxByHand(True), flat
    yield "residual", Residual(), image
    yield "squeeze", Squeeze(), image
    yield "scaled", Scaled(), image
    yield "view", View(), (3, 12, 10)
    yield "channels_last", ChannelsLast(), image
    yield "add", Two(torch.add), image
    yield "sub", Two(torch.sub), image
    yield "mul", Two(torch.mul), image
    yield "maximum", Two(torch.maximum), image
    yield "mean", Two(lambda a, b: (a + b) / 2), image
    yield "cat", Two(lambda a, b: torch.cat([a, b], 1)), image


def randomised(module):
    """Statistics and gains that are not 1 and 0."""
    import torch

    torch.manual_seed(1)
    for m in module.modules():
        for name in ("running_mean", "weight", "bias"):
            t = getattr(m, name, None)
            if isinstance(t, torch.Tensor) and t.ndim == 1 and not isinstance(m, torch.nn.PReLU):
                t.data.normal_(0.3, 0.5)
        if isinstance(getattr(m, "running_var", None), torch.Tensor):
            m.running_var.uniform_(0.5, 2)
    return module.eval()


def export_torch(folder, dynamo):
    import torch

    for name, module, shape in torch_models():
        file = folder / f"{name}.onnx"

        def make(module=module, shape=shape, file=file):
            x = torch.randn(2, *shape)
            if dynamo:
                batch = torch.export.Dim("batch", min=1, max=64)
                torch.onnx.export(randomised(module), (x,), str(file), dynamo=True, verbose=False,
                                  dynamic_shapes=({0: batch},), external_data=False)
            else:
                torch.onnx.export(randomised(module), x, str(file), dynamo=False, input_names=["x"], output_names=["y"],
                                  dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}})

        yield name, file, make


def export_old_torch(folder):
    """The operator set before LayerNormalization and HardSwish were in it."""
    import torch

    for name, module, shape in torch_models():
        file = folder / f"{name}.onnx"

        def make(module=module, shape=shape, file=file):
            torch.onnx.export(randomised(module), torch.randn(2, *shape), str(file), dynamo=False, opset_version=11,
                              input_names=["x"], dynamic_axes={"x": {0: "batch"}})

        yield name, file, make


def keras_models():
    import keras
    from keras import layers as L

    image = keras.Input((12, 10, 3))
    conv = lambda: L.Conv2D(6, 3)(image)
    for name, layer in {
        "conv_same": L.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
        "depthwise": L.DepthwiseConv2D(3, depth_multiplier=2, padding="same"),
        "separable": L.SeparableConv2D(5, 3, padding="same"),
        "transpose": L.Conv2DTranspose(6, 3, strides=2, padding="same"),
        "batch_norm": L.BatchNormalization(), "layer_norm": L.LayerNormalization(),
        "group_norm": L.GroupNormalization(3), "max_same": L.MaxPooling2D(3, 2, padding="same"),
        "avg": L.AveragePooling2D(2), "avg_same": L.AveragePooling2D(3, 2, padding="same"),
        "pad": L.ZeroPadding2D(((1, 2), (0, 3))), "crop": L.Cropping2D(((1, 2), (0, 3))),
        "up": L.UpSampling2D(2), "up_bilinear": L.UpSampling2D(2, interpolation="bilinear"),
        "gelu": L.Activation("gelu"), "silu": L.Activation("silu"), "hard_silu": L.Activation("hard_silu"),
        "mish": L.Activation("mish"), "softplus": L.Activation("softplus"), "leaky": L.LeakyReLU(negative_slope=0.2),
        "relu6": L.ReLU(6), "prelu": L.PReLU(shared_axes=[1, 2]), "prelu_each": L.PReLU(),
        "softmax": L.Softmax(), "elu": L.ELU(0.5), "selu": L.Activation("selu"), "hard_sigmoid": L.Activation("hard_sigmoid"),
        "log_softmax": L.Activation("log_softmax"), "dense_on_image": L.Dense(5), "conv_dilated": L.Conv2D(4, 3, dilation_rate=2),
        "conv_groups": L.Conv2D(6, 3, groups=3), "transpose_valid": L.Conv2DTranspose(4, 2, strides=3),
        "prelu_one": L.PReLU(shared_axes=[1, 2, 3]), "max": L.MaxPooling2D((2, 3)), "instance_norm": L.GroupNormalization(-1),
    }.items():
        yield name, keras.Model(image, layer(image))
        yield name + "_behind_conv", keras.Model(image, type(layer).from_config(layer.get_config())(conv()))
    flat = L.Dense(7, activation="softmax")(L.Dropout(0.3)(L.Flatten()(L.MaxPooling2D()(conv()))))
    yield "flatten_dense", keras.Model(image, flat)
    yield "global", keras.Model(image, L.Dense(4)(L.GlobalAveragePooling2D()(conv())))
    yield "global_max", keras.Model(image, L.Dense(4)(L.GlobalMaxPooling2D()(conv())))
    yield "rescaling", keras.Model(image, L.Conv2D(4, 3)(L.Rescaling(1 / 127.5, -1)(image)))
    yield "concat", keras.Model(image, L.Concatenate()([conv(), conv()]))
    yield "add", keras.Model(image, L.Add()([conv(), conv()]))
    vector = keras.Input((20,))
    yield "reshape", keras.Model(vector, L.Conv2D(2, 3)(L.Reshape((4, 3, 5))(L.Dense(60)(vector))))


def export_keras(folder):
    rng = np.random.default_rng(1)
    for name, model in keras_models():
        file = folder / f"{name}.onnx"

        def make(model=model, file=file):
            for weight in model.weights:
                values = rng.normal(0.1, 0.4, weight.shape)
                weight.assign(np.abs(values) + 0.5 if "variance" in weight.path else values)
            model(np.zeros((1, *model.input_shape[1:]), np.float32))
            model.export(str(file), format="onnx", verbose=False)

        yield name, file, make


def export_tf2onnx(folder):
    """Keras with TensorFlow, through tf2onnx: KERAS_BACKEND=tensorflow in a run of its own."""
    import keras
    import onnx
    import tensorflow as tf
    import tf2onnx

    rng = np.random.default_rng(1)
    for name, model in keras_models():
        file = folder / f"{name}.onnx"

        def make(model=model, file=file):
            for weight in model.weights:
                values = rng.normal(0.1, 0.4, weight.shape)
                weight.assign(np.abs(values) + 0.5 if "variance" in weight.path else values)
            inputs = [tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name="x")]
            function = tf.function(lambda x: model(x, training=False), input_signature=inputs)
            tf2onnx.convert.from_function(function, input_signature=inputs, output_path=str(file))
            unknown = [node.op_type for node in onnx.load(str(file)).graph.node if not onnx.defs.has(node.op_type)]
            if unknown:
                raise RuntimeError(f"ONNX has no operator {unknown[0]}")
            outputs(file, np.zeros((1, *model.input_shape[1:]), np.float32))

        yield name, file, make


def outputs(file, x):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def channels_first(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


def sample_shape(file):
    import onnx

    graph = onnx.load(str(file)).graph
    constants = {t.name for t in graph.initializer}
    dims = [i for i in graph.input if i.name not in constants][0].type.tensor_type.shape.dim
    return [d.dim_value for d in dims[1:]]


def tensors(file):
    """The bytes of each tensor of a convoy model."""
    import json
    import struct

    data = pathlib.Path(file).read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    return {n: data[8 + size + t["data_offsets"][0]:8 + size + t["data_offsets"][1]] for n, t in header.items() if n != "__metadata__"}


def compare(convoy, folder, name, file, make):
    """A line about one model: the difference, and whether the weights are the same; or the error."""
    import onnx

    try:
        make()
    except Exception as error:
        return None, f"not exported: {str(error).strip().splitlines()[-1][:90]}"
    steps = [["import", file, "-o", folder / "a.safetensors"], ["export", folder / "a.safetensors", "-o", folder / "b.onnx"],
             ["import", folder / "b.onnx", "-o", folder / "c.safetensors"]]
    for step in steps:
        done = subprocess.run([convoy, *map(str, step)], capture_output=True, text=True)
        if done.returncode:
            return False, f"{step[0]}: {done.stderr.strip().replace(str(folder), '')}"
    onnx.checker.check_model(str(folder / "b.onnx"), full_check=True)
    x = np.random.default_rng(2).normal(0, 1, [3, *sample_shape(file)]).astype(np.float32)
    want = outputs(file, x)
    again = sample_shape(folder / "b.onnx")
    got = outputs(folder / "b.onnx", x if list(x.shape[1:]) == again else channels_first(x))
    if got.shape != want.shape and want.ndim == 4:
        got = got.transpose(0, 2, 3, 1)
    if got.shape != want.shape:
        return False, f"outputs of {got.shape} instead of {want.shape}"
    difference = np.abs(got - want).max() / max(np.abs(want).max(), 1e-30)
    same = sorted(tensors(folder / "a.safetensors").values()) == sorted(tensors(folder / "c.safetensors").values())
    return difference <= LIMIT and same, f"{difference:.1e}  weights {'equal' if same else 'differ'}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("convoy", nargs="?", default="build/release/convoy")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--with", dest="sources", default="torch,torch11,dynamo,keras")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sources = {"torch": lambda: export_torch(folder, False), "dynamo": lambda: export_torch(folder, True), "torch11": lambda: export_old_torch(folder),
                   "keras": lambda: export_keras(folder), "tf2onnx": lambda: export_tf2onnx(folder)}
        for source in options.sources.split(","):
            for model, file, make in sources[source]():
                if options.short and model not in SHORT.get(source, []) or options.only and options.only != model:
                    continue
                fine, line = compare(options.convoy, folder, model, file, make)
                if model in REFUSED.get(source, []):
                    fine = None if line.startswith("import: error: ") else False
                failed += fine is False
                print(f"{'ok    ' if fine else 'FAILED' if fine is False else 'none  '} {source:7} {model:26} {line}", flush=True)
    print(f"{failed} failed")
    return failed > 0


if __name__ == "__main__":
    import warnings

    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    os.environ.setdefault("KERAS_BACKEND", "torch")
    sys.exit(main())
