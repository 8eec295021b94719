#!/usr/bin/env python3
"""Prints what compare_torch.sh measured as a table, and draws it:   compare_table.py RESULTS CHART.svg"""
import collections
import datetime
import json
import statistics
import sys

KINDS = {"train_us_per_image": "training, batch 32", "infer_us_per_image": "inference, batch 32",
         "infer_one_us": "inference, one image"}
COLOURS = {"convoy": "#2563a8", "PyTorch": "#c9793a"}

runs = collections.defaultdict(list)
for line in open(sys.argv[1]):
    model, peer, result = line.rstrip("\n").split("\t")
    runs[model, peer].append(json.loads(result))


def median(model, peer, kind):
    return statistics.median(run[kind] for run in runs[model, peer])


def ratio(model, kind):
    """The median over the rounds: both sides of one round met the machine in the same mood."""
    rounds = zip(runs[model, "convoy"], runs[model, "torch nchw"], runs[model, "torch nhwc"])
    return statistics.median(min(nchw[kind], nhwc[kind]) / ours[kind] for ours, nchw, nhwc in rounds)


rows = []
for model in dict.fromkeys(model for model, _ in runs):
    for kind, title in KINDS.items():
        ours = median(model, "convoy", kind)
        theirs = min(median(model, "torch nchw", kind), median(model, "torch nhwc", kind))
        rows.append((model, title, ours, theirs, ratio(model, kind)))

convoy = next(result[0] for (_, peer), result in runs.items() if peer == "convoy")
torch = next(result[0] for (_, peer), result in runs.items() if peer != "convoy")
caption = (f"{datetime.date.today()}, {convoy['cpu']} ({convoy['isa']}), 2 threads, PyTorch {torch['version']}, "
           f"medians of {len(next(iter(runs.values())))} alternating runs")

print(f"{'us an image':44}{'convoy':>10}{'PyTorch':>10}{'ratio':>8}")
for model, title, ours, theirs, times in rows:
    print(f"{model + ', ' + title:44}{ours:10.1f}{theirs:10.1f}{times:7.1f}x")
print(caption)

# A pair of bars for each row, as long as the time, in units of convoy's.
WIDTH, LEFT, BAR, GAP = 860, 290, 13, 14
longest = max(times for *_, times in rows)
scale = (WIDTH - LEFT - 130) / longest
height = 60 + len(rows) * (2 * BAR + GAP) + 30
svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
       'font-family="sans-serif" font-size="13">', f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
       '<text x="16" y="26" font-size="16" font-weight="bold">Time an image, relative to convoy (shorter is faster)</text>']
for i, (name, colour) in enumerate(COLOURS.items()):
    svg.append(f'<rect x="{WIDTH - 210 + 100 * i}" y="15" width="12" height="12" fill="{colour}"/>'
               f'<text x="{WIDTH - 193 + 100 * i}" y="26">{name}</text>')
y = 48
for model, title, ours, theirs, times in rows:
    svg.append(f'<text x="{LEFT - 10}" y="{y + BAR + 5}" text-anchor="end">{model}, {title}</text>')
    for value, share, colour in ((ours, 1, COLOURS["convoy"]), (theirs, times, COLOURS["PyTorch"])):
        length = share * scale
        label = f"{value:,.0f} us" + (f" ({times:.1f}x)" if value is theirs else "")
        svg.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>'
                   f'<text x="{LEFT + length + 6:.1f}" y="{y + 11}" font-size="11">{label}</text>')
        y += BAR
    y += GAP
svg.append(f'<text x="16" y="{height - 14}" font-size="11" fill="#555">{caption}</text></svg>')
open(sys.argv[2], "w").write("\n".join(svg) + "\n")
