#!/usr/bin/env python3
"""Times a network in ONNX Runtime, which only infers."""
import numpy as np

from peer import INFER, Cells, arguments

options = arguments(__doc__, "the .onnx file that convoy exported")
import onnxruntime

settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads = options.threads
settings.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(options.file, settings, providers=["CPUExecutionProvider"])
given = session.get_inputs()[0]


def inference(batch):
    x = np.random.default_rng(0).random((batch, *given.shape[1:]), np.float32) * 255
    return lambda: session.run(None, {given.name: x})


cells = Cells(options)
for batch in INFER:
    cells.time("infer", batch, "", lambda: inference(batch))
cells.report(f"ONNX Runtime {onnxruntime.__version__}")
