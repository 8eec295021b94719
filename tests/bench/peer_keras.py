#!/usr/bin/env python3
"""Times a network in Keras on TensorFlow, with and without XLA, and with one or 20 steps an execution."""
import itertools
import os

from peer import INFER, TRAIN, Cells, arguments

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
options = arguments(__doc__, "the .keras file that convoy exported")
import keras
import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(options.threads)
tf.config.threading.set_inter_op_parallelism_threads(options.threads)


def network():
    return keras.models.load_model(options.file)


def images(count):
    return np.random.default_rng(0).random((count, *network().input_shape[1:]), np.float32) * 255


def training(batch, xla, steps):
    """What fit does for `steps` batches, without its start."""
    net = network()
    net.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                jit_compile=xla, steps_per_execution=steps)
    net.make_train_function()
    batches = iter(tf.data.Dataset.from_tensors((tf.constant(images(batch)), tf.constant(np.arange(batch) % 10))).repeat())
    return lambda: net.train_function(batches)


def inference(batch, xla):
    net = network()
    forward = tf.function(lambda x: net(x, training=False), jit_compile=xla)
    x = tf.constant(images(batch))
    return lambda: forward(x).numpy()


cells = Cells(options)
for name, xla in (("graph", False), ("XLA", True)):
    for batch, steps in itertools.product(TRAIN, (1, 20)):
        cells.time("train", batch, f"{name}, steps {steps}", lambda: training(batch, xla, steps), steps)
    for batch in INFER:
        cells.time("infer", batch, name, lambda: inference(batch, xla))
cells.report(f"Keras {keras.__version__} on TensorFlow {tf.__version__}")
