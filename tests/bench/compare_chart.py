"""Draws what compare_peers.py measured."""
WIDTH, LEFT, BAR, GAP = 860, 290, 11, 12
COLOURS = {"convoy": "#2563a8", "torch": "#c9793a", "keras": "#a83a4a", "onnx": "#6f7d8c"}


def draw(file, rows, versions, caption):
    """A group of bars for each row: the time of convoy and of each peer, relative to convoy's."""
    names = {"convoy": "convoy"} | {peer: name.split(" ")[0] for peer, name in versions.items()}
    names |= {"onnx": "ONNX Runtime"} if "onnx" in names else {}
    longest = max(ratio for row in rows for ratio in row["ratios"].values())
    scale = (WIDTH - LEFT - 130) / longest
    bars = sum(1 + len(row["ratios"]) for row in rows)
    height = 60 + bars * BAR + len(rows) * GAP + 30
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
           'font-family="sans-serif" font-size="13">', f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
           '<text x="16" y="26" font-size="16" font-weight="bold">Time an image, relative to convoy</text>']
    x = WIDTH - 400
    for peer, name in names.items():
        svg.append(f'<rect x="{x}" y="15" width="12" height="12" fill="{COLOURS[peer]}"/><text x="{x + 17}" y="26">{name}</text>')
        x += 40 + 8 * len(name)
    y = 48
    for row in rows:
        lines = 1 + len(row["ratios"])
        svg.append(f'<text x="{LEFT - 10}" y="{y + lines * BAR / 2 + 4}" text-anchor="end">{row["model"]}, {row["title"]}</text>')
        for peer in names:
            if peer != "convoy" and peer not in row["ratios"]:
                continue
            ratio = 1 if peer == "convoy" else row["ratios"][peer]
            time = row["convoy"] if peer == "convoy" else row["peers"][peer]
            label = f"{time:,.0f} us" + ("" if peer == "convoy" else f" ({ratio:.1f}x)")
            svg.append(f'<rect x="{LEFT}" y="{y}" width="{ratio * scale:.1f}" height="{BAR}" fill="{COLOURS[peer]}"/>'
                       f'<text x="{LEFT + ratio * scale + 6:.1f}" y="{y + 9}" font-size="10">{label}</text>')
            y += BAR
        y += GAP
    svg.append(f'<text x="16" y="{height - 14}" font-size="11" fill="#555">{caption}</text></svg>')
    with open(file, "w") as out:
        out.write("\n".join(svg) + "\n")
