#!/usr/bin/env python3
"""Makes peers.json: what Keras's and PyTorch's layers make of the same numbers, and their gradients. Run by hand, never
by ctest, with keras 3, torch and numpy:

    KERAS_BACKEND=torch python3 tests/layers/peers.py

A case names convoy's type and its keys; arrays are in convoy's order (height x width x channels). Peers compute in
double.
"""
import json, os
import keras, numpy as np, torch
import torch.nn.functional as f

keras.backend.set_floatx("float64")
HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(1)
BATCH = 2
cases = []


def numbers(shape):
    """Few digits, so that the file stays small, and all different, so that a maximum has one place."""
    size = int(np.prod(shape))
    return (rng.permutation(size) * (4.0 / size) - 1.9 + 0.1 * rng.integers(1, 9) / size).round(4).reshape(shape)


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().numpy().reshape(-1)]


def case(peer, type, keys, shapes, work, parameters=()):
    """`work` takes the inputs and the parameters, as tensors in convoy's order, and gives the output."""
    inputs = [torch.tensor(numbers((BATCH, *shape)), requires_grad=True) for shape in shapes]
    weights = [torch.tensor(numbers(shape), requires_grad=True) for shape in parameters]
    output = work(inputs, weights)
    output, penalty = output if isinstance(output, tuple) else (output, 0)
    d_output = torch.tensor(numbers(tuple(output.shape)))
    ((output * d_output).sum() + penalty).backward()
    cases.append({"peer": peer, "type": type, "keys": keys, "shapes": [list(shape) for shape in shapes],
                  "inputs": [flat(x) for x in inputs], "parameters": [flat(w) for w in weights],
                  "output_shape": list(output.shape[1:]), "output": flat(output), "d_output": flat(d_output),
                  "d_inputs": [flat(x.grad) for x in inputs], "d_parameters": [flat(w.grad) for w in weights]})


def by_torch(type, keys, shapes, work, parameters=()):
    case("torch", type, keys, shapes, work, parameters)


def by_keras_with_penalty(type, keys, shapes, layer):
    """Keras divides what a layer adds to the loss by the size of the batch; here a sample's loss counts once."""
    def work(inputs, weights):
        return layer(inputs[0]), BATCH * sum(layer.losses)

    case("keras", type, keys, shapes, work)


def by_keras(type, keys, shapes, layer, parameters=()):
    def work(inputs, weights):
        layer.build(inputs[0].shape if len(inputs) == 1 else [x.shape for x in inputs])
        given = inputs[0] if len(inputs) == 1 else inputs
        return layer.stateless_call(weights, [v.value for v in layer.non_trainable_variables], given)[0]

    case("keras", type, keys, shapes, work, parameters)


def first(x): return x.permute(0, 3, 1, 2)
def last(x): return x.permute(0, 2, 3, 1)


def image(work):
    """A function of one image, channels first, for one in convoy's order."""
    return lambda inputs, weights: last(work(first(inputs[0]), *weights))


def pools():
    k = keras.layers
    for padding in ["valid", "same"]:
        keys = {"pool": 3, "stride": 2, "padding": padding}
        if padding == "valid": by_keras("avg_pool2d", keys, [(6, 5, 2)], k.AveragePooling2D(3, 2, padding))
        by_keras("max_pool2d", keys, [(6, 5, 2)], k.MaxPooling2D(3, 2, padding))
    # Keras with TensorFlow leaves the border out of the mean; with PyTorch, as here, it repeats the image's edge instead.
    sums = lambda x: f.avg_pool2d(f.pad(x, (1, 1, 0, 1)), 3, 2)
    by_torch("avg_pool2d", {"pool": 3, "stride": 2, "padding": "same"}, [(6, 5, 2)],
             image(lambda x: sums(x) / sums(torch.ones_like(x))))
    for ceil in [False, True]:
        for shape in [(6, 5, 2), (7, 4, 1)]:
            keys = {"pool": 3, "stride": 2, "padding": 1, "ceil_mode": ceil}
            by_torch("avg_pool2d", {**keys, "count_padding": True}, [shape],
                     image(lambda x: f.avg_pool2d(x, 3, 2, 1, ceil_mode=ceil)))
            by_torch("avg_pool2d", keys, [shape],
                     image(lambda x: f.avg_pool2d(x, 3, 2, 1, ceil_mode=ceil, count_include_pad=False)))
            by_torch("max_pool2d", keys, [shape], image(lambda x: f.max_pool2d(x, 3, 2, 1, ceil_mode=ceil)))
    by_torch("avg_pool2d", {"pool": [3, 2], "stride": [2, 3], "padding": [1, 0], "ceil_mode": True}, [(5, 8, 1)],
             image(lambda x: f.avg_pool2d(x, (3, 2), (2, 3), (1, 0), ceil_mode=True, count_include_pad=False)))


def convolutions():
    def conv(**options):
        return image(lambda x, w, b: f.conv2d(x, w.permute(3, 2, 0, 1), b, **options))

    keys = {"filters": 3, "kernel": 3}
    shapes = [(3, 3, 2, 3), (3,)]
    by_torch("conv2d", {**keys, "stride": 2, "padding": 1}, [(6, 5, 2)], conv(stride=2, padding=1), shapes)
    by_torch("conv2d", {**keys, "padding": [2, 1]}, [(4, 5, 2)], conv(padding=(2, 1)), shapes)
    by_torch("conv2d", {**keys, "padding": [1, 0, 2, 1]}, [(4, 5, 2)],
             image(lambda x, w, b: f.conv2d(f.pad(x, (2, 1, 1, 0)), w.permute(3, 2, 0, 1), b)), shapes)
    by_keras("conv2d", {**keys, "stride": 2, "padding": "same"}, [(6, 5, 2)],
             keras.layers.Conv2D(3, 3, 2, "same"), shapes)
    by_torch("conv2d", {"filters": 4, "kernel": 3, "groups": 2, "padding": 1}, [(4, 5, 6)], conv(groups=2, padding=1),
             [(3, 3, 3, 4), (4,)])
    by_torch("conv2d", {"filters": 4, "kernel": 3, "groups": 2}, [(4, 5, 2)], conv(groups=2), [(3, 3, 1, 4), (4,)])
    k = keras.layers
    for stride, padding, multiplier in [(1, "same", 1), (2, "same", 1), (1, "valid", 2)]:
        keys = {"kernel": 3, "stride": stride, "padding": padding, "depth_multiplier": multiplier}
        by_keras("depthwise_conv2d", keys, [(6, 5, 2)], k.DepthwiseConv2D(3, stride, padding, multiplier),
                 [(3, 3, 2, multiplier), (2 * multiplier,)])
        by_keras("separable_conv2d", {"filters": 3, **keys}, [(6, 5, 2)],
                 k.SeparableConv2D(3, 3, stride, padding, depth_multiplier=multiplier),
                 [(3, 3, 2, multiplier), (1, 1, 2 * multiplier, 3), (3,)])
    for kernel, stride, padding in [(3, 2, "same"), (3, 2, "valid"), (2, 3, "valid"), (4, 2, "same")]:
        by_keras("conv2d_transpose", {"filters": 3, "kernel": kernel, "stride": stride, "padding": padding}, [(3, 4, 2)],
                 k.Conv2DTranspose(3, kernel, stride, padding), [(kernel, kernel, 3, 2), (3,)])
    by_torch("conv2d_transpose", {"filters": 3, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1},
             [(3, 4, 2)], image(lambda x, w, b: f.conv_transpose2d(x, w.permute(3, 2, 0, 1), b, 2, 1, 1)),
             [(3, 3, 3, 2), (3,)])


def activations():
    k = keras.layers
    shape, c = [(2, 3, 4)], keras.activations
    torch_functions = {
        "relu6": f.relu6, "elu": f.elu, "selu": f.selu, "gelu": f.gelu, "silu": f.silu, "hard_swish": f.hardswish,
        "hard_sigmoid": f.hardsigmoid, "softplus": f.softplus, "mish": f.mish,
        "gelu_tanh": lambda x: f.gelu(x, approximate="tanh"), "log_softmax": lambda x: f.log_softmax(x, -1),
        "softmax": lambda x: f.softmax(x, -1)}
    keras_functions = {
        "elu": c.elu, "selu": c.selu, "gelu": c.gelu, "silu": c.silu, "hard_swish": c.hard_silu,
        "hard_sigmoid": c.hard_sigmoid, "softplus": c.softplus, "mish": c.mish, "log_softmax": c.log_softmax,
        "gelu_tanh": lambda x: c.gelu(x, approximate=True), "leaky_relu": c.leaky_relu}
    for peer, functions in [("torch", torch_functions), ("keras", keras_functions)]:
        for name, function in functions.items():
            case(peer, name, {}, shape, lambda x, w: function(x[0]))
    by_torch("leaky_relu", {"slope": 0.01}, shape, lambda x, w: f.leaky_relu(x[0]))
    by_keras("leaky_relu", {"slope": 0.3}, shape, k.LeakyReLU())
    by_torch("elu", {"alpha": 0.5}, shape, lambda x, w: f.elu(x[0], 0.5))
    by_keras("prelu", {}, shape, k.PReLU(), [(2, 3, 4)])
    by_torch("prelu", {"slopes": "channel"}, shape, image(f.prelu), [(4,)])
    by_torch("prelu", {"slopes": "one"}, shape, image(f.prelu), [(1,)])


def shapes():
    k = keras.layers
    by_keras("zero_padding2d", {"padding": [1, 0, 2, 1]}, [(3, 2, 2)], k.ZeroPadding2D(((1, 0), (2, 1))))
    by_keras("cropping2d", {"cropping": [1, 0, 0, 2]}, [(3, 4, 2)], k.Cropping2D(((1, 0), (0, 2))))
    for name in ["nearest", "bilinear"]:
        keys = {"size": [2, 3], "interpolation": name}
        by_keras("up_sampling2d", keys, [(3, 2, 2)], k.UpSampling2D((2, 3), interpolation=name))
        by_torch("up_sampling2d", keys, [(3, 2, 2)], image(lambda x: f.interpolate(x, scale_factor=(2, 3), mode=name)))
    by_torch("adaptive_avg_pool2d", {"size": [3, 2]}, [(7, 5, 2)], image(lambda x: f.adaptive_avg_pool2d(x, (3, 2))))
    by_keras("global_max_pool", {}, [(3, 4, 2)], k.GlobalMaxPooling2D())
    by_keras("reshape", {"shape": [4, -1]}, [(3, 4, 2)], k.Reshape((4, -1)))
    by_keras_with_penalty("activity_regularization", {"l1": 0.3, "l2": 0.7}, [(3, 4, 2)],
                          k.ActivityRegularization(0.3, 0.7))
    two, three = [(2, 3, 2)] * 2, [(2, 3, 2)] * 3
    by_keras("subtract", {}, two, k.Subtract())
    by_keras("multiply", {}, three, k.Multiply())
    by_keras("multiply", {}, [(2, 3, 2), (1, 1, 2)], k.Multiply())
    by_keras("maximum", {}, three, k.Maximum())
    by_keras("average", {}, three, k.Average())


def norms():
    k = keras.layers
    images, image_of_6 = [(3, 4, 2)], [(3, 2, 6)]
    by_keras("group_norm", {"groups": 3}, image_of_6, k.GroupNormalization(3), [(6,), (6,)])
    by_torch("group_norm", {"groups": 3, "epsilon": 1e-5}, image_of_6, image(lambda x, g, b: f.group_norm(x, 3, g, b)),
             [(6,), (6,)])
    by_keras("layer_norm", {}, image_of_6, k.LayerNormalization(), [(6,), (6,)])
    by_torch("layer_norm", {"epsilon": 1e-5}, image_of_6, lambda x, w: f.layer_norm(x[0], (6,), *w), [(6,), (6,)])
    by_keras("instance_norm", {}, images, k.GroupNormalization(-1), [(2,), (2,)])
    by_torch("instance_norm", {"epsilon": 1e-5, "center": False, "scale": False}, images, image(f.instance_norm))
    by_torch("local_response_norm", {}, image_of_6, image(lambda x: f.local_response_norm(x, 5)))
    by_torch("local_response_norm", {"size": 4, "alpha": 0.3, "beta": 0.5, "k": 2}, image_of_6,
             image(lambda x: f.local_response_norm(x, 4, 0.3, 0.5, 2)))


pools()
convolutions()
activations()
shapes()
norms()

with open(os.path.join(HERE, "peers.json"), "w") as file:
    file.write('{"versions": ' + json.dumps({"keras": keras.__version__, "torch": torch.__version__}) + ',\n "cases": [\n')
    file.write(",\n".join(json.dumps(row, separators=(",", ":")) for row in cases))
    file.write("\n]}\n")
