#!/usr/bin/env bash
# Times convoy, PyTorch, Keras and ONNX Runtime on the same networks, in turns; prints a table and draws
# tests/bench/compare_peers.svg, which the README shows.
#
#     tests/bench/compare_peers.sh [--convoy build/release/convoy] [--rounds 3] [--threads 2] [--models mnist_cnn,...]
#
# PYTHON names a Python with the peers: pip install torch keras tensorflow-cpu onnxruntime. A peer that it has not is left
# out. Nothing else should run beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PYTHON=${PYTHON:-python3}
exec env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python3 tests/bench/compare_peers.py "$@"
