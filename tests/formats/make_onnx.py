"""Makes the files of tests/formats/onnx: models that exporters wrote, each with samples and what ONNX Runtime says of them.

    tests/formats/make_onnx.py [patterns]     with PyTorch, onnx, onnxruntime and Keras (KERAS_BACKEND=torch)

NAME.onnx is the model, NAME.x.npy the samples and NAME.y.npy the outputs, both with the channels last, as convoy has them.
"""

import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "torch"
import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "onnx"
RANDOM = np.random.default_rng(1)


def last(x):
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1)) if x.ndim == 4 else x


def save(name, file, shape, channels_last=False):
    """Runs the model on two samples and writes them with the outputs."""
    x = RANDOM.normal(0, 1, [2, *shape]).astype(np.float32)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    y = session.run(None, {session.get_inputs()[0].name: x})[0]
    np.save(FOLDER / f"{name}.x.npy", x if channels_last else last(x))
    np.save(FOLDER / f"{name}.y.npy", y if channels_last else last(y))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)
        self.conv2, self.bn2 = nn.Conv2d(4, 4, 3, padding=1, groups=4), nn.BatchNorm2d(4)
        self.short = nn.Conv2d(2, 4, 1)
        self.down, self.up = nn.Conv2d(4, 2, 1), nn.Conv2d(2, 4, 1)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x / 255 - 0.5)))
        y = self.bn2(self.conv2(y)) + self.short(x / 255 - 0.5)
        gate = torch.sigmoid(self.up(nn.functional.silu(self.down(y.mean((2, 3), keepdim=True)))))
        return self.fc((y * gate).mean((2, 3)))


class Joined(nn.Module):
    def __init__(self):
        super().__init__()
        self.group, self.instance, self.layer = nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.LayerNorm(4)

    def forward(self, x):
        y = self.layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return torch.maximum(torch.cat([self.group(x), y], 1), torch.cat([self.instance(x), y - x], 1))


def torch_models():
    yield "cnn", nn.Sequential(
        nn.Conv2d(2, 4, 3, stride=(2, 1), padding=(1, 2)), nn.ReLU(), nn.BatchNorm2d(4), nn.MaxPool2d(2, ceil_mode=True),
        nn.Dropout(0.2), nn.Flatten(), nn.Linear(4 * 2 * 4, 5), nn.ReLU6(), nn.Linear(5, 3), nn.Softmax(1)), (2, 7, 6)
    yield "residual", Residual(), (2, 5, 4)
    yield "norms", Joined(), (4, 3, 5)
    yield "functions", nn.Sequential(
        nn.Conv2d(1, 2, 1), nn.LeakyReLU(0.1), nn.ELU(0.5), nn.GELU(), nn.GELU(approximate="tanh"), nn.SiLU(),
        nn.Hardswish(), nn.Mish(), nn.Softplus(), nn.SELU(), nn.PReLU(2), nn.Tanh(), nn.Hardsigmoid(), nn.LogSoftmax(1)), (1, 4, 3)
    yield "sizes", nn.Sequential(
        nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1), nn.AvgPool2d(3, 2, padding=1),
        nn.Upsample(scale_factor=2, mode="bilinear"), nn.Upsample(scale_factor=2), nn.ZeroPad2d((1, 2, 0, 1)),
        nn.ZeroPad2d((-1, 0, -1, -2)), nn.AvgPool2d(2, count_include_pad=False)), (2, 4, 3)
    yield "mlp", nn.Sequential(nn.Linear(6, 5), nn.Sigmoid(), nn.BatchNorm1d(5), nn.Linear(5, 2, bias=False)), (6,)


def make_torch():
    for name, module, shape in torch_models():
        for m in module.modules():
            for key in ("weight", "bias", "running_mean"):
                t = getattr(m, key, None)
                if isinstance(t, torch.Tensor):
                    t.data = torch.tensor(RANDOM.normal(0.1, 0.5, list(t.shape)), dtype=torch.float32)
            if isinstance(getattr(m, "running_var", None), torch.Tensor):
                m.running_var.data = torch.tensor(RANDOM.uniform(0.5, 2, list(m.running_var.shape)), dtype=torch.float32)
        module.eval()
        x = torch.zeros(2, *shape)
        old, new = FOLDER / f"{name}.onnx", FOLDER / f"{name}_dynamo.onnx"
        torch.onnx.export(module, x, str(old), dynamo=False, dynamic_axes={"x": {0: "batch"}}, input_names=["x"])
        save(name, old, shape)
        if name in ("cnn", "residual"):
            torch.onnx.export(module, (x,), str(new), dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},),
                              external_data=False, verbose=False)
            model = onnx.load(str(new))
            for node in model.graph.node:  # the lines of the program that made them
                node.doc_string = ""
                del node.metadata_props[:]
            del model.graph.value_info[:]
            onnx.save(model, str(new))
            save(f"{name}_dynamo", new, shape)


def make_keras():
    import keras
    from keras import layers as L

    keras.utils.set_random_seed(1)
    x = keras.Input((6, 5, 2))
    y = L.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
    y = L.MaxPooling2D(2, 1, padding="same")(L.DepthwiseConv2D(3, padding="same")(L.BatchNormalization()(y)))
    y = L.Dense(3, activation="softmax")(L.Flatten()(y))
    file = FOLDER / "keras.onnx"
    network = keras.Model(x, y)
    network(np.zeros((1, 6, 5, 2), np.float32))
    network.export(str(file), format="onnx", verbose=False)
    model = onnx.load(str(file))
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    del model.graph.value_info[:]
    onnx.save(model, str(file))
    save("keras", file, (6, 5, 2), channels_last=True)


def make_tensorflow():
    """As tf2onnx writes a Keras model: images come with the channels last, and Transposes go around each operator."""
    random = lambda *shape: RANDOM.normal(0, 0.5, shape).astype(np.float32)
    constants = {"w": random(3, 2, 3, 3), "b": random(3), "scale": random(3), "shift": random(3), "mean": random(3),
                 "variance": np.abs(random(3)) + 0.5, "dense": random(3 * 3 * 3, 4), "bias": random(4),
                 "shape": np.array([-1, 27], np.int64), "by": np.array(1 / 255, np.float32)}
    nodes = [helper.make_node("Mul", ["x", "by"], ["scaled"]),
             helper.make_node("Transpose", ["scaled"], ["first"], perm=[0, 3, 1, 2]),
             helper.make_node("Conv", ["first", "w", "b"], ["conv"], auto_pad="SAME_UPPER", strides=[2, 2]),
             helper.make_node("BatchNormalization", ["conv", "scale", "shift", "mean", "variance"], ["bn"], epsilon=1e-3),
             helper.make_node("Relu", ["bn"], ["relu"]),
             helper.make_node("Transpose", ["relu"], ["last"], perm=[0, 2, 3, 1]),
             helper.make_node("Reshape", ["last", "shape"], ["flat"]),
             helper.make_node("MatMul", ["flat", "dense"], ["product"]),
             helper.make_node("Add", ["product", "bias"], ["y"])]
    graph = helper.make_graph(nodes, "tf", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["unk__0", 6, 5, 2])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["unk__0", 4])],
                              [numpy_helper.from_array(v, n) for n, v in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], producer_name="tf2onnx", ir_version=8)
    onnx.save(model, str(FOLDER / "tensorflow.onnx"))
    save("tensorflow", FOLDER / "tensorflow.onnx", (6, 5, 2), channels_last=True)
    onnx.save(model, str(FOLDER / "external.onnx"), save_as_external_data=True, location="external.bin", size_threshold=64)


class ByHand(nn.Module):
    """Layers that exporters write with several operators, or that people write themselves."""

    def __init__(self):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(4)), nn.Parameter(torch.zeros(4))
        self.layer = nn.LayerNorm(4, eps=1e-4)
        self.group = nn.GroupNorm(2, 4)

    def forward(self, x):
        mean = x.mean(1, keepdim=True)
        y = (x - mean) / torch.sqrt((x - mean).pow(2).mean(1, keepdim=True) + 1e-6)
        y = self.weight[:, None, None] * y + self.bias[:, None, None]
        y = self.group(self.layer(y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))
        y = nn.functional.hardtanh(torch.where(y > 20, y, torch.log(1 + y.exp())), 0.3, 1.5)
        y = y - y.amax(1, keepdim=True)
        return y.exp() / y.exp().sum(1, keepdim=True)


def patterns():
    yield "by_hand", ByHand(), (4, 3, 5), 11
    yield "response", nn.Sequential(nn.LocalResponseNorm(3, alpha=0.5, k=2), nn.ConstantPad2d((1, 0, 2, 0), 0.25)), (4, 3, 2), 17
    yield "decoder", nn.Sequential(
        nn.Linear(5, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Unflatten(1, (3, 2, 2)), nn.ConvTranspose2d(3, 2, 3, stride=2)), (5,), 17


def make_patterns():
    global RANDOM
    RANDOM = np.random.default_rng(2)
    for name, module, shape, opset in patterns():
        for parameter in module.parameters():
            parameter.data = torch.tensor(RANDOM.normal(0.1, 0.5, list(parameter.shape)), dtype=torch.float32)
        module.eval()
        torch.onnx.export(module, torch.zeros(2, *shape), str(FOLDER / f"{name}.onnx"), dynamo=False, opset_version=opset,
                          dynamic_axes={"x": {0: "batch"}}, input_names=["x"])
        save(name, FOLDER / f"{name}.onnx", shape)
    make_repeated()


def make_repeated():
    """As Keras writes PReLU, and UpSampling2D: rows are repeated, and then columns, as tf2onnx has it."""
    values = {"slopes": RANDOM.normal(0, 0.5, (2, 3, 2)).astype(np.float32),
              "third": np.array([3], np.int64), "rows": np.array([1, 2, 3, 2, 2], np.int64), "high": np.array([-1, 2, 6, 2], np.int64),
              "fourth": np.array([4], np.int64), "columns": np.array([1, 1, 1, 1, 2], np.int64), "wide": np.array([-1, 2, 6, 4], np.int64)}
    nodes = [helper.make_node("Relu", ["x"], ["positive"]), helper.make_node("Neg", ["x"], ["negative"]),
             helper.make_node("Relu", ["negative"], ["other"]), helper.make_node("Mul", ["slopes", "other"], ["scaled"]),
             helper.make_node("Sub", ["positive", "scaled"], ["prelu"]),
             helper.make_node("Unsqueeze", ["prelu", "third"], ["a"]), helper.make_node("Expand", ["a", "rows"], ["b"]),
             helper.make_node("Reshape", ["b", "high"], ["c"]), helper.make_node("Unsqueeze", ["c", "fourth"], ["d"]),
             helper.make_node("Tile", ["d", "columns"], ["e"]), helper.make_node("Reshape", ["e", "wide"], ["f"]),
             helper.make_node("AveragePool", ["f"], ["y"], kernel_shape=[3, 3])]
    graph = helper.make_graph(nodes, "keras", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2, 3, 2])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2, 4, 2])],
                              [numpy_helper.from_array(v, n) for n, v in values.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8), str(FOLDER / "repeated.onnx"))
    save("repeated", FOLDER / "repeated.onnx", (2, 3, 2))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    if sys.argv[1:] != ["patterns"]:
        make_torch()
        make_keras()
        make_tensorflow()
    make_patterns()
