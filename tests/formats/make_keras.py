"""Makes tests/formats/keras again: python tests/formats/make_keras.py (with Keras 3, h5py, and PyTorch as its backend).

Small models with random weights, in each kind of file, and what they give for two samples, whose numbers are
(37 i + 11 n) mod 256, number i of sample n.
"""

import json
import os
import pathlib
import zipfile

os.environ["KERAS_BACKEND"] = "torch"
import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "keras"


def samples(shape):
    size = int(np.prod(shape))
    rows = [[(37 * i + 11 * n) % 256 for i in range(size)] for n in range(2)]
    return np.array(rows, "float32").reshape(2, *shape)


def randomize(model):
    rng = np.random.default_rng(5)
    for variable in model.variables:
        if "float" not in variable.dtype:
            continue
        if "variance" in variable.path or "gamma" in variable.path:
            values = rng.uniform(0.5, 2, variable.shape)
        else:
            values = rng.normal(0, 1 / np.sqrt(max(1, np.prod(variable.shape[:-1]))), variable.shape)
        variable.assign(values.astype("float32"))
    return model


def sequential():
    return randomize(keras.Sequential([
        keras.Input((8, 8, 1)),
        L.Rescaling(1 / 255),
        L.Conv2D(4, 3, activation="relu", name="conv1"),
        L.BatchNormalization(scale=False, name="norm"),
        L.MaxPooling2D(),
        L.Flatten(),
        L.Dropout(0.5),
        L.Dense(3, activation="softmax", name="dense"),
    ], name="small"))


def one_step():
    """A model without dropout, and its weights, by convoy's names, after a step of SGD on the two samples."""
    model = randomize(keras.Sequential([
        keras.Input((8, 8, 1)),
        L.Conv2D(4, 3, activation="relu", name="conv1"),
        L.BatchNormalization(name="norm"),
        L.MaxPooling2D(),
        L.Flatten(),
        L.Dense(3, activation="softmax", name="dense"),
    ], name="step"))
    model.compile(keras.optimizers.SGD(0.125), "sparse_categorical_crossentropy")
    model.save(FOLDER / "step.keras", include_optimizer=False)
    model.train_on_batch(samples((8, 8, 1)) / 255, np.array([2, 0]))
    return {"/".join(variable.path.split("/")[-2:]): variable.numpy().ravel().tolist() for variable in model.variables
            if "float" in variable.dtype}


def graph():
    block_input = keras.Input((6, 6, 4))
    y = L.DepthwiseConv2D(3, padding="same", depth_multiplier=1)(block_input)
    y = L.BatchNormalization(center=False)(y)
    block = keras.Model(block_input, L.Add()([L.LeakyReLU(negative_slope=0.1)(y), block_input]), name="block")
    x = keras.Input((8, 8, 3))
    z = L.Rescaling(1 / 127.5, -1)(x)
    z = block(L.Conv2D(4, 3)(z))
    a = L.SeparableConv2D(3, 3, strides=2, padding="same", activation="silu")(z)
    b = L.Conv2D(3, 1, strides=2, use_bias=False)(z)
    b = L.PReLU(shared_axes=[1, 2])(L.GroupNormalization(3)(b))
    z = L.Concatenate()([b, L.Subtract()([a, b]), L.Maximum()([a, b])])
    z = L.Conv2DTranspose(4, 2, strides=2, activation="tanh")(z)
    z = L.LayerNormalization()(L.AveragePooling2D(2)(L.ZeroPadding2D(((1, 0), (0, 1)))(z)))
    return randomize(keras.Model(x, L.Dense(2, name="out")(L.GlobalMaxPooling2D()(z)), name="graph"))


def keras2(model):
    """The file that Keras 2 would have made of sequential(): a functional model in its words."""
    def layer(class_name, name, before, **config):
        nodes = [[[before, 0, 0, {}]]] if before else []
        return {"class_name": class_name, "name": name, "inbound_nodes": nodes,
                "config": {"name": name, "trainable": True, "dtype": "float32", **config}}

    channels = {"data_format": "channels_last"}
    layers = [
        layer("InputLayer", "input_1", "", batch_input_shape=[None, 8, 8, 1], sparse=False),
        layer("Rescaling", "rescaling", "input_1", scale=1 / 255, offset=0.0),
        layer("Conv2D", "conv1", "rescaling", filters=4, kernel_size=[3, 3], strides=[1, 1], padding="valid",
              dilation_rate=[1, 1], groups=1, activation="relu", use_bias=True, **channels),
        layer("BatchNormalization", "norm", "conv1", axis=[3], momentum=0.99, epsilon=0.001, center=True, scale=False),
        layer("MaxPooling2D", "pool", "norm", pool_size=[2, 2], strides=[2, 2], padding="valid", **channels),
        layer("Flatten", "flatten", "pool", **channels),
        layer("Dropout", "dropout", "flatten", rate=0.5, noise_shape=None, seed=None),
        layer("Dense", "dense", "dropout", units=3, activation="softmax", use_bias=True),
    ]
    config = {"name": "small", "layers": layers, "input_layers": [["input_1", 0, 0]],
              "output_layers": [["dense", 0, 0]]}
    variables = {"conv1": ["kernel", "bias"], "norm": ["beta", "moving_mean", "moving_variance"],
                 "dense": ["kernel", "bias"]}
    with h5py.File(FOLDER / "keras2.h5", "w") as file:
        file.attrs["keras_version"] = "2.4.0"
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": config})
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([one["name"].encode() for one in layers])
        for one in layers:
            names = [f"{one['name']}/{name}:0".encode() for name in variables.get(one["name"], [])]
            values = model.get_layer(one["name"]).get_weights() if names else []
            inner = group.create_group(one["name"])
            inner.attrs["weight_names"] = np.array(names) if names else []
            for name, value in zip(names, values):
                inner.create_dataset(name.decode(), data=value)


def deflate(file):
    """Keras stores what it writes; here it should be small."""
    with zipfile.ZipFile(file) as stored:
        entries = {name: stored.read(name) for name in stored.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


def compress(compression):
    """small.weights.h5 with its numbers compressed by one of h5py's ways; only what has numbers is there."""
    with h5py.File(FOLDER / "small.weights.h5") as plain, h5py.File(FOLDER / f"{compression}.weights.h5", "w", libver="latest") as file:
        def copy(name, item):
            if isinstance(item, h5py.Dataset) and item.ndim > 0:
                file.create_dataset(name, data=item[()], compression=compression, shuffle=True)

        plain.visititems(copy)


def main():
    FOLDER.mkdir(exist_ok=True)
    outputs = {}
    small = sequential()
    small.compile("sgd", "sparse_categorical_crossentropy")
    small.save(FOLDER / "sequential.keras", include_optimizer=False)
    small.save(FOLDER / "legacy.h5", include_optimizer=False)
    small.save_weights(FOLDER / "small.weights.h5")
    compress("gzip")
    compress("lzf")
    keras2(small)
    wide = graph()
    wide.save(FOLDER / "graph.keras")
    outputs["step"] = one_step()
    for file in ["sequential.keras", "graph.keras", "step.keras"]:
        deflate(FOLDER / file)
    for model, files in [(small, ["sequential.keras", "legacy.h5", "keras2.h5", "small.weights.h5"]),
                         (wide, ["graph.keras"])]:
        given = model.predict(samples(model.input_shape[1:]), verbose=0).astype("float64").reshape(-1).tolist()
        outputs.update({file: given for file in files})
    (FOLDER / "outputs.json").write_text(json.dumps(outputs, indent=1) + "\n")


main()
