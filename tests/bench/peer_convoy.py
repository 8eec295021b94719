#!/usr/bin/env python3
"""Times a network in convoy."""
import json
import subprocess
import sys

from peer import INFER, TRAIN, arguments

options = arguments(__doc__, "CONVOY:MODEL, the program and what it is to time")
convoy, model = options.file.split(":")


def bench(batch):
    command = [convoy, "bench", model, "--threads", str(options.threads), "--batch", str(batch), "--seconds",
               str(max(1, round(2 * options.seconds))), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


results = {batch: bench(batch) for batch in sorted({*TRAIN, *INFER} - {1})}
cells = {f"train@{batch}": {"": results[batch]["train_us_per_image"]} for batch in TRAIN}
cells |= {f"infer@{batch}": {"": results[batch]["infer_us_per_image"]} for batch in INFER if batch > 1}
cells["infer@1"] = {"": results[32]["infer_one_us"]}
print(json.dumps({"peer": "convoy", "cells": cells, "cpu": results[32]["cpu"], "isa": results[32]["isa"]}))
