#!/usr/bin/env python3
"""Times convoy and its peers in turns: see compare_peers.sh."""
import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from compare_chart import draw

HERE = pathlib.Path(__file__).parent
PEERS = {"torch": "py", "keras": "keras", "onnx": "onnx"}  # and what of an export each takes
TITLES = {"train@32": "training, batch 32", "train@128": "training, batch 128", "infer@1": "inference, one image",
          "infer@32": "inference, batch 32", "infer@256": "inference, batch 256"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--convoy", default="build/release/convoy")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1, help="for each time")
    parser.add_argument("--models", default="mnist_cnn,mnist_bn_maxpool,mnist_residual", help="of configs/")
    parser.add_argument("--chart", default=str(HERE / "compare_peers.svg"))
    return parser.parse_args()


def run(options, peer, file, only=None):
    """What a peer's script prints; nothing where its framework is not installed."""
    python = sys.executable if peer == "convoy" else os.environ.get("PYTHON", "python3")
    command = [python, str(HERE / f"peer_{peer}.py"), file, "--threads", str(options.threads), "--seconds",
               str(options.seconds)]
    done = subprocess.run(command + (["--only", json.dumps(only)] if only else []), capture_output=True, text=True)
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    if "ModuleNotFoundError" in done.stderr:
        return None
    sys.exit(f"{' '.join(command)}:\n{done.stderr}")


def export(options, model, folder):
    """Trains the network for a few steps, and writes what each peer reads; the names of the files by peer."""
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    trained = folder / model
    subprocess.run([options.convoy, "train", f"configs/{model}.toml", "-s", "data.limit=64", "-s", "data.validation=0", "-s",
                    "train.epochs=1", "--out", trained], **quiet)
    files = {}
    for peer, kind in PEERS.items():
        file = trained / f"{model}.{'safetensors' if peer == 'torch' else kind}"
        subprocess.run([options.convoy, "export", trained, "--to", peer, "-o", file], **quiet)
        files[peer] = str(file.with_suffix("." + kind))
    return files


def fastest(cells):
    """The fastest setting of each cell."""
    return {cell: [min(settings, key=settings.get)] for cell, settings in cells.items()}


def measure(options, model, folder):
    """Rounds of (convoy's times, the peer's) for each peer. The first round finds the fastest settings of a peer."""
    files = export(options, model, folder)
    pairs, only = {}, {}
    for number in range(options.rounds):
        for peer, file in files.items():
            print(f"round {number + 1} of {options.rounds}: {model}, {peer}", file=sys.stderr)
            ours = run(options, "convoy", f"{options.convoy}:configs/{model}.toml")
            theirs = run(options, peer, file, only.get(peer))
            if theirs is None:
                continue
            only.setdefault(peer, fastest(theirs["cells"]))
            pairs.setdefault(peer, []).append((ours, theirs))
    return pairs


def row(model, cell, pairs):
    """The medians of one cell: convoy's, each peer's, and how many times as long the fastest peer takes."""
    ours = statistics.median(mine["cells"][cell][""] for rounds in pairs.values() for mine, _ in rounds)
    times, ratios = {}, {}
    for peer, rounds in pairs.items():
        measured = [(mine["cells"][cell][""], min(its["cells"][cell].values())) for mine, its in rounds if cell in its["cells"]]
        if not measured:
            continue
        times[peer] = statistics.median(its for _, its in measured)
        ratios[peer] = statistics.median(its / mine for mine, its in measured)  # both met the machine in the same mood
    return {"model": model, "title": TITLES[cell], "convoy": ours, "peers": times, "ratios": ratios}


def main():
    options = arguments()
    rows, versions, machine, settings = [], {}, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for model in options.models.split(","):
            pairs = measure(options, model, pathlib.Path(folder))
            rows += [row(model, cell, pairs) for cell in TITLES]
            for peer, rounds in pairs.items():
                machine = rounds[0][0]
                versions[peer] = rounds[0][1]["peer"]
                settings[model, peer] = fastest(rounds[0][1]["cells"])
    names = list(versions)
    print(f"{'us an image':44}{'convoy':>9}" + "".join(f"{peer:>9}" for peer in names) + f"{'lead':>7}")
    for line in rows:
        peers = "".join(f"{line['peers'][peer]:9.0f}" if peer in line["peers"] else f"{'':9}" for peer in names)
        print(f"{line['model'] + ', ' + line['title']:44}{line['convoy']:9.1f}{peers}{min(line['ratios'].values()):6.2f}x")
    for (model, peer), of in settings.items():
        print(f"{model}, fastest settings of {versions[peer]}: " + "; ".join(f"{c}: {s[0]}" for c, s in of.items() if s[0]))
    caption = (f"{datetime.date.today()}, {machine['cpu']} ({machine['isa']}), {options.threads} threads, "
               f"{', '.join(versions.values())}, medians of {options.rounds} rounds")
    print(caption)
    draw(options.chart, rows, versions, caption)


main()
