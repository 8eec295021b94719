#!/usr/bin/env bash
# Times convoy and PyTorch on the same work, in turns within one run, and prints the medians of the times and of the ratios of
# each round as a table. Draws tests/bench/compare_torch.svg, which the README shows.
#
#     tests/bench/compare_torch.sh [CONVOY [ROUNDS]]        default: build/release/convoy 5
#
# Needs python3-torch. PyTorch runs in the faster of its two layouts. Nothing else should run beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
convoy=${1:-build/release/convoy}
rounds=${2:-5}
python=${PYTHON:-/usr/bin/python3}
results=$(mktemp)
trap 'rm -f "$results"' EXIT

size_of() { [[ $1 == mnist_residual ]] && echo "[32,32,3]" || echo "[28,28,1]"; }

convoy_run() { "$convoy" bench "configs/$1.toml" -s "input_shape=$(size_of "$1")" --threads 2 --batch 32 --seconds 3 --json; }
torch_run() { "$python" tests/bench/torch_peer.py "$1" --threads 2 --batch 32 --layout "$2" --seconds 1.5; }

for ((round = 1; round <= rounds; ++round)); do
  for model in mnist_cnn mnist_bn_maxpool mnist_residual; do
    echo "round $round of $rounds: $model" >&2
    printf '%s\tconvoy\t%s\n' "$model" "$(convoy_run $model)" >>"$results"
    for layout in nchw nhwc; do
      printf '%s\ttorch %s\t%s\n' "$model" "$layout" "$(torch_run $model $layout)" >>"$results"
    done
  done
done
"$python" tests/bench/compare_table.py "$results" tests/bench/compare_torch.svg
