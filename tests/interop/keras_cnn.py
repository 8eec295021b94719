#!/usr/bin/env python3
"""The documents' Keras CNN, there and back: Keras trains it, convoy imports it, counts the same right test images, trains
one more epoch from its weights and exports it, and Keras counts the same again. Run by hand, never by ctest:

    KERAS_BACKEND=torch python3 tests/interop/keras_cnn.py build/release/convoy [TRAINING IMAGES]

Ends with exit code 0 where both counts agree."""
import gzip, json, os, re, subprocess, sys, tempfile
import keras, numpy as np
from keras import layers

convoy = os.path.abspath(sys.argv[1])
images = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def idx(name):
    path = os.path.join(root, "data/mnist", name)
    data = gzip.open(path + ".gz").read() if os.path.exists(path + ".gz") else open(path, "rb").read()
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def run(*arguments):
    print("$ convoy", *arguments)
    done = subprocess.run([convoy, *arguments], capture_output=True, text=True, cwd=root)
    if done.returncode: sys.exit(done.stderr)
    return done.stdout


def right_in_keras(model):
    outputs = model.predict(x_test, batch_size=256, verbose=0)
    return int((outputs.argmax(1) == y_test).sum())


def right_in_convoy(model):
    shown = run("eval", model, "--data", "data/mnist", "--json")
    accuracy = json.loads(shown)["accuracy"]
    return round(accuracy * len(y_test))


x_train, y_train = idx("train-images-idx3-ubyte")[..., None], idx("train-labels-idx1-ubyte")
x_test, y_test = idx("t10k-images-idx3-ubyte")[..., None], idx("t10k-labels-idx1-ubyte")
keras.utils.set_random_seed(1)
model = keras.Sequential([
    keras.Input((28, 28, 1)), layers.Rescaling(1 / 255),
    layers.Conv2D(32, 3, activation="relu", name="conv1"), layers.BatchNormalization(name="bn1"),
    layers.Conv2D(64, 3, activation="relu", name="conv2"), layers.BatchNormalization(name="bn2"),
    layers.Flatten(name="flatten"), layers.Dense(10, activation="softmax", name="output")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train[:images], y_train[:images], batch_size=32, epochs=1, verbose=0)

with tempfile.TemporaryDirectory() as folder:
    file = lambda name: os.path.join(folder, name)
    model.save(file("there.keras"))
    print(run("import", file("there.keras"), "-o", file("there.safetensors")), end="")
    there = (right_in_keras(model), right_in_convoy(file("there.safetensors")))
    print("right of", len(y_test), "in Keras, in convoy:", *there)
    run("train", "configs/mnist_cnn.toml", "--from", file("there.safetensors"), "-s", "train.epochs=1", "-s", f"data.limit={images}",
        "--out", file("run"))
    run("export", file("run"), "-o", file("back.keras"))
    back = (right_in_convoy(os.path.join(folder, "run/best.safetensors")), right_in_keras(keras.models.load_model(file("back.keras"))))
    print("after one more epoch in convoy: right in convoy, in Keras:", *back)
sys.exit(0 if there[0] == there[1] and back[0] == back[1] else 1)
