"""Compares convoy with Keras: python tests/interop/keras_grid.py CONVOY [--short | MODEL...]

Makes small models with random weights, imports each kind of file, compares the outputs of some images, exports them
again, loads that with Keras, and compares outputs and the bytes of the weights.
"""

import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402
import numpy as np  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from keras_models import MODELS, SIZE  # noqa: E402

SHORT = ["conv_same_stride", "depthwise", "separable", "transpose_same", "dense_on_image", "batch_norm", "group_norm",
         "max_pool_same", "up_sampling_bilinear", "prelu_channel", "function_gelu", "adapted", "residual", "nested"]


def randomize(model, rng):
    """Weights as training leaves them: moving statistics too."""
    def random(variable):
        shape = variable.shape
        if "variance" in variable.path or "gamma" in variable.path:
            return rng.uniform(0.5, 2, shape)
        return rng.normal(0, 1 / np.sqrt(max(1, np.prod(shape[:-1]))), shape)

    for variable in model.variables:
        if "float" in variable.dtype and "normalization/" not in variable.path.replace("batch_normalization/", ""):
            variable.assign(random(variable).astype("float32"))
        elif "batch_normalization" in variable.path or "group_normalization" in variable.path:
            variable.assign(random(variable).astype("float32"))


def write_png(file, picture):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = picture.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pathlib.Path(file).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
                                   chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def outputs_of(convoy, model, images):
    text = subprocess.run([convoy, "predict", model, *images, "--layer", "out", "--json"], check=True,
                          capture_output=True, text=True).stdout
    rows = []
    for line in text.splitlines():
        record = json.loads(line)
        rows.append(record.get("values", record.get("outputs", record.get("out"))))
    return np.array(rows, dtype="float64").reshape(len(images), -1)


def difference(a, b):
    a = np.asarray(a, "float64").reshape(len(a), -1)
    b = np.asarray(b, "float64").reshape(len(b), -1)
    return float(np.abs(a - b).max() / max(1e-6, np.abs(b).max()))


def bytes_of(model):
    return sorted(w.tobytes() for w in model.get_weights() if w.dtype == np.float32 and w.size > 0)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())


def compare(convoy, make, folder, images, pictures):
    model = make()
    randomize(model, np.random.default_rng(7))
    expected = model.predict(pictures, verbose=0)
    worst = 0
    for ending in [".keras", ".h5"]:
        model.save(folder / ("model" + ending))
        run(convoy, "import", folder / ("model" + ending), "-o", folder / "model.safetensors")
        worst = max(worst, difference(outputs_of(convoy, folder / "model.safetensors", images), expected))
        run(convoy, "export", folder / "model.safetensors", "-o", folder / "back.keras")
        back = keras.models.load_model(folder / "back.keras")
        worst = max(worst, difference(back.predict(pictures, verbose=0), expected))
        normalizes = any(layer.__class__.__name__ == "Normalization" for layer in model.layers)
        same = normalizes or bytes_of(back) == bytes_of(model)
        if not same:
            return worst, False
        run(convoy, "import", folder / "back.keras", "-o", folder / "again.safetensors")
        worst = max(worst, difference(outputs_of(convoy, folder / "again.safetensors", images), expected))
    return worst, True


def main():
    convoy = os.path.abspath(sys.argv[1])
    names = SHORT if sys.argv[2:] == ["--short"] else sys.argv[2:] or list(MODELS)
    worst, failed = 0, []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        pictures = np.random.default_rng(3).integers(0, 256, (4, SIZE, SIZE, 3), dtype="uint8")
        images = [str(folder / f"{i}.png") for i in range(len(pictures))]
        for picture, image in zip(pictures, images):
            write_png(image, picture)
        for name in names:
            keras.backend.clear_session()
            try:
                got, same = compare(convoy, MODELS[name], folder, images, pictures.astype("float32"))
                note = "" if same and got < 1e-5 else "  <-- " + ("" if same else "weights differ")
            except Exception as error:  # the others are still to be compared
                got, note = float("nan"), f"  <-- {type(error).__name__}: {error}"
            print(f"{name:24} {got:.2e}{note}", flush=True)
            if note:
                failed.append(name)
            else:
                worst = max(worst, got)
    print(f"{len(names)} models, largest relative difference {worst:.2e}, failed: {failed or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
