"""What the scripts that time convoy's peers share: their arguments, random samples, timing. No framework is imported here.

Each prints one JSON object: {"peer": name and version, "cells": {cell: {setting: microseconds an image}}}. Cells are
train@32, train@128, infer@1, infer@32 and infer@256, where the number is the batch; the time is the median of single steps.
"""
import argparse
import json
import os
import time

TRAIN, INFER = (32, 128), (1, 32, 256)


def arguments(doc, file):
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("file", help=file)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1, help="that each setting of each cell is timed")
    parser.add_argument("--only", default="", help="JSON: the settings to time, a list for each cell; all without it")
    options = parser.parse_args()
    options.only = json.loads(options.only) if options.only else None
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    return options


class Cells:
    """Times the cells that are wanted, and prints them."""

    def __init__(self, options):
        self.options = options
        self.cells = {}

    def wants(self, cell, setting):
        return self.options.only is None or setting in self.options.only.get(cell, [])

    def time(self, kind, batch, setting, make, steps=1):
        """`make` prepares the work, steps of `batch` images, and returns the function that does it."""
        cell = f"{kind}@{batch}"
        if not self.wants(cell, setting):
            return
        work = make()
        for _ in range(3):
            work()
        times = []
        end = time.perf_counter() + self.options.seconds
        while time.perf_counter() < end or len(times) < 5:
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        self.cells.setdefault(cell, {})[setting] = sorted(times)[len(times) // 2] / (steps * batch) * 1e6

    def report(self, peer):
        print(json.dumps({"peer": peer, "cells": self.cells}))
