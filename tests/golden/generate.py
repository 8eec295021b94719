#!/usr/bin/env python3
"""Makes the golden values of the documents' two CNNs with PyTorch in double precision. Run by hand, never by ctest:

    python3 tests/golden/generate.py        (needs torch and numpy, Debian: python3-torch python3-numpy)

Initial weights come from Philox, which the test draws again in C++; batches are the first 20 x 32 training images of the
bundled MNIST, in file order. Batch norm is Keras's: epsilon 1e-3, momentum 0.99, moving variance over n. Adam is Keras's:
epsilon outside the bias correction. Written: after step 1 with Adam every gradient, parameter and moving statistic; and the
losses of steps 1 to 20 with Adam (1e-3) and with SGD (3e-4; a larger rate makes the
flagship chaotic, and rounding then decides on its losses).
"""
import gzip, json, math, os, struct
import numpy as np, torch, torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
MNIST = os.path.join(HERE, "../../data/mnist")
# Of seeds 1 to 60 the one furthest from the tolerances, with AVX2 and without: Adam's first step is the gradient's sign, so a
# gradient near 0 lets rounding decide on it, and one that is a sum of cancelling terms magnifies rounding.
SEED, STEPS, BATCH = 55, 20, 32
torch.set_default_dtype(torch.float64)


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


def uniform(index, count):
    """The first numbers of convoy's Random(SEED, Purpose::initial_weights, index)."""
    blocks = (count + 3) // 4
    counters = np.zeros((blocks, 4), np.uint64)
    counters[:, 0], counters[:, 1], counters[:, 3] = np.arange(blocks), index, 1
    words = philox(SEED, counters).reshape(-1)[:count]
    return (words >> 8).astype(np.float32) * np.float32(2.0**-24)


def glorot(index, shape):
    field = int(np.prod(shape[:-2])) if len(shape) > 2 else 1
    limit = np.float32(math.sqrt(3.0 * (2.0 / (field * shape[-2] + field * shape[-1]))))
    return (limit * (2 * uniform(index, int(np.prod(shape))) - 1)).astype(np.float64).reshape(shape)


class Net:
    """Layers in Keras's layouts: images NHWC, kernels HWIO and (inputs, units)."""

    def __init__(self, layers, input_shape):
        self.layers, self.parameters, self.states = layers, {}, {}
        shape, index = list(input_shape), 0
        for kind, name, *size in layers:
            if kind == "bn":
                for tensor, value in (("gamma", 1.0), ("beta", 0.0)):
                    self.parameters[f"{name}/{tensor}"] = np.full(shape[-1], value)
                    index += 1
                self.states[f"{name}/moving_mean"] = torch.zeros(shape[-1])
                self.states[f"{name}/moving_variance"] = torch.ones(shape[-1])
            elif kind == "conv":
                self.parameters[f"{name}/kernel"] = glorot(index, (3, 3, shape[-1], size[0]))
                self.parameters[f"{name}/bias"] = np.zeros(size[0])
                index += 2
                shape = [shape[0] - 2, shape[1] - 2, size[0]]
            elif kind == "pool":
                shape = [shape[0] // 2, shape[1] // 2, shape[2]]
            elif kind == "dense":
                self.parameters[f"{name}/kernel"] = glorot(index, (int(np.prod(shape)), size[0]))
                self.parameters[f"{name}/bias"] = np.zeros(size[0])
                index += 2
        self.parameters = {k: torch.tensor(v, requires_grad=True) for k, v in self.parameters.items()}

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


def mnist():
    with gzip.open(os.path.join(MNIST, "train-images-idx3-ubyte.gz")) as f:
        x = np.frombuffer(f.read(16 + STEPS * BATCH * 784), np.uint8, offset=16)
    with gzip.open(os.path.join(MNIST, "train-labels-idx1-ubyte.gz")) as f:
        y = np.frombuffer(f.read(8 + STEPS * BATCH), np.uint8, offset=8)
    # The float32 that the network sees, in double.
    x = (x.astype(np.float32) * np.float32(1 / 255)).astype(np.float64)
    return torch.tensor(x.reshape(-1, 28, 28, 1)), torch.tensor(y.astype(np.int64))


def train(layers, optimizer, after_first=None):
    net, losses = Net(layers, (28, 28, 1)), []
    x, y = mnist()
    for step in range(STEPS):
        batch = slice(step * BATCH, (step + 1) * BATCH)
        for w in net.parameters.values():
            w.grad = None
        loss = F.cross_entropy(net.forward(x[batch]), y[batch])
        loss.backward()
        optimizer.step(net.parameters)
        losses.append(loss.item())
        if step == 0 and after_first is not None:
            for k, w in net.parameters.items():
                after_first["gradient/" + k], after_first["parameter/" + k] = w.grad.clone(), w.detach().clone()
            for k, s in net.states.items():
                after_first["state/" + k] = s.clone()
    return losses


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

for name, layers in MODELS.items():
    golden = {}
    golden["losses/adam"] = train(layers, Adam(), golden)
    golden["losses/sgd"] = train(layers, SGD())
    save(os.path.join(HERE, name + ".safetensors"), golden)
    print(name, "adam", golden["losses/adam"][0], "...", golden["losses/adam"][-1], "sgd", golden["losses/sgd"][-1])
