#!/usr/bin/env python3
"""Makes the golden values of the documents' two CNNs with PyTorch. Run by hand, never by ctest:

    python3 tests/golden/generate.py             the files in this folder: seeds 1, 2 and 3
    python3 tests/golden/generate.py --out DIR   seeds 1 to 20; CONVOY_GOLDEN=DIR has the test read them

(needs torch and numpy, Debian: python3-torch python3-numpy; half an hour of one core)

Initial weights come from Philox, which the test draws again in C++; batches are the first 20 x 32 training images of the
bundled MNIST, in file order. Batch norm is Keras's: epsilon 1e-3, momentum 0.99, moving variance over n. Adam is Keras's:
epsilon outside the bias correction. Written: after step 1 with Adam every gradient, parameter and moving statistic (of a
large tensor a part, see `sample`); and the losses of steps 1 to 20 with Adam (1e-3) and with SGD (3e-4; a larger rate makes
the flagship chaotic, and rounding then decides on its losses).

Every value is computed in double, and comes with a distance: how far from it float32 is when PyTorch computes, relative to
the value or to the tensor's norm. The test allows convoy a multiple of it, which golden_test.cpp derives. One float32 run
says little: it may be near the double by chance, and now and then a rounding puts a number on the other side of a ReLU's
zero, or makes another number the largest of a pooling window, and from there on the losses are ten or a hundred times
further apart. So a distance is the largest of 100 runs: seeds 1 to 20, each with five orders of adding up the same numbers
(with oneDNN and without it, and with the samples of each batch in three other orders). An error of the weights stays, so
the distance of a loss is the largest of the steps up to it.
"""
import argparse, gzip, json, math, os, struct
import numpy as np, torch, torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
MNIST = os.path.join(HERE, "../../data/mnist")
STEPS, BATCH, SEEDS, COMMITTED = 20, 32, 20, 3
MOST_SAMPLED = 4096
torch.set_num_threads(1)


def philox(key, counters):
    """Philox4x32-10 (Salmon et al. 2011): counters is uint64 of shape (n, 4)."""
    c = counters.astype(np.uint64)
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * c[:, 0], np.uint64(0xCD9E8D57) * c[:, 2]
        high, low = np.uint64(32), np.uint64(0xFFFFFFFF)
        c = np.stack([(b >> high) ^ c[:, 1] ^ np.uint64(k0), b & low, (a >> high) ^ c[:, 3] ^ np.uint64(k1), a & low], 1)
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c.astype(np.uint32)


def uniform(seed, index, count):
    """The first numbers of convoy's Random(seed, Purpose::initial_weights, index)."""
    blocks = (count + 3) // 4
    counters = np.zeros((blocks, 4), np.uint64)
    counters[:, 0], counters[:, 1], counters[:, 3] = np.arange(blocks), index, 1
    words = philox(seed, counters).reshape(-1)[:count]
    return (words >> 8).astype(np.float32) * np.float32(2.0**-24)


def glorot(seed, index, shape):
    field = int(np.prod(shape[:-2])) if len(shape) > 2 else 1
    limit = np.float32(math.sqrt(3.0 * (2.0 / (field * shape[-2] + field * shape[-1]))))
    return (limit * (2 * uniform(seed, index, int(np.prod(shape))) - 1)).reshape(shape)


class Net:
    """Layers in Keras's layouts: images NHWC, kernels HWIO and (inputs, units)."""

    def __init__(self, layers, input_shape, seed, dtype):
        self.layers, self.parameters, self.states = layers, {}, {}
        shape, index = list(input_shape), 0
        for kind, name, *size in layers:
            if kind == "bn":
                for tensor, value in (("gamma", 1.0), ("beta", 0.0)):
                    self.parameters[f"{name}/{tensor}"] = np.full(shape[-1], value)
                    index += 1
                self.states[f"{name}/moving_mean"] = torch.zeros(shape[-1], dtype=dtype)
                self.states[f"{name}/moving_variance"] = torch.ones(shape[-1], dtype=dtype)
            elif kind == "conv":
                self.parameters[f"{name}/kernel"] = glorot(seed, index, (3, 3, shape[-1], size[0]))
                self.parameters[f"{name}/bias"] = np.zeros(size[0])
                index += 2
                shape = [shape[0] - 2, shape[1] - 2, size[0]]
            elif kind == "pool":
                shape = [shape[0] // 2, shape[1] // 2, shape[2]]
            elif kind == "dense":
                self.parameters[f"{name}/kernel"] = glorot(seed, index, (int(np.prod(shape)), size[0]))
                self.parameters[f"{name}/bias"] = np.zeros(size[0])
                index += 2
        self.parameters = {k: torch.tensor(v, dtype=dtype, requires_grad=True) for k, v in self.parameters.items()}

    def forward(self, x):
        p = self.parameters
        for kind, name, *_ in self.layers:
            if kind == "bn":
                axes = tuple(range(x.dim() - 1))
                mean, variance = x.mean(axes), x.var(axes, unbiased=False)
                x = p[f"{name}/gamma"] * (x - mean) / torch.sqrt(variance + 1e-3) + p[f"{name}/beta"]
                for state, value in (("moving_mean", mean), ("moving_variance", variance)):
                    self.states[f"{name}/{state}"] = 0.99 * self.states[f"{name}/{state}"] + 0.01 * value.detach()
            elif kind == "conv":
                y = F.conv2d(x.permute(0, 3, 1, 2), p[f"{name}/kernel"].permute(3, 2, 0, 1), p[f"{name}/bias"])
                x = F.relu(y).permute(0, 2, 3, 1)
            elif kind == "pool":
                x = F.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
            elif kind == "dense":
                x = x.reshape(len(x), -1) @ p[f"{name}/kernel"] + p[f"{name}/bias"]
        return x


class Adam:
    def __init__(self):
        self.m, self.v, self.t = {}, {}, 0

    def step(self, parameters):
        self.t += 1
        rate = 1e-3 * math.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        for k, w in parameters.items():
            m, v = self.m.get(k, torch.zeros_like(w)), self.v.get(k, torch.zeros_like(w))
            self.m[k], self.v[k] = m + 0.1 * (w.grad - m), v + 0.001 * (w.grad**2 - v)
            w.data -= rate * self.m[k] / (torch.sqrt(self.v[k]) + 1e-7)


class SGD:
    def step(self, parameters):
        for w in parameters.values():
            w.data -= 3e-4 * w.grad


def mnist(dtype):
    with gzip.open(os.path.join(MNIST, "train-images-idx3-ubyte.gz")) as f:
        x = np.frombuffer(f.read(16 + STEPS * BATCH * 784), np.uint8, offset=16)
    with gzip.open(os.path.join(MNIST, "train-labels-idx1-ubyte.gz")) as f:
        y = np.frombuffer(f.read(8 + STEPS * BATCH), np.uint8, offset=8)
    x = x.astype(np.float32) * np.float32(1 / 255)  # the float32 that the network sees, also in double
    return torch.tensor(x.reshape(-1, 28, 28, 1), dtype=dtype), torch.tensor(y.astype(np.int64))


def sample(tensor):
    """The first number of a tensor and every stride-th after it: the smallest stride that leaves no more than 4096 and
    shares no factor with the size, so that it meets every row and every column."""
    values = tensor.detach().double().numpy().reshape(-1)
    stride = -(-values.size // MOST_SAMPLED)
    while math.gcd(stride, values.size) > 1:
        stride += 1
    return values[::stride]


def train(layers, optimizer, seed, dtype, orders=None):
    """The losses, and samples of the tensors after step 1. `orders` draws the order of the samples in each batch."""
    net, losses, tensors = Net(layers, (28, 28, 1), seed, dtype), [], {}
    x, y = mnist(dtype)
    for step in range(STEPS):
        batch = step * BATCH + (np.arange(BATCH) if orders is None else orders.permutation(BATCH))
        for w in net.parameters.values():
            w.grad = None
        loss = F.cross_entropy(net.forward(x[batch]), y[batch])
        loss.backward()
        optimizer.step(net.parameters)
        losses.append(loss.item())
        if step == 0:
            for k, w in net.parameters.items():
                tensors["gradient/" + k], tensors["parameter/" + k] = sample(w.grad), sample(w)
            for k, s in net.states.items():
                tensors["state/" + k] = sample(s)
    return np.array(losses), tensors


def float32_runs(layers, optimizer, seed):
    yield train(layers, optimizer(), seed, torch.float32)
    with torch.backends.mkldnn.flags(enabled=False):
        yield train(layers, optimizer(), seed, torch.float32)
    for order in range(3):
        yield train(layers, optimizer(), seed, torch.float32, np.random.default_rng(order))


def golden_of(layers, seed):
    """The values of one seed, and by the same names how far the float32 runs are from them."""
    golden, distances = {}, {}
    for name, optimizer in (("adam", Adam), ("sgd", SGD)):
        losses, tensors = train(layers, optimizer(), seed, torch.float64)
        runs = list(float32_runs(layers, optimizer, seed))
        golden["losses/" + name] = losses
        distances["losses/" + name] = np.max([abs(run[0] / losses - 1) for run in runs], 0)
        if name == "adam":
            for k, values in tensors.items():
                golden[k] = values
                distances[k] = max(np.linalg.norm(run[1][k] - values) for run in runs) / np.linalg.norm(values)
        print(f"seed {seed}, {name}: float32 differs by {distances['losses/' + name]}", flush=True)
    return golden, distances


def largest(distances):
    """Of all seeds; of losses, also of the steps before."""
    pooled = {k: np.atleast_1d(np.max([d[k] for d in distances], 0)) for k in distances[0]}
    return {"distance/" + k: np.maximum.accumulate(v) for k, v in pooled.items()}


def save(path, tensors):
    header, data = {}, b""
    for name, values in tensors.items():
        array = np.asarray(values, dtype="<f4")
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


MODELS = {
    "mnist_cnn": [("conv", "conv1", 32), ("bn", "bn1"), ("conv", "conv2", 64), ("bn", "bn2"), ("dense", "dense", 10)],
    "mnist_bn_maxpool": [("bn", "bn0"), ("conv", "conv1", 32), ("pool", ""), ("bn", "bn1"), ("conv", "conv2", 64), ("pool", ""),
                         ("bn", "bn2"), ("dense", "dense", 10)],
}

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", help="write all seeds to this folder")
out = arguments.parse_args().out
if out:
    os.makedirs(out, exist_ok=True)
for name, layers in MODELS.items():
    print(name)
    golden, distances = zip(*[golden_of(layers, seed) for seed in range(1, SEEDS + 1)])
    for seed in range(1, (SEEDS if out else COMMITTED) + 1):
        save(os.path.join(out or HERE, f"{name}.{seed}.safetensors"), {**golden[seed - 1], **largest(distances)})
